// The commit of what a user wrote or did: it is taken when this has succeeded.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

struct TakeOutgoing {
    queue::Entry entry;                    // the mail
    std::optional<ids::Known> known{};     // its row in the id map; none for a receipt
    std::int64_t replaced = 0;             // the waiting correction that this one replaces; 0: none
    std::vector<std::int64_t> released{};  // the waiting corrections that this message makes due
};

struct TakenOutgoing {
    bool too_many = false;  // nothing was stored: too many messages of the account wait
    queue::Entry entry;     // with its id
};

/// A correction that replaces another one takes no place of the quota.
void take_outgoing(Store&, std::shared_ptr<queue::Quota>, TakeOutgoing, Store::Done<TakenOutgoing> done);

}  // namespace gateway
