// See take_outgoing.h.

#include "gateway/store/take_outgoing.h"

#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {

void take_outgoing(Store& store, std::shared_ptr<queue::Quota> quota, TakeOutgoing what,
                   Store::Done<TakenOutgoing> done) {
    struct Shared {
        TakeOutgoing what;
        bool too_many = false;
    };
    if (what.keys) what.keys = std::make_shared<const keys::OmemoChange>(keys::in_order(*what.keys));
    auto shared = std::make_shared<Shared>(Shared{std::move(what)});
    Transactions(store).commit(
        [shared, quota = std::move(quota)](Database& db) {
            auto& [entry, known, replaced, released, retracted, never_left, keys] = shared->what;
            const auto waiting = [&db, account = entry.account] { return queue::count(db, account); };
            shared->too_many = replaced.empty() && !quota->take(entry.account, waiting);
            if (shared->too_many) return;
            bool leaves = true;
            for (const auto id : replaced) leaves = !(queue::done(db, id) && id == never_left) && leaves;
            for (const auto id : released) queue::retry(db, id, entry.taken, 0, "", false);
            if (keys) keys::save(db, *keys);
            if (known) ids::remember(db, *known);
            if (!retracted.empty())
                ids::retract(db, {entry.account, entry.contact, retracted, {}, true, "", "", false, {}}, entry.taken);
            entry.id = leaves ? queue::put(db, entry) : 0;
        },
        [shared, done = std::move(done)](Store::Failure failure) {
            done(std::move(failure), {shared->too_many, std::move(shared->what.entry)});
        });
}

}  // namespace gateway
