// The ping fence: what proves delivery, what refuses it, what is lost; in the order of sending.

#include "xmpp/fence.h"

#include <gmock/gmock.h>

#include "xmpp/wire.h"

namespace xmpp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FenceTest : public testing::Test {
  protected:
    void send(const std::string& id, const std::string& to = "alice@jabber.test",
              const std::string& from = "bob@coi.test", bool is_final = false) {
        const auto stanza = parse_stanza("<message id='" + id + "' from='" + from + "' to='" + to + "'/>");
        fence.sent(
            Head(*stanza),
            [this, id](const Outcome& outcome) {
                const char* const kinds[] = {"taken", "refused", "lost"};
                outcomes.push_back(id + " " + kinds[static_cast<int>(outcome.kind)] +
                                   (outcome.error.condition.empty() ? "" : " " + outcome.error.condition));
            },
            is_final);
    }
    void send_final(const std::string& id) { send(id, "alice@jabber.test", "bob@coi.test", true); }
    void named(const std::string& name) {
        take("<iq type='result' id='" + attribute(*fence.ask_name(), "id") +
             "' from='jabber.test' to='coi.test'><query xmlns='http://jabber.org/protocol/disco#info'>"
             "<identity category='server' type='im' name='" +
             name + "'/></query></iq>");
    }
    std::string ping() { return attribute(*fence.ping(now), "id"); }
    static void call(std::vector<Fence::Verdict> verdicts) {
        for (auto& verdict : verdicts) verdict.done(verdict.outcome);
    }
    /// True if it was the fence's business.
    bool take(const std::string& xml) {
        auto verdicts = fence.take(*parse_stanza(xml), now);
        if (verdicts) call(std::move(*verdicts));
        return verdicts.has_value();
    }
    bool pong(const std::string& id, const std::string& from = "jabber.test", const std::string& type = "result") {
        return take("<iq type='" + type + "' id='" + id + "' from='" + from + "' to='coi.test'/>");
    }
    static std::string error(const std::string& id, const std::string& from = "alice@jabber.test",
                             const std::string& to = "bob@coi.test") {
        return "<message type='error' id='" + id + "' from='" + from + "' to='" + to +
               "'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
    }

    Fence fence{"coi.test", "jabber.test", "nonce"};
    Fence::Time now{1000s};
    std::vector<std::string> outcomes;
};

TEST_F(FenceTest, PingAsksTheServerFromTheComponent) {  // [XEP-0199 §4.3]
    EXPECT_EQ(fence.ping(now)->xml(),
              "<iq type='get' id='fence-nonce-1' from='coi.test' to='jabber.test'><ping xmlns='urn:xmpp:ping'/></iq>");
}

TEST_F(FenceTest, OnePingIsUnderWayAtATime) {
    EXPECT_FALSE(fence.wants_ping()) << "nothing to prove";
    send("a");
    EXPECT_TRUE(fence.wants_ping());
    const auto first = ping();
    send("b");
    EXPECT_FALSE(fence.wants_ping());
    EXPECT_TRUE(pong(first));
    EXPECT_TRUE(fence.wants_ping()) << "b is not proven";
    EXPECT_THAT(outcomes, ElementsAre("a taken"));
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a taken", "b taken"));
    EXPECT_FALSE(fence.wants_ping());
}

TEST_F(FenceTest, ErrorRefusesOnlyTheStanzaItNames) {
    send("a");
    send("b");
    const auto id = ping();
    send("c");
    EXPECT_TRUE(take(error("a")));
    EXPECT_TRUE(take(error("c"))) << "sent after the ping, refused before its own";
    EXPECT_TRUE(pong(id));
    EXPECT_THAT(outcomes, ElementsAre("a refused gone", "c refused gone", "b taken"));
    EXPECT_EQ(fence.unproven(), 0U);
}

TEST_F(FenceTest, ErrorMustComeFromTheRecipientToTheSender) {
    send("a", "alice@jabber.test");
    EXPECT_FALSE(take(error("a", "mallory@jabber.test")));
    EXPECT_FALSE(take(error("a", "alice@jabber.test", "carol@coi.test")));
    EXPECT_FALSE(take(error("a", "alice@jabber.test/phone"))) << "a client's word";
    EXPECT_FALSE(take(error("z")));
    EXPECT_TRUE(take(error("a", "Alice@Jabber.Test", "BOB@coi.test"))) << "addresses compare folded";
}

TEST_F(FenceTest, BareAddressMayAnswerForTheFull) {
    send("a", "alice@jabber.test/phone");
    EXPECT_TRUE(take(error("a")));
    EXPECT_THAT(outcomes, ElementsAre("a refused gone"));
}

TEST_F(FenceTest, SameIdToTwoRecipients) {
    send("a", "alice@jabber.test");
    send("a", "carol@jabber.test");
    EXPECT_TRUE(take(error("a", "carol@jabber.test")));
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a refused gone", "a taken"));
}

TEST_F(FenceTest, ErrorAfterThePongIsNotItsBusiness) {
    send("a");
    EXPECT_TRUE(pong(ping()));
    EXPECT_FALSE(take(error("a")));
    EXPECT_THAT(outcomes, ElementsAre("a taken"));
}

