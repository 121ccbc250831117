// OTR keys [OTR v3 "Public keys, signatures, and fingerprints"]: the accounts' identities, and the fingerprints of
// their users' clients.

#pragma once

#include <string>
#include <vector>

#include "coi/crypt/secret.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::keys {

struct OtrPeer {
    std::string fingerprint;  // 40 hex digits
    std::string trust;        // as libotr keeps it: "" or "verified" or "smp"
    bool operator==(const OtrPeer&) const = default;
};
/// The account's OTR identity in the format of xmpp/otr; "" if there is none yet.
void otr_identity(Store&, AccountId, Store::Done<coi::Secret> done);
void save_otr_identity(Store&, AccountId, const coi::Secret&, Store::Committed done);
void otr_peers(Store&, AccountId, const std::string& contact, Store::Done<std::vector<OtrPeer>> done);
/// Inserts or replaces these fingerprints with the next commit.
void note(Store&, AccountId, const std::string& contact, std::vector<OtrPeer>);

}  // namespace gateway::keys
