// What a mail may change of a conversation: by what it proves of its author, and by what was proven there before.
//
// design.md "Trust at the mail door"; the table for people is in docs/encryption. Pure. Invariants: unproven mail
// changes no state of a proven conversation; a verified key is replaced by its user's word only; gossip never proves
// anybody; a signature counts by the key that counted before the mail came.

#pragma once

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/openpgp.h"
#include "gateway/model/account.h"

namespace gateway::trust {

/// By what a mail may prove its author.
struct Author {
    bool encrypted = false;
    coi::openpgp::Signature signature = coi::openpgp::Signature::none;
    coi::openpgp::Fingerprint signer{};
    bool by_server = false;  // the mail system vouches for From
    bool is_signed() const { return signature == coi::openpgp::Signature::good; }
    bool operator==(const Author&) const = default;
};

/// What it proves.
enum class Proof {
    nothing,    // anybody could have written it: in the clear, unsigned, or signed by a key that nobody knows
    other_key,  // well signed, by another key than the one that counted before it came
    first_key,  // encrypted and signed by the key that it brings, and none counted before
    server,     // the mail system vouches for From
    invite,     // signed by the key of an invite that the user followed
    key,        // encrypted and signed by the key that counted before it came
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
    copy,          // a newer copy of the key that counts: subkeys, expiry, revocation; its owner has signed them
    key,           // another key, to be encrypted to and to count from now on
    verified_key,  // the key is the verified one from now on
    dialect,
    timer,
    thread,
    name,  // and the spelling of the address
    subject,
    tunnel,
    mark,  // that this conversation is encrypted, and stays so
};
inline constexpr int changes = 10;

enum class Answer {
    no,
    ask,  // nothing changes until the user accepts the key, both fingerprints being shown
    yes,
};

Answer answer(Proof, State, Change);
inline bool may(Proof proof, State state, Change change) { return answer(proof, state, change) == Answer::yes; }

State state_of(const Privacy&);
/// What follows from the contact's keys. Whoever reads or changes keys calls it: nobody else sets these flags.
void note_keys(Privacy&, const coi::autocrypt::Peer&);
/// `counted`: the key that counts before the mail, see coi::autocrypt::counted; "" for none.
Proof proof_of(const Author&, const coi::openpgp::Fingerprint& counted);
/// Whether what is well signed has to be marked, because another key signed it than the one that counted, or because
/// nothing vouches for a first one.
bool is_other_key(const Author&, State, const coi::openpgp::Fingerprint& counted);

/// Another key of a contact than the one that is used.
struct KeyNews {
    coi::openpgp::Fingerprint before;  // the one that is used, or was until now; "" for none
    coi::openpgp::Fingerprint other;
    bool is_used = false;  // the other one is used from now on
    bool operator==(const KeyNews&) const = default;
};

}  // namespace gateway::trust
