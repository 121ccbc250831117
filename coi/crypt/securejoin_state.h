// SecureJoin, both roles, as pure functions: how a handshake mail changes an invite, and which mail answers it.
//
// [SecureJoin §"Setup Contact protocol"]. The caller stores Offer and Joining, sends the answers and marks keys.
// - inviter (Offer): vc-request → Reply vc-auth-required; vc-request-with-auth → Verified + vc-contact-confirm
// - joiner (Joining): starts with request(); vc-auth-required → Verified + vc-request-with-auth; vc-contact-confirm →
//   Confirmed
// Invariant: Verified names the key that signed this mail. For the inviter, that mail contained the secret of an offer
// that is neither expired nor used; for the joiner, the key is the one that the invite names.

#pragma once

#include <chrono>
#include <span>
#include <variant>
#include <vector>

#include "coi/crypt/pgp_mime.h"
#include "coi/crypt/securejoin.h"

namespace coi::securejoin {

/// Our own invite. It verifies one key, once.
struct Offer {
    Invite invite;
    std::chrono::sys_seconds expires{};
    openpgp::Fingerprint used_by;  // the key that it verified; "" for none yet
};

/// An invite that our user follows. Its first mail is request(invite): in the clear, with our Autocrypt header.
struct Joining {
    Invite invite;
    std::chrono::sys_seconds expires{};
    bool answered = false;  // a step gave Verified: their key is verified, our secret is sent
};

/// A mail with a Secure-Join field; it refers to `mail` and `protection`.
struct Arrival {
    const Message& mail;  // the inside, if it was encrypted
    const pgp_mime::Protection& protection;
    openpgp::Fingerprint sender_key;             // of its Autocrypt field; "" without one
    std::vector<openpgp::Fingerprint> gossiped;  // of the keys in protection.gossip
};

/// Inspects the keys in the mail's fields; for a worker thread.
Arrival arrival(const Message& mail, const pgp_mime::Protection&, std::chrono::sys_seconds now);

/// To be sent to the mail's From, encrypted to the sender's key (Arrival::sender_key), with that key as gossip.
struct Reply {
    Message mail;
};
/// `fingerprint` is now the verified key of the mail's From; the answer is in Reply. Commit Offer::used_by, or
/// Joining::answered, with it.
struct Verified {
    openpgp::Fingerprint fingerprint;
    Message answer;
};
/// The inviter has verified our key, too.
struct Confirmed {};
/// Nothing is sent and nothing changes; an unexpected mail gets no answer.
enum class Refused {
    unknown_invite,  // no or a wrong invite number or secret
    expired,         // the invite is too old
    used,            // by another key
    no_key,          // vc-request without a key to answer to
    unprotected,     // not encrypted, or without a good signature
    wrong_key,       // signed by another key than the one it mentions, or the invite's
    wrong_sender,    // From is not the inviter, or not one address
    not_for_us,      // our key is not in its gossip: somebody else's mail may have been encrypted to us again
    out_of_order,    // a step that is not expected now
};

using Outcome = std::variant<Reply, Verified, Confirmed, Refused>;

/// The own offer that the mail refers to, by invite number or secret; nullptr for none.
const Offer* offer_of(std::span<const Offer>, const Message&);

Outcome inviter_step(const Offer& ours, const Arrival&, std::chrono::sys_seconds now);
/// `own`: our key.
Outcome joiner_step(const Joining&, const Arrival&, const openpgp::Fingerprint& own, std::chrono::sys_seconds now);

}  // namespace coi::securejoin
