// See clean_shutdown.h.

#include "gateway/store/clean_shutdown.h"

#include <utility>

#include "gateway/store/sqlite/clean_shutdown.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::clean_shutdown {

std::optional<Unclean> start(Store& store, Time now, std::chrono::milliseconds before, std::size_t most) {
    std::optional<Unclean> found;
    Transactions(store).now([&](Database& db) {
        found.reset();
        if (const auto last = last_alive(db)) {
            found = {*last, ids::active(db, *last - before, most)};
        } else {
            alive(db, now);
        }
    });
    return found;
}

void alive(Store& store, Time now) {
    Transactions(store).later([now](Database& db) { alive(db, now); });
}

void stop(Store& store, bool unclean, Store::Committed done) {
    Transactions(store).commit(
        [unclean](Database& db) {
            if (!unclean) stopped(db);
        },
        std::move(done));
}

}  // namespace gateway::clean_shutdown
