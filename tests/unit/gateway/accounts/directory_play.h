// The stage of the directory's tests: accounts of alice and others, a store that can be restarted.

#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {

inline Account relay_of(const std::string& local) {
    Account account;
    account.kind = Account::Kind::relay;
    account.jid = local + "@jabber.example";
    account.address = {"", local, "jabber.example"};
    return account;
}

inline Account mailbox_of(const std::string& local) {
    auto account = relay_of(local);
    account.kind = Account::Kind::mailbox;
    account.address.domain = "mail.example";
    account.take = IncomingFilter::all;
    account.lang = "de";
    account.login.username = local;
    account.login.password = std::string("pass:word\n\0 with everything", 27);
    account.login.imap = {"imap.mail.example", 993, coi::net::Security::tls};
    account.login.smtp = {"smtp.mail.example", 587, coi::net::Security::starttls};
    return account;
}

inline const coi::Address bob{"Bob", "bob", "example.org"}, dan{"", "dan", "example.org"},
    zoe{"Zoë", "zoe", "example.org"};

struct Observer : DirectoryObserver {
    std::vector<std::string> told;
    void account_saved(const Account& account) override { told.push_back("saved " + account.jid); }
    void account_removed(const Account& account) override { told.push_back("removed " + account.jid); }
};

class DirectoryTest : public testing::Test {
  protected:
    TestFolder folder;
    std::string url = "sqlite:" + folder.file("coigate.db");
    StoreLoop loop;
    std::optional<Store> store{std::in_place, url, test_seal(), loop.post()};
    std::set<std::string> waiting;  // contacts whose mail waits in the queue
    FakeTimer timer;
    std::optional<Directory> directory;

    DirectoryTest() { begin(); }
    /// Reads the store.
    void begin(std::size_t most_contacts = 10'000) {
        directory.emplace(*store, Directory::Limits{most_contacts,
                                                    [this](AccountId, const std::string& contact) {
                                                        return waiting.contains(contact);
                                                    },
                                                    timer.timer()});
    }

    AccountId save(const Account& account) {
        std::optional<AccountId> saved;
        directory->save(account, [&](Store::Failure failure, AccountId id) {
            EXPECT_FALSE(failure);
            saved = id;
        });
        EXPECT_TRUE(loop.run_until([&] { return saved.has_value(); }));
        return saved.value_or(AccountId{});
    }
    void remove(AccountId id) {
        bool removed = false;
        directory->remove(id, [&](Store::Failure failure) {
            EXPECT_FALSE(failure);
            removed = true;
        });
        EXPECT_TRUE(loop.run_until([&] { return removed; }));
    }
    const Contact& write_to(AccountId id, const coi::Address& contact) {
        return directory->change(id, contact, [](Contact& changed) { changed.written_to = true; });
    }
    std::shared_ptr<Observer> observe() {
        auto observer = std::make_shared<Observer>();
        directory->observe(observer);
        return observer;
    }
    void restart() {
        directory.reset();
        store.reset();
        loop.drain();
        store.emplace(url, test_seal(), loop.post());
        begin();
    }
};

}  // namespace gateway
