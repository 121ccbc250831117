// Keys on disk: own OpenPGP keys, what is known of peers' keys, SecureJoin invites, OTR identities and fingerprints.
//
// Secrets are sealed (gateway/store/sealed); public keys are not. All of it goes with its account, and a contact's with
// the contact.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/secret.h"
#include "coi/crypt/securejoin.h"
#include "gateway/event.h"
#include "gateway/store/database.h"

namespace gateway::keys {

struct Own {
    coi::Secret secret;  // binary transferable secret key
    coi::openpgp::Fingerprint fingerprint;
};
std::optional<Own> own(Database&, AccountId);
/// Sets or replaces it.
void save(Database&, AccountId, const Own&);
/// Only if there is none: of two that were made at the same time the first counts, which is answered.
Own save_first(Database&, AccountId, const Own&);

/// Empty if nothing is known.
coi::autocrypt::Peer peer(Database&, AccountId, const std::string& contact);
void save(Database&, AccountId, const std::string& contact, const coi::autocrypt::Peer&);

/// `contact`: "" for an invite of the account's own, else the canonical address of the inviter that the user joins.
void save(Database&, AccountId, const std::string& contact, const coi::securejoin::Invite&, Time);
std::vector<coi::securejoin::Invite> invites(Database&, AccountId, const std::string& contact);
void forget(Database&, AccountId, const std::string& contact, const coi::securejoin::Invite&);
void expire_invites(Database&, Time before);

/// The OTR identity of an account, as xmpp/otr writes it; "" if there is none yet.
coi::Secret otr_identity(Database&, AccountId);
void save_otr_identity(Database&, AccountId, const coi::Secret&);
struct OtrPeer {
    std::string fingerprint;  // 40 hex digits
    std::string trust;        // as libotr keeps it: "" or "verified" or "smp"
    bool operator==(const OtrPeer&) const = default;
};
std::vector<OtrPeer> otr_peers(Database&, AccountId, const std::string& contact);
void save(Database&, AccountId, const std::string& contact, const OtrPeer&);

void forget_contact(Database&, AccountId, const std::string& contact);

}  // namespace gateway::keys
