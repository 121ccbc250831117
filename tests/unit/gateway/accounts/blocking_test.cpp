// Who is blocked, at which of a user's accounts, and for how long.

#include "gateway/accounts/blocking.h"

#include "gateway/accounts/contact_weight.h"
#include "tests/unit/gateway/accounts/directory_play.h"

namespace gateway {
namespace {

struct BlockingTest : DirectoryTest {
    void set(AccountId id, bool blocked) {
        bool is_done = false;
        blocking::set(*directory, *directory->find(id), bob, blocked, [&](const Store::Failure& failure) {
            EXPECT_FALSE(failure);
            is_done = true;
        });
        EXPECT_TRUE(loop.run_until([&] { return is_done; }));
        loop.flush(*store);
    }
    bool is_blocked(AccountId id) { return blocking::is_blocked(*directory, id, bob.canonical()); }
};

TEST_F(BlockingTest, lasts_over_a_restart_and_until_it_is_taken_back) {
    const auto alice = save(relay_of("alice"));
    directory->change(alice, bob, [](Contact& contact) { contact.privacy.encrypted = contact.subscribed = true; });
    EXPECT_FALSE(is_blocked(alice));
    set(alice, true);
    restart();
    EXPECT_TRUE(is_blocked(alice));
    const Contact& known = *directory->contact(alice, bob.canonical());
    EXPECT_TRUE(known.privacy.encrypted && known.subscribed) << "all else stays";
    set(alice, false);
    restart();
    EXPECT_FALSE(is_blocked(alice));
}

TEST_F(BlockingTest, is_of_somebody_who_was_never_met_too) {
    const auto alice = save(relay_of("alice"));
    set(alice, true);
    restart();
    EXPECT_TRUE(is_blocked(alice));
    EXPECT_EQ(blocking::blocked_at(*directory, alice), std::vector{bob});
}

TEST_F(BlockingTest, is_of_all_accounts_of_the_user_and_of_nobody_else) {
    const auto relay = save(relay_of("alice")), mailbox = save(mailbox_of("alice")), carol = save(relay_of("carol"));
    set(mailbox, true);
    EXPECT_TRUE(is_blocked(relay) && is_blocked(mailbox));
    EXPECT_FALSE(is_blocked(carol));
    set(relay, false);
    EXPECT_FALSE(is_blocked(relay) || is_blocked(mailbox));
}

TEST_F(BlockingTest, at_the_mailbox_holds_for_a_relay_address_that_comes_later) {
    const auto mailbox = save(mailbox_of("alice"));
    set(mailbox, true);
    EXPECT_TRUE(is_blocked(save(relay_of("alice"))));
}

TEST_F(BlockingTest, at_the_relay_address_holds_for_a_mailbox_that_is_linked_later) {
    const auto relay = save(relay_of("alice"));
    set(relay, true);
    const auto mailbox = save(mailbox_of("alice"));
    blocking::linked(*directory, "alice@jabber.example");
    EXPECT_TRUE(is_blocked(mailbox));
    blocking::linked(*directory, "nobody@jabber.example");
}

TEST_F(BlockingTest, is_not_forgotten_for_newcomers) {
    begin(3);
    const auto alice = save(relay_of("alice"));
    set(alice, true);
    for (int i = 0; i < 10; ++i) directory->add(alice, {"", "stranger" + std::to_string(i), "example.org"});
    EXPECT_TRUE(is_blocked(alice));
}

}  // namespace
}  // namespace gateway
