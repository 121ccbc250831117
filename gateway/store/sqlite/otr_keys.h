// OTR keys on disk: the accounts' identities, and the fingerprints of their users' clients.
//
// An identity is sealed, a fingerprint carries a mark (gateway/store/sqlite/sealed): a row that does not match its seal
// is set aside when it is read.

#pragma once

#include <string>
#include <vector>

#include "coi/crypt/secret.h"
#include "gateway/store/otr_keys.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::keys {

/// The account's OTR identity in the format of xmpp/otr; "" if there is none yet.
coi::Secret otr_identity(Database&, AccountId);
void save_otr_identity(Database&, AccountId, const coi::Secret&);
std::vector<OtrPeer> otr_peers(Database&, AccountId, const std::string& contact);
void save(Database&, AccountId, const std::string& contact, const OtrPeer&);
void forget_otr_peers(Database&, AccountId, const std::string& contact);

/// Seals identities and marks fingerprints with the current key.
void seal_otr_anew(Database&, Sealed before);

}  // namespace gateway::keys
