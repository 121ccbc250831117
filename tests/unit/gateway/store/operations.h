// What the tests of the store's operations share: a store in memory with an account, and calls that wait for the
// result.

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "gateway/store/accounts.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {

class Operations {
  public:
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    const std::string bob = "bob@example.org";
    const AccountId alice = make_account("alice@jabber.example");

    /// Calls `operation(done)` and waits for what `done` gets.
    template <class T, class Operation>
    T wait(Operation operation) {
        std::optional<T> got;
        operation([&got](const Store::Failure& failure, T value) {
            EXPECT_FALSE(failure) << failure->what();
            got = std::move(value);
        });
        loop.run_until([&got] { return got.has_value(); });
        return std::move(*got);
    }
    AccountId make_account(const std::string& jid) {
        Account account;
        account.jid = jid;
        return wait<AccountId>([&](auto done) { accounts::save(store, account, {}, done); });
    }
    queue::Entry entry(const std::string& name) const {
        queue::Entry made;
        made.account = alice;
        made.contact = bob;
        made.name = name;
        made.payload = "bytes of " + name;
        return made;
    }
    /// What alice wrote to bob (by_alice), or bob to her.
    ids::Known known(const std::string& message, const std::string& stanza, bool by_alice) const {
        ids::Known made{alice, bob, {message}, {stanza}, by_alice, "", "", false, Time{}};
        made.jid = by_alice ? "alice@jabber.example/phone" : bob;
        return made;
    }
    void remember(const ids::Known& message) {
        ids::note(store, message);
        loop.flush(store);
    }
    /// The names in the queue towards mail.
    std::vector<std::string> queued() {
        const auto entries = wait<std::vector<queue::Entry>>([&](auto done) { queue::list(store, 0, 100, done); });
        std::vector<std::string> names;
        for (const auto& each : entries) names.push_back(each.name);
        return names;
    }
};

}  // namespace gateway
