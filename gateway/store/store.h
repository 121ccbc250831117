// The store: one SQLite database, one thread that commits whatever waits.
//
// Work is a function run on the store's thread inside a transaction that it shares with everything that waited at that
// moment (group commit: one message costs one commit, a thousand share one). What one turn of the loop gives goes into
// one: the thread is woken through `post`, when the turn is over. A piece that throws StoreError is undone alone: then
// all of them run once more, each in its own savepoint. So work must be repeatable: it assigns what it found out, and
// gives nothing away. `done` comes back on the loop, after the commit reached the disk (synchronous=FULL), in order.
// Full disk or a broken database: nothing is reported as done, well() turns false, the pieces fail with StoreError, and
// the store tries by itself until it is well again (health callback). What was given to later() is kept and done then.
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
    /// Runs it on the loop's thread, after what is already to be run there; callable from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using Work = std::function<void(Database&)>;
    using Failure = std::optional<StoreError>;  // nullopt: committed

    /// Opens or makes the database (`sqlite:PATH`, `sqlite::memory:` for tests), brings the schema up to date, checks
    /// that `key` is the one the data was sealed with. Throws StoreError that says what is wrong and the remedy.
    Store(const std::string& url, Seal seal, Post post);
    ~Store();  // commits what waits

    /// Commits soon. `done` may be empty. While the store is not well it fails at once.
    void commit(Work work, std::function<void(Failure)> done);
    /// Rides with the next commit ("done" marks); commits alone when nothing else came for 20 ms. A commit that failed
    /// runs it again.
    void later(Work work);
    /// Work that makes a value: `commit<T>` with the value handed over.
    template <class T>
    void ask(std::function<T(Database&)> work, std::function<void(Failure, T)> done) {
        auto value = std::make_shared<T>();
        commit([value, work = std::move(work)](Database& db) { *value = work(db); },
               [value, done = std::move(done)](Failure failure) { done(std::move(failure), std::move(*value)); });
    }
    /// On the caller's thread, waiting: only before the loop runs, and in the command-line tools' tests.
    void now(const Work& work);

    const Seal& seal() const;
    bool well() const;
    void on_health(std::function<void(bool well, const std::string& why)>);
    /// Commits so far, for the benchmark of group commit.
    std::uint64_t commits() const;
    std::size_t waiting() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
