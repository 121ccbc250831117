// See notify_author.h.

#include "gateway/store/notify_author.h"

#include <memory>
#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {

void notify_author(Store& store, const ids::Known& message, queue::Entry notice,
                   Store::Done<std::optional<queue::Entry>> done) {
    auto shared = std::make_shared<queue::Entry>(std::move(notice));
    Transactions(store).commit(
        [shared, message](Database& db) { shared->id = ids::forget_author(db, message) ? queue::put(db, *shared) : 0; },
        [shared, done = std::move(done)](Store::Failure failure) {
            const bool is_told = !failure && shared->id != 0;
            done(std::move(failure), is_told ? std::optional(std::move(*shared)) : std::nullopt);
        });
}

}  // namespace gateway
