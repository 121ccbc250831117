// The table; see trust.h. One row is one proof, one column one state.

#include "gateway/model/trust.h"

#include <array>

namespace gateway::trust {
namespace {

using enum Answer;

using Row = std::array<Answer, states>;
using Table = std::array<Row, proofs>;

//                          unproven  authenticated  encrypted  verified
/// Another key: Autocrypt's rule (the newest header counts) applies where nothing was proven yet.
constexpr Table another_key{{
    /* nothing   */ Row{yes, ask, ask, ask},
    /* other key */ Row{yes, ask, ask, ask},
    /* first key */ Row{yes, ask, yes, ask},
    /* server    */ Row{yes, yes, yes, ask},
    /* invite    */ Row{yes, yes, yes, ask},
    /* key       */ Row{yes, yes, yes, yes},
}};
/// Only an invite makes a key verified.
constexpr Table verification{{
    /* nothing   */ Row{no, no, no, no},
    /* other key */ Row{yes, ask, ask, ask},
    /* first key */ Row{yes, ask, yes, ask},
    /* server    */ Row{yes, yes, yes, ask},
    /* invite    */ Row{yes, yes, yes, ask},
    /* key       */ Row{yes, yes, yes, yes},
}};
/// How the conversation goes on: dialect, timer, thread, name, subject, status.
constexpr Table course{{
    /* nothing   */ Row{yes, no, no, no},
    /* other key */ Row{yes, no, no, no},
    /* first key */ Row{yes, no, yes, no},
    /* server    */ Row{yes, yes, yes, no},
    /* invite    */ Row{yes, yes, yes, no},
    /* key       */ Row{yes, yes, yes, yes},
}};
/// A correction takes the place of earlier words: it proves as much as they may have done.
constexpr Table correction{{
    /* nothing   */ Row{yes, no, no, no},
    /* other key */ Row{yes, no, no, no},
    /* first key */ Row{yes, no, yes, no},
    /* server    */ Row{yes, yes, no, no},
    /* invite    */ Row{yes, yes, yes, no},
    /* key       */ Row{yes, yes, yes, yes},
}};
/// How the conversation is protected from now on, and the picture by which people know each other at a glance: only a
/// proven author may change it.
constexpr Table protection{{
    /* nothing   */ Row{no, no, no, no},
    /* other key */ Row{no, no, no, no},
    /* first key */ Row{yes, no, yes, no},
    /* server    */ Row{yes, yes, yes, no},
    /* invite    */ Row{yes, yes, yes, no},
    /* key       */ Row{yes, yes, yes, yes},
}};

Answer look(const Table& table, Proof proof, State state) {
    return table.at(static_cast<std::size_t>(proof)).at(static_cast<std::size_t>(state));
}

}  // namespace

Answer answer(Proof proof, State state, Change change) {
    switch (change) {
        case Change::copy:
            return yes;
        case Change::key:
            return look(another_key, proof, state);
        case Change::verified_key:
            return look(verification, proof, state);
        case Change::dialect:
        case Change::timer:
        case Change::thread:
        case Change::name:
        case Change::subject:
        case Change::status:
            return look(course, proof, state);
        case Change::correction:
            return look(correction, proof, state);
        case Change::tunnel:
        case Change::mark:
        case Change::picture:
            return look(protection, proof, state);
    }
    return no;
}

State state_of(const Privacy& privacy) {
    if (privacy.verified) return State::verified;
    if (privacy.encrypted) return State::encrypted;
    return privacy.authenticated ? State::authenticated : State::unproven;
}

void note_keys(Privacy& privacy, const coi::autocrypt::Peer& peer) {
    privacy.has_key = !coi::autocrypt::key_of(peer).empty();
    privacy.verified = !peer.verified.empty();
    privacy.conflicting = coi::autocrypt::is_conflicting(peer);
}

Proof proof_of(const Author& author, const coi::openpgp::Fingerprint& counted) {
    // The header of a mail that is only signed is outside of the signature: anybody could write it.
    const bool is_whole = author.encrypted && author.is_signed();
    if (is_whole && !counted.empty() && author.signer == counted) return Proof::key;
    // The mail system vouches for the sender of the mail, not for the author of an encrypted text in it.
    if (author.by_server && (!author.encrypted || is_whole)) return Proof::server;
    if (is_whole) return counted.empty() ? Proof::first_key : Proof::other_key;
    return Proof::nothing;
}

bool is_other_key(const Author& author, State state, const coi::openpgp::Fingerprint& counted) {
    if (!author.is_signed()) return false;
    if (!counted.empty()) return author.signer != counted;
    return !may(proof_of(author, counted), state, Change::key);
}

}  // namespace gateway::trust
