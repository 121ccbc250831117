// Mail of somebody whom the user has blocked: nothing of it comes, and nothing is learnt from it.

#include <gmock/gmock.h>

#include "gateway/accounts/blocking.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;

struct IncomingBlockedTest : IncomingPlay {
    const coi::Address bob{"Bob", "bob", "example.net"};
    IncomingBlockedTest() { block(true); }
    void block(bool blocked) {
        blocking::set(directory, *directory.find(alice), bob, blocked, [](const Store::Failure&) {});
        loop.flush(store);
    }
};

TEST_F(IncomingBlockedTest, no_kind_of_it_becomes_chat_and_the_mailbox_is_read_on) {
    const Contact before = *directory.contact(alice, bob.canonical());
    sent("ours@example.org");
    IncomingMail chat = arrival(mail("1@x"));
    chat.cursor = Cursor{"INBOX", 7, 2};
    EXPECT_EQ(take(std::move(chat)).value().kind, Kind::declined);
    EXPECT_THAT(ask<std::vector<Cursor>>([&](Database& db) { return accounts::cursors(db, alice); }),
                ElementsAre(Cursor{"INBOX", 7, 2}));
    EXPECT_EQ(take(mail("2@x", "In-Reply-To: <ours@example.org>\r\n")), Kind::declined) << "an answer";
    EXPECT_EQ(take(mail("3@x",
                        "Chat-Version: 1.0\r\nContent-Disposition: reaction\r\n"
                        "In-Reply-To: <ours@example.org>\r\n",
                        "👍")),
              Kind::declined);
    EXPECT_EQ(take(mail("4@x", "Chat-Version: 1.0\r\nSecure-Join: vc-request\r\nSecure-Join-Invitenumber: 1\r\n")),
              Kind::declined);
    EXPECT_EQ(take(mdn()), Kind::silent) << "nobody waits for a word on a receipt";
    EXPECT_TRUE(committed.empty());
    EXPECT_EQ(*directory.contact(alice, bob.canonical()), before) << "no name, no dialect, no key";
}

TEST_F(IncomingBlockedTest, it_is_not_even_decrypted) {
    bool is_opened = false;
    peers.opened = [&](coi::Message mail) {
        is_opened = true;
        return Decrypted{.mail = std::move(mail)};
    };
    take(mail("1@x"));
    EXPECT_FALSE(is_opened);
}

TEST_F(IncomingBlockedTest, at_the_door_it_is_refused_without_saying_by_whom) {
    const auto verdict = take(arrival(mail("1@x"), true)).value();
    EXPECT_EQ(verdict.kind, Kind::declined);
    EXPECT_EQ(verdict.reason, "delivery is not authorized");
}

TEST_F(IncomingBlockedTest, others_and_later_mail_come) {
    EXPECT_EQ(take(mail("1@x", "Chat-Version: 1.0\r\n", "Hi", "Dan <dan@example.net>")), Kind::taken);
    block(false);
    EXPECT_EQ(take(mail("2@x")), Kind::taken);
    EXPECT_EQ(committed.size(), 2u);
}

TEST_F(IncomingBlockedTest, at_the_users_other_address_too) {
    const AccountId mailbox = std::exchange(alice, save(IncomingFilter::all, Account::Kind::relay));
    release();
    EXPECT_EQ(take(mail("1@x")), Kind::declined);
    EXPECT_NE(mailbox, alice);
}

}  // namespace
}  // namespace gateway
