// The commit of a step that verifies a contact's key [SecureJoin §"Setup Contact protocol"]: the key, the invite, and
// the answer.

#pragma once

#include <optional>

#include "coi/crypt/securejoin_state.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/trust.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

struct VerifyKey {
    coi::securejoin::Invite invite;  // that the step belongs to
    bool as_inviter = false;         // it is the account's own
    PeerKeyUpdate key_update{};      // brings the key
    queue::Entry answer{};           // the mail that answers the step
};

struct VerifiedKey {
    bool is_verified = false;              // false: the answer was not put
    coi::autocrypt::Peer peer{};           // the new state
    Relays relays{};                       // likewise
    std::optional<trust::KeyNews> news{};  // of a key that replaced another, or waits
    queue::Entry answer{};                 // with its id
};

/// The sender of a mail that uses an invite of ours only claims the address in From; an invite that the user followed
/// names the owner of its key. Neither replaces a verified key: then the key is kept beside it. Nothing is verified if
/// somebody else has used the invite, or the step was answered before.
void verify_key(Store&, AccountId, VerifyKey, Store::Done<VerifiedKey> done);

}  // namespace gateway
