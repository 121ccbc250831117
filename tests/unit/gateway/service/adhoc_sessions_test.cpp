// Sessions and pictures of ad-hoc commands: whose they are, and when they end [XEP-0050 §3.3].

#include "gateway/service/adhoc_sessions.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::chrono_literals;

const std::string alice = "alice@jabber.example/phone", bob = "bob@jabber.example/desk";

struct AdHocSessionsTest : testing::Test {
    AdHocSessions sessions;
    AdHocSessions::Time now{};
};

TEST_F(AdHocSessionsTest, a_session_belongs_to_one_full_jid_and_command) {
    const auto id = sessions.start(alice, "link", now);
    EXPECT_NE(sessions.find(id, alice, "link"), nullptr);
    EXPECT_EQ(sessions.find(id, bob, "link"), nullptr);
    EXPECT_EQ(sessions.find(id, "alice@jabber.example/desk", "link"), nullptr);
    EXPECT_EQ(sessions.find(id, alice, "unlink"), nullptr);
}

TEST_F(AdHocSessionsTest, a_session_ends_ten_minutes_after_it_was_last_used) {
    const auto id = sessions.start(alice, "link", now);
    AdHocSessions::prolong(*sessions.find(id, alice, "link"), now + 5min);
    sessions.forget_old(now + 10min);
    EXPECT_NE(sessions.find(id, alice, "link"), nullptr);
    sessions.forget_old(now + 15min);
    EXPECT_EQ(sessions.find(id, alice, "link"), nullptr);
}

TEST_F(AdHocSessionsTest, the_oldest_session_of_a_user_gives_way_unless_its_login_is_checked) {
    const auto of_bob = sessions.start(bob, "link", now);
    const auto checked = sessions.start(alice, "link", now + 1s);
    const auto oldest = sessions.start(alice, "join", now + 2s);
    sessions.note_checking(checked, true);
    for (int i = 0; i < 4; ++i) sessions.start(alice, "settings", now + 3s);
    EXPECT_NE(sessions.find(of_bob, bob, "link"), nullptr);
    EXPECT_NE(sessions.find(checked, alice, "link"), nullptr);
    EXPECT_EQ(sessions.find(oldest, alice, "join"), nullptr);
}

TEST_F(AdHocSessionsTest, a_picture_is_shown_to_its_user_alone) {
    EXPECT_TRUE(sessions.keep_image("cid", "alice@jabber.example", "PNG", now));
    EXPECT_EQ(sessions.image("cid", "alice@jabber.example"), "PNG");
    EXPECT_EQ(sessions.image("cid", "bob@jabber.example"), std::nullopt);
    sessions.forget_old(now + 10min);
    EXPECT_EQ(sessions.image("cid", "alice@jabber.example"), std::nullopt);
}

}  // namespace
}  // namespace gateway
