// gateway/accounts/nick: a display name that could be taken for somebody else is not shown.

#include "gateway/accounts/nick.h"

#include <gtest/gtest.h>

#include "tests/support/store_loop.h"

namespace gateway {
namespace {

TEST(Nick, IsTheNameUnlessItCouldBeSomebodyElses) {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Account account;
    account.jid = "alice@jabber.example";
    account.address = {"", "alice", "jabber.example"};
    AccountId alice{};
    directory.save(account, [&](const Store::Failure&, AccountId saved) { alice = saved; });
    loop.flush(store);
    const auto nick_of = [&](const coi::Address& address) { return nick(directory, directory.add(alice, address)); };
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "Bob");
    EXPECT_EQ(nick_of({"", "carl", "mail.test"}), "");
    EXPECT_EQ(nick_of({"bob@mail.test", "eve", "evil.test"}), "eve@evil.test");
    EXPECT_EQ(nick_of({"⟦Ann⟧ \u202eeve", "ann", "mail.test"}), "[[Ann]] eve");
    EXPECT_EQ(nick_of({"BOB", "mallory", "evil.test"}), "mallory@evil.test");
    EXPECT_EQ(nick_of({"Bob", "bob", "mail.test"}), "bob@mail.test");
}

}  // namespace
}  // namespace gateway
