// See release_held.h.

#include "gateway/store/release_held.h"

#include <memory>
#include <utility>

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {

void release_held(Store& store, queue::Entry entry, Time now, Store::Committed done) {
    const auto shared = std::make_shared<const queue::Entry>(std::move(entry));
    Transactions(store).commit([shared, now](Database& db) { queue::release(db, *shared, now); }, std::move(done));
}

}  // namespace gateway
