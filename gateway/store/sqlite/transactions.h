// Work in the store's transactions: what the operations of gateway/store/ are made of. Tests look at the database with
// it; nobody else includes it.
//
// Work runs on the store's thread inside a transaction that it shares with all work that waits at that moment. If a
// piece of work throws StoreError, the transaction is rolled back, and all pieces run once more, each in its own
// savepoint, so that only the failed one is undone. So work must be repeatable: it assigns its results and does not
// move its inputs away.

#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "gateway/store/sqlite/database.h"
#include "gateway/store/store.h"

namespace gateway {

class Transactions {
  public:
    using Work = std::function<void(Database&)>;
    explicit Transactions(Store& store) : store_(store) {}

    /// Commits soon. `done` may be empty. Fails at once while the store is not well.
    void commit(Work work, Store::Committed done);
    /// Joins the next commit (for marks such as "done"); commits alone if nothing else came for 20 ms. Work of a failed
    /// commit runs again with the next.
    void later(Work work);
    /// Work with a result: commit() with the value passed to `done`.
    template <class Ask, class Done>
    void ask(Ask work, Done done) {
        add_asking(std::move(work), std::move(done), false);
    }
    /// ask() for work that only reads: answered also while nothing can be written, then without what waits to be.
    template <class Ask, class Done>
    void read(Ask work, Done done) {
        add_asking(std::move(work), std::move(done), true);
    }
    /// Commits and waits for it: only before the loop runs.
    void now(const Work& work) { wait_for(work, false); }
    /// read() and waits for it. Throws StoreError.
    void read_now(const Work& work) { wait_for(work, true); }

  private:
    template <class Ask, class Done>
    void add_asking(Ask work, Done done, bool reads) {
        auto value = std::make_shared<std::invoke_result_t<Ask&, Database&>>();
        add([value, work = std::move(work)](Database& db) { *value = work(db); },
            [value, done = std::move(done)](Store::Failure failure) { done(std::move(failure), std::move(*value)); },
            reads);
    }
    void add(Work work, Store::Committed done, bool reads);
    void wait_for(const Work& work, bool reads);

    Store& store_;
};

}  // namespace gateway
