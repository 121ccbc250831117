// A mail is taken once, whatever it is called and whichever of the user's accounts gets it.

#include "gateway/store/take_incoming.h"

#include <gmock/gmock.h>

#include "gateway/store/mailbox_reading.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct TakeIncomingTest : testing::Test, Operations {
    TakenIncoming take(TakeIncoming mail) {
        return wait<TakenIncoming>([&](auto done) { take_incoming(store, std::move(mail), std::move(done)); });
    }
    TakeIncoming mail(const std::string& message, const std::string& stanza) const {
        TakeIncoming made;
        made.known = known(message, stanza, false);
        made.entries = {entry(stanza)};
        made.entries.front().direction = queue::Direction::jabber;
        made.entries.front().tentative = true;
        return made;
    }
};

TEST_F(TakeIncomingTest, a_copy_joins_the_one_that_waits_for_its_verdict) {
    const auto first = take(mail("m1", "s1"));
    EXPECT_FALSE(first.is_duplicate);
    const auto copy = take(mail("m1", "s2"));
    EXPECT_TRUE(copy.is_duplicate);
    EXPECT_EQ(copy.open, first.entries.front().id);
    EXPECT_THAT(queued(), ElementsAre("s1"));
    loop.flush(store);
    queue::finish_later(store, copy.open);
    EXPECT_EQ(take(mail("m1", "s3")).open, 0) << "delivered";
}

TEST_F(TakeIncomingTest, the_cursor_moves_with_a_duplicate_too) {
    take(mail("m1", "s1"));
    auto copy = mail("m1", "s2");
    copy.cursor = Cursor{"INBOX", 7, 4};
    EXPECT_TRUE(take(copy).is_duplicate);
    const auto reading = wait<mailbox_reading::State>([&](auto done) { mailbox_reading::load(store, alice, done); });
    EXPECT_THAT(reading.cursors, ElementsAre(Cursor{"INBOX", 7, 4}));
}

TEST_F(TakeIncomingTest, what_a_mail_proves_tells_it_from_one_with_the_same_id) {
    take(mail("m1", "s1"));
    auto proven = mail("m1", "s2");
    proven.proven = {"hash@proven.invalid"};
    EXPECT_FALSE(take(proven).is_duplicate) << "somebody else has used its Message-ID";
    auto replayed = mail("m2", "s3");
    replayed.proven = proven.proven;
    const auto again = take(replayed);
    EXPECT_TRUE(again.is_duplicate);
    EXPECT_TRUE(again.is_replay);
}

TEST_F(TakeIncomingTest, a_copy_for_the_users_other_account_is_not_put_again) {
    take(mail("m1", "s1"));
    queue::finish_later(store, 1);
    auto copy = mail("m1", "s2");
    copy.known.account = copy.entries.front().account = make_account("alice@jabber.example/2");
    copy.other = alice;
    copy.copies.names = {{"m1"}};
    const auto taken = take(copy);
    EXPECT_TRUE(taken.is_elsewhere);
    EXPECT_FALSE(taken.is_duplicate);
    EXPECT_THAT(queued(), IsEmpty());
}

}  // namespace
}  // namespace gateway
