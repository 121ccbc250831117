// OpenPGP keys on disk: the accounts' own keys, and what is known of their contacts' keys.
//
// Secret keys are sealed, public keys and fingerprints carry a mark (gateway/store/sqlite/sealed): a row that does not
// match its seal is set aside when it is read. Rows go with their account, a contact's rows with the contact. Invites
// are in gateway/store/sqlite/invites, OTR keys in gateway/store/sqlite/otr_keys.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "gateway/store/keys.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::keys {

/// Throws StoreError if the key does not match its seal: no new key is made in its place unasked.
std::optional<Own> own(Database&, AccountId);
/// The fingerprint of the own key; "" without a key, or if it does not match its seal.
coi::openpgp::Fingerprint own_fingerprint(Database&, AccountId);
/// Sets or replaces the key.
void save(Database&, AccountId, const Own&);
/// Saves the key only if the account has none. Returns the key that the account has then: of two that were made at the
/// same time, the first.
Own save_first(Database&, AccountId, const Own&);

/// Empty if nothing is known.
coi::autocrypt::Peer peer(Database&, AccountId, const std::string& contact);
void save(Database&, AccountId, const std::string& contact, const coi::autocrypt::Peer&);
/// The peers of an account, by contact.
void each_peer(Database&, AccountId,
               const std::function<void(const std::string& contact, const coi::autocrypt::Peer&)>&);
/// The contact for whose signatures this key counts: of several, one whose verified key it is, or the one whose key was
/// stored first.
std::vector<std::string> holders(Database&, AccountId, const coi::openpgp::Fingerprint&, std::size_t most);
/// How many keys are known of people who are no contacts: those that came as gossip.
std::int64_t hearsay(Database&, AccountId);
void forget_peer(Database&, AccountId, const std::string& contact);

/// Seals own keys and marks peers' keys with the current key.
void seal_anew(Database&, Sealed before);

}  // namespace gateway::keys
