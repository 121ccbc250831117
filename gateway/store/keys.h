// Keys on disk: own OpenPGP keys, what is known of peers' keys, SecureJoin invites, OTR identities and fingerprints.
//
// Secrets are sealed, public keys and fingerprints are marked (gateway/store/sealed): what does not match its row is
// set aside wherever it is read, and is not there any more. All of it goes with its account, and a contact's with the
// contact.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/secret.h"
#include "coi/crypt/securejoin_state.h"
#include "gateway/model/event.h"
#include "gateway/store/sealed.h"

namespace gateway::keys {

struct Own {
    coi::Secret secret;  // binary transferable secret key
    coi::openpgp::Fingerprint fingerprint;
};
/// Throws StoreError if it does not match its seal: another one is not made for it unasked.
std::optional<Own> own(Database&, AccountId);
/// By that this store, and nobody else, knows an Autocrypt field of its own again: also when the account is gone and
/// nothing is kept of it, and its user links the mailbox once more.
std::string mark(const Seal&, const coi::autocrypt::Header&);
bool is_marked(const Seal&, const coi::autocrypt::Header&);
/// Sets or replaces it.
void save(Database&, AccountId, const Own&);
/// Only if there is none: of two that were made at the same time the first counts, which is answered.
Own save_first(Database&, AccountId, const Own&);

/// Empty if nothing is known.
coi::autocrypt::Peer peer(Database&, AccountId, const std::string& contact);
void save(Database&, AccountId, const std::string& contact, const coi::autocrypt::Peer&);
/// All that is known of any, by account and contact; for start-up.
void each_peer(Database&,
               const std::function<void(AccountId, const std::string& contact, const coi::autocrypt::Peer&)>&);
/// How many keys are known of people who are no contacts: others' gossip.
std::int64_t hearsay(Database&, AccountId);

/// An invite of the account's own. Saved again: who has used it.
void save(Database&, AccountId, const coi::securejoin::Offer&);
/// The newest first.
std::vector<coi::securejoin::Offer> offers(Database&, AccountId);
/// An invite of a contact that the user follows, under their canonical address.
void save(Database&, AccountId, const coi::securejoin::Joining&);
std::vector<coi::securejoin::Joining> joinings(Database&, AccountId, const std::string& contact);
/// All that a mail of a handshake between the account and that contact may be about.
struct Handshakes {
    coi::openpgp::Fingerprint own;  // "" without a key
    std::vector<coi::securejoin::Offer> offers;
    std::vector<coi::securejoin::Joining> joinings;
};
Handshakes handshakes(Database&, AccountId, const std::string& contact);
/// One of either.
void forget(Database&, AccountId, const coi::securejoin::Invite&);
/// All that were good until `now` at most.
void expire_invites(Database&, std::chrono::sys_seconds now);

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
void seal_anew(Database&, Sealed before);

}  // namespace gateway::keys
