// The commit of what a user wrote or did: it is taken when this has succeeded.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/store/ids.h"
#include "gateway/store/omemo_keys.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

struct TakeOutgoing {
    queue::Entry entry;                    // the mail
    std::optional<ids::Known> known{};     // its row in the id map; none for a receipt
    std::vector<std::int64_t> replaced{};  // waiting entries that do not leave any more
    std::vector<std::int64_t> released{};  // the waiting corrections that this message makes due
    coi::MessageId retracted{};            // the key of the message that this one takes back; "": none
    std::int64_t never_left = 0;           // that message, if it is one of `replaced`: then this one need not leave
    std::shared_ptr<const keys::OmemoChange> keys{};  // what decrypting it changed
};

struct TakenOutgoing {
    bool too_many = false;  // nothing was stored: too many messages of the account wait
    queue::Entry entry;     // with its id; 0: it need not leave
};

/// What replaces a waiting entry takes no place of the quota.
void take_outgoing(Store&, std::shared_ptr<queue::Quota>, TakeOutgoing, Store::Done<TakenOutgoing> done);

}  // namespace gateway