TEST_F(FenceTest, OnlyTheServersAnswerToThePingUnderWayIsAPong) {
    send("a");
    const auto first = ping();
    EXPECT_FALSE(pong(first, "alice@jabber.test/phone"));
    EXPECT_FALSE(pong(first, "coi.test"));
    EXPECT_FALSE(pong("fence-nonce-2"));
    EXPECT_FALSE(
        take("<iq type='get' id='" + first + "' from='jabber.test' to='coi.test'><ping xmlns='urn:xmpp:ping'/></iq>"));
    EXPECT_TRUE(pong(first, "Jabber.Test"));
    EXPECT_FALSE(pong(first)) << "once";
}

TEST_F(FenceTest, ServerWithoutPingProvesByItsError) {
    send("a");
    EXPECT_TRUE(pong(ping(), "jabber.test", "error"));
    EXPECT_THAT(outcomes, ElementsAre("a taken"));
}

TEST_F(FenceTest, EndLosesEverythingInOrder) {
    send("a");
    const auto before = ping();
    send("b");
    call(fence.lost());
    EXPECT_THAT(outcomes, ElementsAre("a lost", "b lost"));
    EXPECT_FALSE(fence.ping_under_way());
    EXPECT_FALSE(pong(before)) << "of the stream before";
    send("c");
    EXPECT_TRUE(fence.wants_ping());
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a lost", "b lost", "c taken"));
}

TEST_F(FenceTest, PingTimesOutAfterSilence) {
    EXPECT_EQ(fence.deadline(20s), std::nullopt);
    const auto id = ping();
    EXPECT_EQ(fence.deadline(20s), now + 20s);
    fence.heard(now + 15s);
    EXPECT_EQ(fence.deadline(20s), now + 35s) << "it lives";
    fence.heard(now + 119s);
    EXPECT_EQ(fence.deadline(20s), now + 120s) << "but a pong must come some day";
    EXPECT_TRUE(pong(id));
    EXPECT_EQ(fence.deadline(20s), std::nullopt);
}

TEST_F(FenceTest, OurOwnPauseIsNotTheServersSilence) {
    ping();
    fence.restart(now + 500s);
    EXPECT_EQ(fence.deadline(20s), now + 520s);
}

TEST_F(FenceTest, FinalOutcomeWaitsForTheReadersSession) {  // ejabberd refuses after the pong
    named("ejabberd");
    send_final("a");
    send_final("b");
    send("c");
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("c taken")) << "nobody waits for it to be final";
    EXPECT_EQ(fence.settles_at(), now + 250ms);
    EXPECT_EQ(fence.unproven(), 2U);
    now += 40ms;
    EXPECT_TRUE(take(error("a")));
    EXPECT_THAT(outcomes, ElementsAre("c taken", "a refused gone"));
    now += 210ms;
    call(fence.settled(now));
    EXPECT_THAT(outcomes, ElementsAre("c taken", "a refused gone", "b taken"));
    EXPECT_EQ(fence.settles_at(), std::nullopt);
    EXPECT_EQ(fence.unproven(), 0U);
}

TEST_F(FenceTest, GraceFollowsWhatWasLateAndHowLongPingsTake) {
    send_final("a");
    EXPECT_TRUE(pong(ping()));
    now += 150ms;
    EXPECT_TRUE(take(error("a")));
    EXPECT_EQ(fence.grace(), 600ms);
    send_final("b");
    EXPECT_TRUE(pong(ping()));
    now += 600ms;
    call(fence.settled(now));
    EXPECT_THAT(outcomes, ElementsAre("a refused gone", "b taken"));
    EXPECT_FALSE(take(error("b"))) << "too late: others have to tell of it";
    EXPECT_EQ(fence.grace(), 1000ms) << "the longest: a mail system waits for it";
    EXPECT_THAT(outcomes, ElementsAre("a refused gone", "b taken"));
}

TEST_F(FenceTest, SlowPingsWidenTheGrace) {
    send_final("a");
    const auto id = ping();
    now += 100ms;
    EXPECT_TRUE(pong(id));
    EXPECT_EQ(fence.settles_at(), now + 400ms);
}

TEST_F(FenceTest, ProsodyJudgesBeforeItAnswers) {
    EXPECT_TRUE(fence.wants_name());
    named("Prosody");
    EXPECT_FALSE(fence.wants_name());
    send_final("a");
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a taken"));
    fence.lost();
    EXPECT_TRUE(fence.wants_name()) << "another server may answer next";
}

TEST_F(FenceTest, OneLateRefusalDisprovesTheName) {
    named("Prosody");
    send_final("a");
    EXPECT_TRUE(pong(ping()));
    now += 100ms;
    EXPECT_FALSE(take(error("a"))) << "too late: others have to tell of it";
    send_final("b");
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a taken")) << "b waits for its grace period";
    EXPECT_EQ(fence.settles_at(), now + 400ms);
    call(fence.lost());
    named("Prosody");
    send_final("c");
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a taken", "b taken")) << "the next stream goes to the same server";
}

TEST_F(FenceTest, RefusalAfterTheWatchSaysNothingOfTheServer) {
    named("Prosody");
    send_final("a");
    EXPECT_TRUE(pong(ping()));
    now += 11s;
    send_final("b");
    EXPECT_TRUE(pong(ping()));
    EXPECT_FALSE(take(error("a")));
    send_final("c");
    EXPECT_TRUE(pong(ping()));
    EXPECT_THAT(outcomes, ElementsAre("a taken", "b taken", "c taken"));
}

TEST_F(FenceTest, WhatTheServerHasIsNotLostWithTheStream) {
    send_final("a");
    EXPECT_TRUE(pong(ping()));
    send("b");
    call(fence.lost());
    EXPECT_THAT(outcomes, ElementsAre("a taken", "b lost"));
}

}  // namespace
}  // namespace xmpp
