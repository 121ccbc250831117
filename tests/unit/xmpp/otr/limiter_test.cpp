// How often a session may start.

#include "xmpp/otr/limiter.h"

#include <gtest/gtest.h>

namespace xmpp::otr {
namespace {

using namespace std::chrono_literals;

class LimiterTest : public testing::Test {
  protected:
    using Verdict = Limiter::Verdict;
    Limiter limiter;
    Limiter::Time now{1000s};
    const std::string peer = "alice@jabber.test/phone";
};

TEST_F(LimiterTest, AFewAtOnceThenOneAMinute) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.query(peer, now), Verdict::allowed);
    EXPECT_EQ(limiter.query(peer, now), Verdict::refused);
    EXPECT_EQ(limiter.commit(peer, now), Verdict::told) << "one word to the user";
    EXPECT_EQ(limiter.query("alice@jabber.test/desk", now), Verdict::allowed);
    now += 59s;
    EXPECT_EQ(limiter.query(peer, now), Verdict::told);
    now += 1s;
    EXPECT_EQ(limiter.query(peer, now), Verdict::allowed);
    EXPECT_EQ(limiter.query(peer, now), Verdict::refused) << "a new refusal is told again";
}

TEST_F(LimiterTest, TheAnswerToOurQueryIsFree) {
    for (int i = 0; i < 3; ++i) limiter.query(peer, now);
    EXPECT_TRUE(limiter.may_ask(peer, now));
    EXPECT_FALSE(limiter.may_ask(peer, now)) << "one a minute";
    EXPECT_EQ(limiter.commit(peer, now), Verdict::allowed);
    EXPECT_EQ(limiter.commit(peer, now), Verdict::refused) << "once";
    now += 61s;
    EXPECT_TRUE(limiter.may_ask(peer, now));
}

TEST_F(LimiterTest, AnErrorIsAnsweredOnceUntilSomethingIsSaid) {
    EXPECT_TRUE(limiter.may_answer_error(peer, now));
    now += 10min;
    EXPECT_FALSE(limiter.may_answer_error(peer, now));
    limiter.talked(peer);
    EXPECT_TRUE(limiter.may_answer_error(peer, now));
}

TEST_F(LimiterTest, ALoopingPeerIsStopped) {
    int answered = 0;
    for (int second = 0; second < 3600; ++second, now += 1s) {
        if (limiter.query(peer, now) == Verdict::allowed) ++answered;
        if (limiter.may_answer_error(peer, now)) ++answered;
    }
    EXPECT_LE(answered, 30);
    EXPECT_GE(answered, 12) << "it is heard again after the rest";
}

TEST_F(LimiterTest, ManyResourcesShareTheBreaker) {
    int answered = 0;
    for (int i = 0; i < 1000; ++i)
        answered += limiter.commit("alice@jabber.test/" + std::to_string(i), now) == Verdict::allowed;
    EXPECT_EQ(answered, 12);
    now += 31min;
    EXPECT_EQ(limiter.query(peer, now), Verdict::allowed);
}

TEST_F(LimiterTest, WhoTalksIsNotStopped) {
    for (int i = 0; i < 60; ++i, now += 1min) {
        EXPECT_EQ(limiter.query(peer, now), Verdict::allowed) << i;
        limiter.talked(peer);
    }
}

}  // namespace
}  // namespace xmpp::otr
