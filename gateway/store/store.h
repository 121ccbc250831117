// The store: one database, and one thread that commits all waiting work.
//
// It offers operations in words of the domain (queue.h, ids.h, take_outgoing.h, …): functions of the store, values, and
// a `done` that is called on the loop, after the commit is on disk (synchronous=FULL), in order. What they do in the
// database is written with gateway/store/sqlite/transactions.h. All work that waits at that moment shares one
// transaction (group commit: one message costs one commit, a thousand share one). Work from one turn of the event loop
// is committed together: the thread is woken through `post` when the turn is over.
// Full disk or broken database: nothing is reported as done, well() becomes false, operations fail with StoreError, and
// the store retries by itself until it is well again (health callback). Marks that join the next commit are kept until
// then.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/store/seal.h"
#include "gateway/store/store_error.h"

namespace gateway {

class Committer;

class Store {
  public:
    /// Runs a function on the loop's thread, after all functions posted before; callable from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using Failure = std::optional<StoreError>;  // nullopt: committed
    using Committed = std::function<void(Failure)>;
    template <class T>
    using Done = std::function<void(Failure, T)>;

    /// Opens or creates the database (`sqlite:PATH`, `sqlite::memory:` for tests), migrates the schema, checks that
    /// `key` is the one that the data was sealed with. Throws StoreError that names the problem and the remedy.
    Store(const std::string& url, Seal seal, Post post);
    ~Store();  // commits what waits

    /// `done` is called when everything that was given to the store before is committed.
    void flush(Committed done);

    const Seal& seal() const;
    bool well() const;
    void on_health(std::function<void(bool well, const std::string& why)>);
    /// Number of commits so far, for the benchmark of group commit.
    std::uint64_t commits() const;
    std::size_t waiting() const;

  private:
    friend class Transactions;
    std::shared_ptr<Committer> committer_;
};

}  // namespace gateway
