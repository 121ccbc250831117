// The end of an entry's wait in the queue: it is due, perhaps with other bytes than it was committed with.

#pragma once

#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

/// Makes an entry due that is not due at `now`. If `entry.payload` is not empty, it takes the place of the stored one.
/// Nothing happens to an entry that is due, or gone: it may have left.
void release_held(Store&, queue::Entry entry, Time now, Store::Committed done);

}  // namespace gateway
