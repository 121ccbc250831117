// Mails that cannot be read: how often they are tried, when they are set aside, what is kept of them.

#include "gateway/transport/stuck_mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct StuckTest : testing::Test {
    StuckMails::Clock::time_point now = StuckMails::Clock::now();
    StuckMails mails;

    std::optional<Stuck> fails(std::uint32_t uid, bool final = false) {
        return mails.failed({"INBOX", 7, uid, 0, false, false, "closed"}, final, now);
    }
};

TEST_F(StuckTest, a_mail_is_tried_three_times_where_others_pass) {
    EXPECT_EQ(fails(2)->tries, 1);
    EXPECT_TRUE(mails.holds("INBOX", 2));
    EXPECT_THAT(mails.due("INBOX", now), IsEmpty());
    EXPECT_FALSE(mails.passed("INBOX", 3));
    for (int tries = 2; tries <= 3; ++tries) {
        now = *mails.next("INBOX");
        EXPECT_THAT(mails.due("INBOX", now), ElementsAre(2));
        const auto failed = fails(2);
        EXPECT_EQ(failed->tries, tries);
        EXPECT_EQ(failed->aside, tries == 3);
    }
    EXPECT_FALSE(mails.next("INBOX"));
    EXPECT_EQ(mails.set_aside(), 1u);
    EXPECT_TRUE(mails.holds("INBOX", 2)) << "it is not read again by itself";
}

TEST_F(StuckTest, a_server_that_gives_no_mail_at_all_has_longer) {
    for (int tries = 1; tries < StuckMails::most_tries; ++tries) {
        EXPECT_FALSE(fails(2)->aside);
        EXPECT_GT(*mails.next("INBOX"), now);
        now = *mails.next("INBOX");
    }
    EXPECT_TRUE(fails(2)->aside);
}

TEST_F(StuckTest, the_fewest_tries_go_first_and_a_mail_that_is_read_is_free) {
    fails(2), fails(2), fails(3), fails(4);
    now += 1h;
    EXPECT_THAT(mails.due("INBOX", now), ElementsAre(3, 4, 2));
    EXPECT_EQ(mails.passed("INBOX", 3)->tries, 1);
    EXPECT_THAT(mails.due("INBOX", now), ElementsAre(4, 2));
    mails.renumbered("INBOX", 8);
    EXPECT_THAT(mails.due("INBOX", now), IsEmpty());
}

TEST_F(StuckTest, what_cannot_end_otherwise_is_set_aside_at_once_and_there_are_bounds) {
    EXPECT_TRUE(fails(2, true)->aside);
    for (std::uint32_t uid = 3; uid < 3 + StuckMails::most - 1; ++uid) ASSERT_TRUE(fails(uid));
    EXPECT_FALSE(fails(5000));
    EXPECT_TRUE(fails(3)) << "one that is known";
}

}  // namespace
}  // namespace gateway
