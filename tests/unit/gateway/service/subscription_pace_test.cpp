// Which subscription stanzas go first where the users' server counts them.

#include "gateway/service/subscription_pace.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>

#include "tests/support/fakes.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class SubscriptionPaceTest : public testing::Test {
  protected:
    void SetUp() override {
        pace.online();
        const std::string id = xmpp::attribute(*stream.sent.at(0), "id");
        ASSERT_TRUE(pace.take_answer(
            *xmpp::parse_stanza("<iq type='result' from='jabber.example' id='" + id +
                                "'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' "
                                "type='im' name='ejabberd'/></query></iq>")));
        for (int i = 0; i < 5; ++i) send("subscribed", "first", "zoe");
        stream.sent.clear();
    }
    void send(const std::string& type, const std::string& contact, const std::string& user) {
        pace.send(xmpp::parse_stanza("<presence type='" + type + "' from='" + contact + "@coi.example' to='" + user +
                                     "@jabber.example'/>"));
    }
    /// "type contact > user" of the next five.
    std::vector<std::string> after_a_pause() {
        timer.pass();
        std::vector<std::string> lines;
        for (const auto& stanza : stream.sent) {
            lines.push_back(xmpp::attribute(*stanza, "type") + " " +
                            xmpp::JID(xmpp::attribute(*stanza, "from")).username() + " > " +
                            xmpp::JID(xmpp::attribute(*stanza, "to")).username());
        }
        stream.sent.clear();
        return lines;
    }

    FakeStream stream;
    FakeTimer timer;
    SubscriptionPace pace{stream, "coi.example", "jabber.example", timer.timer()};
};

TEST_F(SubscriptionPaceTest, WhatSomebodyWaitsForGoesFirst) {
    send("unsubscribed", "bob", "alice");
    send("subscribe", "carol", "alice");
    send("subscribed", "dave", "alice");
    EXPECT_THAT(after_a_pause(),
                ElementsAre("subscribed dave > alice", "subscribe carol > alice", "unsubscribed bob > alice"));
    EXPECT_THAT(after_a_pause(), ElementsAre());
}

TEST_F(SubscriptionPaceTest, UsersTakeTurns) {
    for (int i = 0; i < 9; ++i) send("subscribed", "c" + std::to_string(i), "alice");
    send("subscribed", "bob", "erin");
    EXPECT_THAT(after_a_pause(), ElementsAre("subscribed c0 > alice", "subscribed bob > erin", "subscribed c1 > alice",
                                             "subscribed c2 > alice", "subscribed c3 > alice"));
}

TEST_F(SubscriptionPaceTest, TheLastWordReplacesTheOneBefore) {
    send("subscribed", "bob", "alice");
    send("unsubscribed", "bob", "alice");
    send("unsubscribe", "bob", "alice");
    send("unsubscribed", "bob", "erin");
    send("subscribed", "bob", "erin");
    EXPECT_THAT(after_a_pause(),
                ElementsAre("subscribed bob > erin", "unsubscribe bob > alice", "unsubscribed bob > alice"));
    EXPECT_THAT(after_a_pause(), ElementsAre());
}

TEST_F(SubscriptionPaceTest, WhereTooManyWaitTheLessUrgentGoes) {
    constexpr int most_of_user = 1000, users = 100;
    for (int user = 0; user < users; ++user) {
        for (int i = 0; i <= most_of_user; ++i) send("unsubscribed", std::to_string(i), "u" + std::to_string(user));
    }
    send("unsubscribed", "late", "alice");
    send("subscribed", "bob", "alice");
    EXPECT_THAT(after_a_pause(), ElementsAre("subscribed bob > alice", "unsubscribed 0 > u0", "unsubscribed 0 > u1",
                                             "unsubscribed 0 > u2", "unsubscribed 0 > u3"));
    std::vector<std::string> all;
    for (auto lines = after_a_pause(); !lines.empty(); lines = after_a_pause())
        std::ranges::move(lines, std::back_inserter(all));
    EXPECT_EQ(all.size(), most_of_user * users - 5U) << "one gave way to bob's";
    EXPECT_THAT(all, Not(Contains("unsubscribed late > alice")));
}

}  // namespace
}  // namespace gateway
