// The store: one SQLite database, and one thread that commits all waiting work.
//
// Work is a function that runs on the store's thread inside a transaction. All work that waits at that moment shares
// one transaction (group commit: one message costs one commit, a thousand share one). Work from one turn of the event
// loop is committed together: the thread is woken through `post` when the turn is over. If a piece of work throws
// StoreError, the transaction is rolled back, and all pieces run once more, each in its own savepoint, so that only the
// failed one is undone. So work must be repeatable: it assigns its results and does not move its inputs away. `done` is
// called on the loop, after the commit is on disk (synchronous=FULL), in order.
// Full disk or broken database: nothing is reported as done, well() becomes false, the pieces fail with StoreError, and
// the store retries by itself until it is well again (health callback). Work given to later() is kept and done then.
// The write-ahead log is moved into the database and truncated when nothing waits for a second, at the end, and
// (without truncation) when it has grown large.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "gateway/store/seal.h"
#include "gateway/store/sqlite/database.h"

namespace gateway {

class Store {
  public:
    /// Runs a function on the loop's thread, after all functions posted before; callable from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using Work = std::function<void(Database&)>;
    using Failure = std::optional<StoreError>;  // nullopt: committed

    /// Opens or creates the database (`sqlite:PATH`, `sqlite::memory:` for tests), migrates the schema, checks that
    /// `key` is the one that the data was sealed with. Throws StoreError that names the problem and the remedy.
    Store(const std::string& url, Seal seal, Post post);
    ~Store();  // commits what waits

    /// Commits soon. `done` may be empty. Fails at once while the store is not well.
    void commit(Work work, std::function<void(Failure)> done);
    /// Joins the next commit (for marks such as "done"); commits alone if nothing else came for 20 ms. Work of a failed
    /// commit runs again with the next.
    void later(Work work);
    /// Work with a result: commit() with the value passed to `done`.
    template <class T>
    void ask(std::function<T(Database&)> work, std::function<void(Failure, T)> done) {
        auto value = std::make_shared<T>();
        commit([value, work = std::move(work)](Database& db) { *value = work(db); },
               [value, done = std::move(done)](Failure failure) { done(std::move(failure), std::move(*value)); });
    }
    /// Commits and waits for it: only before the loop runs, and in tests of the command line.
    void now(const Work& work);

    const Seal& seal() const;
    bool well() const;
    void on_health(std::function<void(bool well, const std::string& why)>);
    /// Number of commits so far, for the benchmark of group commit.
    std::uint64_t commits() const;
    std::size_t waiting() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
