// gateway/accounts/nick: a display name that could be taken for somebody else is not shown.

#include "gateway/accounts/nick.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/store_loop.h"

namespace gateway {
namespace {

struct NickTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    AccountId alice{};

    NickTest() {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        account.lang = "de";
        directory.save(account, [&](const Store::Failure&, AccountId saved) { alice = saved; });
        loop.flush(store);
    }
};

TEST_F(NickTest, IsTheNameUnlessItCouldBeSomebodyElses) {
    const auto nick_of = [&](const coi::Address& address) {
        return nick(directory, directory.change(alice, address, [](Contact& contact) { contact.subscribed = true; }));
    };
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "Bob");
    EXPECT_EQ(nick_of({"", "carl", "mail.test"}), "");
    EXPECT_EQ(nick_of({"bob@mail.test", "eve", "evil.test"}), "eve@evil.test");
    EXPECT_EQ(nick_of({"⟦Ann⟧ \u202eeve", "ann", "mail.test"}), "[[Ann]] eve");
    EXPECT_EQ(nick_of({"BOB", "mallory", "evil.test"}), "mallory@evil.test");
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "bob@mail.test");
    EXPECT_EQ(nick_of({"  ⟦Bob⟧", "trent", "evil.test"}), "[[Bob]]");
    EXPECT_EQ(nick_of({"[[bob]]", "oscar", "evil.test"}), "oscar@evil.test") << "as they are shown";

    directory.remove_contact(alice, "mallory@evil.test");
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "Bob");
    directory.change(alice, {"", "carl", "mail.test"}, [](Contact& contact) { contact.address.name = "bob"; });
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "bob@mail.test");
    loop.flush(store);
    const Directory after_restart{store};
    EXPECT_EQ(nick(after_restart, *after_restart.contact(alice, "bob@mail.test")), "bob@mail.test");
    EXPECT_EQ(nick(after_restart, *after_restart.contact(alice, "trent@evil.test")), "trent@evil.test");
}

TEST_F(NickTest, WhatLooksLikeAnotherNameIsNotShown) {
    directory.add(alice, {"Bob Böll", "bob", "mail.test"});
    const auto nick_of = [&](const std::string& name) {
        return nick(directory, directory.known_or_new(alice, {name, "eve", "evil.test"}));
    };
    for (const char* name :
         {"Bob Böll", "BOB BÖLL", "Bob Bo\u0308ll", "B\u200bob Böll", "Bob Bö\u00adll", "Bob\u00a0Böll\u2060",
          "\uff22\uff4f\uff42 Böll", "B\u043eb Böll", "Mail gateway", "mail\u200b Gateway", "Mail-Gateway"}) {
        EXPECT_EQ(nick_of(name), "eve@evil.test") << name;
    }
    std::string unseen;
    for (int i = 0; i < 70; ++i) unseen += "\u200b";
    EXPECT_EQ(nick_of("B" + unseen + "ob Böll"), "eve@evil.test") << "as far behind it as a name may be";
    EXPECT_EQ(nick_of("Bobby Böll"), "Bobby Böll");
    EXPECT_EQ(nick_of("\u2060\u200b"), "") << "nothing can be seen of it";
    EXPECT_EQ(nick(directory, *directory.contact(alice, "bob@mail.test")), "Bob Böll");
}

TEST_F(NickTest, CostsTheSameForAnyNumberOfContacts) {
    for (int i = 0; i < 5000; ++i) {
        const std::string number = std::to_string(i);
        directory.add(alice, {"Name " + number, "c" + number, "mail.test"});
    }
    for (const Contact* contact : directory.contacts(alice))  // comparing each with each would take minutes
        EXPECT_EQ(nick(directory, *contact), contact->address.name);
}

}  // namespace
}  // namespace gateway
