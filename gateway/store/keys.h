// OpenPGP keys: the accounts' own keys, and what is known of their contacts' keys.
//
// The rows are in gateway/store/sqlite/keys. What a mail says of keys is stored by take_incoming, what a handshake
// proves by verify_key. Invites are in gateway/store/invites, OTR keys in gateway/store/otr_keys.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/secret.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::keys {

struct Own {
    coi::Secret secret;  // binary transferable secret key [RFC 9580 §10.2]
    coi::openpgp::Fingerprint fingerprint;
};

/// The keyed hash that our own Autocrypt headers carry. This store recognises its headers by it, also when the account
/// was removed and its user links the mailbox again.
std::string mark(const Seal&, const coi::autocrypt::Header&);
bool is_marked(const Seal&, const coi::autocrypt::Header&);

/// nullopt: the account has none. Fails if the key does not match its seal: no new key is made in its place unasked.
void own(Store&, AccountId, Store::Done<std::optional<Own>> done);
/// Sets or replaces the key.
void save(Store&, AccountId, const Own&, Store::Committed done);
/// Saves the key only if the account has none. `done` gets the key that the account has then: of two that were made at
/// the same time, the first.
void save_first(Store&, AccountId, const Own&, Store::Done<Own> done);

/// What is known of a contact's keys; empty if nothing is known.
void peer(Store&, AccountId, const std::string& contact, Store::Done<coi::autocrypt::Peer> done);
/// A contact with their keys.
struct Person {
    coi::Address address;
    coi::autocrypt::Peer peer;
    coi::openpgp::Fingerprint listed_by{};  // the key whose list of addresses is known; "": none is
    bool lists_sender = false;              // that list has the address that is asked about
    /// The key is verified, bound to the contact's own address, or lists it. Else it may be somebody else's: anybody
    /// can send anybody's public key as their own.
    bool is_holder = false;
};
/// The keys for opening a mail.
struct Both {
    std::optional<Own> own{};
    coi::autocrypt::Peer peer{};            // of the contact of its From
    std::vector<Person> others{};           // contacts whose key lists its From
    coi::openpgp::Fingerprint listed_by{};  // as Person::listed_by, of `peer`
};
void both(Store&, AccountId, const std::string& contact, std::vector<coi::Address> others, Store::Done<Both> done);
/// The contacts for whose signatures this key counts, the likeliest owners first: those who verified it, those to whom
/// it is bound, those who brought it first. A few: anybody can send it as theirs. Their addresses have no names.
void holders(Store&, AccountId, const coi::openpgp::Fingerprint&, Store::Done<std::vector<Person>> done);

/// What came of accepting a contact's offered key.
struct Accepted {
    bool is_accepted = false;   // false: this key is not the offered one
    coi::autocrypt::Peer peer;  // the new state
};
void accept(Store&, AccountId, const std::string& contact, const coi::openpgp::Fingerprint&,
            Store::Done<Accepted> done);

}  // namespace gateway::keys
