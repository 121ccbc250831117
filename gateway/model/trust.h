// What a mail may change in a conversation: it depends on what the mail proves about its author, and on what was proven
// in this conversation before.
//
// The same table for people is in docs/encryption. Pure. Invariants: unproven mail changes no state of a proven
// conversation; a verified key is replaced only by its user's command; gossip never proves an author; a signature is
// judged by the key that counted before the mail came.

#pragma once

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/openpgp.h"
#include "gateway/model/account.h"

namespace gateway::trust {

/// The evidence that a mail carries for its author.
struct Author {
    bool encrypted = false;
    coi::openpgp::Signature signature = coi::openpgp::Signature::none;
    coi::openpgp::Fingerprint signer{};
    bool by_server = false;  // the mail system vouches for From
    bool is_signed() const { return signature == coi::openpgp::Signature::good; }
    bool operator==(const Author&) const = default;
};

/// What this evidence proves.
enum class Proof {
    nothing,    // anybody could have written it: not encrypted, not signed, or signed by an unknown key
    other_key,  // a good signature by another key than the one that counted before
    first_key,  // encrypted and signed by the key that the mail brings; no key counted before
    server,     // the mail system vouches for From
    invite,     // signed by the key of an invite that the user followed
    key,        // encrypted and signed by the key that counted before
};
inline constexpr int proofs = 6;

/// What was proven in the conversation before.
enum class State {
    unproven,
    authenticated,  // the mail system has vouched for this contact
    encrypted,      // mail was encrypted, with keys that came by mail
    verified,       // the key was verified
};
inline constexpr int states = 4;

/// What a mail asks to change.
enum class Change {
    copy,          // a newer copy of the key that counts, self-signed by its owner: subkeys, expiry, revocation
    key,           // another key: used for encryption and for signatures from now on
    verified_key,  // the key is the verified one from now on
    dialect,
    timer,
    thread,
    name,  // and the spelling of the contact's address
    subject,
    correction,  // of an earlier message, a reaction to it, or its retraction
    tunnel,
    mark,  // the mark that this conversation is encrypted and stays so
    picture,
    status,  // the words that they show under their name
};
inline constexpr int changes = 13;

enum class Answer {
    no,
    ask,  // nothing changes until the user accepts the key; both fingerprints are shown
    yes,
};

Answer answer(Proof, State, Change);
inline bool may(Proof proof, State state, Change change) { return answer(proof, state, change) == Answer::yes; }

State state_of(const Privacy&);
/// Sets the flags that follow from the contact's keys. Called by all code that reads or changes keys; nothing else sets
/// these flags.
void note_keys(Privacy&, const coi::autocrypt::Peer&);
/// `counted`: the key that counts before the mail, see coi::autocrypt::counted; "" for none.
Proof proof_of(const Author&, const coi::openpgp::Fingerprint& counted);
/// Whether a mail with a good signature has to be marked: it was signed by another key than the one that counted, or
/// nothing vouches for a first key.
bool is_other_key(const Author&, State, const coi::openpgp::Fingerprint& counted);

/// News of a key of a contact that differs from the one in use.
struct KeyNews {
    coi::openpgp::Fingerprint before;  // the key in use, or until now; "" for none
    coi::openpgp::Fingerprint other;
    bool is_used = false;  // `other` is used from now on
    bool operator==(const KeyNews&) const = default;
};

}  // namespace gateway::trust
