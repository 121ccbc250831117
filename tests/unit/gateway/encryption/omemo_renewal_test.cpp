// Empty messages, by which a device learns that its session stands.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/omemo_room.h"

namespace gateway {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct OmemoRenewal : OmemoRoom {
    OmemoClient alice;
    void SetUp() override {
        OmemoRoom::SetUp();
        listed = {&alice};
        meets(alice);
    }
    void seconds_pass() {
        timer.pass();
        settle();
    }
};

TEST_F(OmemoRenewal, AFirstMessageIsConfirmedByAnEmptyOne) {
    writes(alice, "hello");
    EXPECT_TRUE(alice.writes("another first one").keys.at(0).is_prekey);
    seconds_pass();
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(xmpp::attribute(*sent[0], "to"), phone);
    EXPECT_EQ(xmpp::attribute(*sent[0], "from"), bob);
    EXPECT_FALSE(xmpp::body_of(*sent[0]));
    EXPECT_EQ(alice.reads(*sent[0]), "");
    EXPECT_FALSE(alice.writes("no prekey any more").keys.at(0).is_prekey);
    seconds_pass();
    EXPECT_THAT(sent, SizeIs(1)) << "once";
    writes(alice, "and on");
    EXPECT_EQ(taken.back().text, "and on");
}

TEST_F(OmemoRenewal, WhatIsSentMeanwhileConfirmsIt) {
    writes(alice, "hello");
    EXPECT_EQ(alice.reads(*sends("an answer").stanzas.at(0)), "an answer");
    seconds_pass();
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoRenewal, NothingIsSentBeforeTheMailIsCommittedOrACopyCouldNotBeReadAfterAKill) {
    pipeline_commits = false;
    writes(alice, "hello");
    for (int i = 0; i < 3; ++i) seconds_pass();
    EXPECT_THAT(sent, IsEmpty());
    ASSERT_THAT(uncommitted, SizeIs(1));
    keys::save(store, std::exchange(uncommitted, {}).front(), [](const Store::Failure&) {});
    settle();
    seconds_pass();
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(alice.reads(*sent[0]), "");
}

TEST_F(OmemoRenewal, AnEmptyMessageIsNotAnswered) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(omemo->take(*message(alice.writes(std::nullopt))));
        settle();
        seconds_pass();
    }
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoRenewal, ADeviceThatNeverHearsItGetsAFew) {
    for (int i = 0; i < 6; ++i) {
        writes(alice, std::to_string(i));
        seconds_pass();
    }
    EXPECT_THAT(taken, SizeIs(6));
    EXPECT_THAT(sent, SizeIs(3));
}

TEST_F(OmemoRenewal, ADeviceThatIsNotTrustedAnyMoreGetsNone) {
    writes(alice, "hello");
    EXPECT_TRUE(omemo->set_trust(id, alice.keys.device(), keys::OmemoDevice::Trust::revoked));
    seconds_pass();
    EXPECT_THAT(sent, IsEmpty());
}

}  // namespace
}  // namespace gateway
