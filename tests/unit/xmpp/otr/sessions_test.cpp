// Sessions against libotr's own client side: how they begin, carry, break and end.

#include "xmpp/otr/sessions.h"

#include <gmock/gmock.h>

#include "tests/support/otr_client.h"
#include "xmpp/otr/front.h"

namespace xmpp::otr {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using enum Notice::Kind;

const std::string phone = "alice@jabber.test/phone", desk = "alice@jabber.test/desk";

/// Made once: a key takes long.
const Identity& identity(int which) {
    static const std::array<Identity, 3> made{Identity::generate(), Identity::generate(), Identity::generate()};
    return made.at(static_cast<std::size_t>(which));
}

class OtrSessionsTest : public testing::Test {
  protected:
    /// The client's messages go to the gateway, the replies back, until nobody has anything to say.
    Received talk(OtrClient& client, const std::string& peer = phone) {
        Received all;
        while (!client.out.empty()) {
            std::vector<std::string> going;
            going.swap(client.out);
            for (const auto& body : going) {
                wire.push_back(body);
                Received received = sessions.receive(peer, body, now);
                all.notices.insert(all.notices.end(), received.notices.begin(), received.notices.end());
                all.keys_changed |= received.keys_changed;
                if (received.text)
                    all.text = received.text, all.was_encrypted = received.was_encrypted,
                    all.verified = received.verified;
                for (const auto& reply : received.replies) wire.push_back(reply), client.receives(reply);
            }
        }
        return all;
    }
    Received start(OtrClient& client, const std::string& peer = phone) {
        client.out.push_back("?OTRv23?");
        return talk(client, peer);
    }
    /// What the client's user reads of a text that the gateway sends.
    std::optional<std::string> reads(OtrClient& client, const std::string& text, const std::string& peer = phone) {
        const Sent sent = sessions.send(peer, text);
        EXPECT_EQ(sent.refusal, Sent::Refusal::none);
        std::optional<std::string> read;
        for (const auto& body : sent.messages) read = client.receives(body);
        return read;
    }
    static std::vector<Notice::Kind> kinds(const Received& received) {
        std::vector<Notice::Kind> found;
        for (const auto& notice : received.notices) found.push_back(notice.kind);
        return found;
    }
    /// The process ended and began again, with what was stored.
    void restart() { sessions = Sessions(*Identity::load(identity(0).save().bytes()), sessions.known_keys()); }

    Sessions sessions{identity(0), {}};
    OtrClient alice{identity(1)};
    Sessions::Time now{1000s};
    std::vector<std::string> wire;  // all bodies, both ways
};

TEST_F(OtrSessionsTest, TheClientStarts) {
    const Received started_ = start(alice);
    ASSERT_THAT(kinds(started_), ElementsAre(started));
    EXPECT_TRUE(started_.notices[0].is_new);
    EXPECT_FALSE(started_.notices[0].verified);
    EXPECT_EQ(started_.notices[0].fingerprint, identity(1).fingerprint());
    EXPECT_TRUE(started_.keys_changed);
    EXPECT_TRUE(alice.is_encrypted());
    EXPECT_TRUE(sessions.is_encrypted(phone));
    EXPECT_EQ(sessions.state(desk), SessionState::plain);
    EXPECT_THAT(sessions.peers(), ElementsAre(phone));
    EXPECT_EQ(sessions.key_of(phone)->fingerprint, identity(1).fingerprint());
    EXPECT_THAT(sessions.known_keys(), ElementsAre(KnownKey{identity(1).fingerprint(), false}));
}

TEST_F(OtrSessionsTest, TheGatewayAsks) {
    const auto query = sessions.query(phone, now);
    ASSERT_TRUE(query);
    EXPECT_TRUE(query->starts_with("?OTRv23?"));
    EXPECT_FALSE(sessions.query(phone, now)) << "one a minute";
    alice.receives(*query);
    EXPECT_THAT(kinds(talk(alice)), ElementsAre(started));
}

TEST_F(OtrSessionsTest, OneQueryReachesAllResources) {
    const std::string user = "alice@jabber.test";
    EXPECT_TRUE(sessions.query(phone, now));
    EXPECT_TRUE(sessions.query(desk, now));
    EXPECT_FALSE(sessions.query(user, now));
    now += 10s;
    EXPECT_TRUE(sessions.query(user, now));
    start(alice);
    alice.says("in a session that is over");
    const std::string body = alice.out.at(0);
    sessions = Sessions(identity(0), {});
    EXPECT_TRUE(sessions.query(user, now));
    EXPECT_THAT(sessions.receive(phone, body, now).replies, IsEmpty()) << "it has been asked";
    now += 10s;
    EXPECT_EQ(sessions.receive(phone, body, now).replies.size(), 2u);
}

TEST_F(OtrSessionsTest, TenMessagesEachWay) {
    start(alice);
    for (int i = 0; i < 10; ++i) {
        const std::string text = "message " + std::to_string(i) + " grüße & <b>";
        EXPECT_EQ(reads(alice, text), text);
        alice.says(text);
        const Received received = talk(alice);
        EXPECT_EQ(received.text, text);
        EXPECT_TRUE(received.was_encrypted);
        EXPECT_THAT(received.notices, IsEmpty());
        EXPECT_THAT(received.replies, IsEmpty());
    }
    for (const auto& body : wire) EXPECT_EQ(body.find("message"), body.npos);
}

TEST_F(OtrSessionsTest, ATextThatSpeaksOfOtrIsEncryptedToo) {
    start(alice);
    for (const char* text : {"?OTRv2?", "type ?OTR?v23? to start", "?OTR Error: x"})
        EXPECT_EQ(reads(alice, text), text);
}

TEST_F(OtrSessionsTest, LongTextsGoInPieces) {
    sessions = Sessions(identity(0), {}, {.fragment = 1000}, {});
    alice.fragment = 400;
    start(alice);
    const std::string text(20'000, 'x');
    const Sent sent = sessions.send(phone, text);
    EXPECT_GT(sent.messages.size(), 20U);
    std::optional<std::string> read;
    for (const auto& body : sent.messages) {
        EXPECT_LE(body.size(), 1000U);
        read = alice.receives(body);
    }
    EXPECT_EQ(read, text);
    alice.says(text);
    EXPECT_GT(alice.out.size(), 50U);
    EXPECT_EQ(talk(alice).text, text);
    EXPECT_EQ(sessions.send(phone, std::string(65'537, 'x')).refusal, Sent::Refusal::too_long);
}

TEST_F(OtrSessionsTest, PiecesOutOfOrderAreNothing) {
    start(alice);
    alice.fragment = 200;
    alice.says(std::string(500, 'x'));
    ASSERT_GE(alice.out.size(), 3U);
    std::swap(alice.out[1], alice.out[2]);
    const Received received = talk(alice);
    EXPECT_FALSE(received.text);
    EXPECT_THAT(received.notices, IsEmpty());
    alice.says("short");
    EXPECT_EQ(talk(alice).text, "short") << "the session goes on";
}

TEST_F(OtrSessionsTest, ResourcesAreApart) {
    OtrClient other(identity(2));
    start(alice);
    EXPECT_EQ(sessions.send(desk, "x").refusal, Sent::Refusal::plain);
    start(other, desk);
    EXPECT_EQ(reads(alice, "to the phone"), "to the phone");
    EXPECT_EQ(reads(other, "to the desk", desk), "to the desk");
    EXPECT_THAT(sessions.peers(), ElementsAre(desk, phone));
    alice.says("from the phone");
    EXPECT_EQ(talk(alice).text, "from the phone");
    EXPECT_EQ(sessions.known_keys().size(), 2U);
    const Sent sent = sessions.send(desk, "x");
    EXPECT_FALSE(alice.receives(sent.messages.at(0))) << "not hers";
}

TEST_F(OtrSessionsTest, TheClientRestarts) {
    start(alice);
    OtrClient again(identity(2));  // a client without a kept tag; another key as well
    const Received received = start(again);
    ASSERT_THAT(kinds(received), ElementsAre(started));
    EXPECT_TRUE(received.notices[0].is_new);
    EXPECT_EQ(reads(again, "hello"), "hello") << "the newest session counts";
    EXPECT_THAT(sessions.peers(), ElementsAre(phone));
    alice.says("from the grave");
    EXPECT_THAT(kinds(talk(alice)), ElementsAre(unreadable));
    OtrClient same(identity(1));
    EXPECT_FALSE(start(same).notices.at(0).is_new);
}

TEST_F(OtrSessionsTest, WeRestart) {
    start(alice);
    restart();
    EXPECT_EQ(sessions.state(phone), SessionState::plain);
    EXPECT_EQ(sessions.send(phone, "x").refusal, Sent::Refusal::plain) << "never in the clear";
    alice.says("are you there?");
    const Received first = sessions.receive(phone, alice.out.at(0), now);
    EXPECT_THAT(kinds(first), ElementsAre(unreadable));
    ASSERT_EQ(first.replies.size(), 2U);
    EXPECT_TRUE(first.replies[0].starts_with("?OTR Error: Your message could not be read."));
    EXPECT_EQ(look(first.replies[1]).kind, Kind::dh_commit);
    alice.out.clear();
    alice.says("hello?");
    EXPECT_THAT(sessions.receive(phone, alice.out.at(0), now).replies, IsEmpty()) << "asked a moment ago";
    alice.out.clear();
    for (const auto& reply : first.replies) alice.receives(reply);
    const Received again = talk(alice);
    ASSERT_THAT(kinds(again), ElementsAre(started));
    EXPECT_FALSE(again.notices[0].is_new);
    alice.says("at last");
    EXPECT_EQ(talk(alice).text, "at last");
}

/// libotr's client that answers a query takes its old session for none while the handshake goes on.
TEST_F(OtrSessionsTest, WeRestartAndNothingLeavesInTheClearMeanwhile) {
    const LibotrLosesMemory here;
    for (const auto& [policy, query] : {std::pair(OTRL_POLICY_MANUAL, "?OTRv3?"), {OTRL_POLICY_ALLOW_V2, "?OTRv2?"}}) {
        OtrClient client(identity(1), static_cast<OtrlPolicy>(policy));
        client.out.push_back(query);
        talk(client);
        restart();
        now += 2min;
        client.says("into the old session");
        bool again = false;
        while (!client.out.empty()) {
            std::vector<std::string> going;
            going.swap(client.out);
            for (const auto& body : going) {
                EXPECT_FALSE(look(body).is_plain()) << body;
                const Received received = sessions.receive(phone, body, now);
                for (const auto& reply : received.replies) {
                    client.receives(reply);
                    if (!again) client.says("in between");
                }
                for (const auto& notice : received.notices) again |= notice.kind == started;
            }
        }
        EXPECT_TRUE(again);
        client.says("at last");
        EXPECT_EQ(talk(client).text, "at last");
    }
}

TEST_F(OtrSessionsTest, WeRestartAndPiecesCome) {
    start(alice);
    restart();
    alice.fragment = 200;
    alice.says(std::string(500, 'x'));
    EXPECT_THAT(kinds(talk(alice)), ElementsAre(unreadable, started)) << "she was asked for a new session";
}

TEST_F(OtrSessionsTest, HeartbeatsAndEndsOfLostSessionsAreSilent) {
    start(alice);
    restart();
    alice.ends();
    ASSERT_EQ(alice.out.size(), 1U);
    const Received received = talk(alice);
    EXPECT_THAT(received.notices, IsEmpty());
    EXPECT_THAT(received.replies, IsEmpty());
}

TEST_F(OtrSessionsTest, TheClientEnds) {
    start(alice);
    alice.ends();
    EXPECT_THAT(kinds(talk(alice)), ElementsAre(ended_by_peer));
    EXPECT_EQ(sessions.state(phone), SessionState::finished);
    EXPECT_EQ(sessions.send(phone, "x").refusal, Sent::Refusal::finished) << "held back";
    EXPECT_THAT(sessions.peers(), ElementsAre(phone));
    EXPECT_THAT(kinds(sessions.receive(phone, "in the clear now", now)), ElementsAre(in_clear));
    EXPECT_THAT(sessions.end(phone), IsEmpty()) << "acknowledged";
    EXPECT_EQ(sessions.state(phone), SessionState::plain);
    EXPECT_THAT(kinds(start(alice)), ElementsAre(started));
}

TEST_F(OtrSessionsTest, TheGatewayEnds) {
    start(alice);
    const auto bodies = sessions.end(phone);
    ASSERT_EQ(bodies.size(), 1U);
    EXPECT_FALSE(alice.receives(bodies[0]));
    EXPECT_TRUE(alice.is_finished());
    EXPECT_EQ(sessions.state(phone), SessionState::plain);
    OtrClient other(identity(2));
    start(alice);
    start(other, desk);
    const auto endings = sessions.end_all();
    ASSERT_EQ(endings.size(), 2U);
    alice.receives(endings[1].messages.at(0));
    EXPECT_TRUE(alice.is_finished());
    EXPECT_THAT(sessions.peers(), IsEmpty());
}

TEST_F(OtrSessionsTest, ReplayIsRefused) {
    start(alice);
    alice.says("pay 5");
    const std::string body = alice.out.at(0);
    EXPECT_EQ(talk(alice).text, "pay 5");
    for (int i = 0; i < 3; ++i) {
        const Received received = sessions.receive(phone, body, now);
        EXPECT_FALSE(received.text);
        EXPECT_THAT(kinds(received), ElementsAre(repeated));
        EXPECT_THAT(received.replies, IsEmpty());
    }
    const auto session = start(alice);
    EXPECT_FALSE(sessions.receive(phone, body, now).text);
    sessions = Sessions(identity(0), {});
    EXPECT_THAT(kinds(sessions.receive(phone, body, now)), ElementsAre(unreadable));
}

TEST_F(OtrSessionsTest, AResentMessageIsReadOnce) {
    start(alice);
    alice.says("hello");
    EXPECT_EQ(talk(alice).text, "hello");
    start(alice);
    alice.says("[resent] hello");
    EXPECT_THAT(kinds(talk(alice)), ElementsAre(repeated));
    start(alice);
    alice.says("[resent] what was lost");
    EXPECT_EQ(talk(alice).text, "what was lost");
    alice.says("[resent] is what a person may write");
    EXPECT_EQ(talk(alice).text, "[resent] is what a person may write");
}

TEST_F(OtrSessionsTest, VersionTwo) {
    OtrClient old(identity(2), OTRL_POLICY_ALLOW_V2);
    old.out.push_back("?OTRv2?");
    EXPECT_THAT(kinds(talk(old)), ElementsAre(started));
    for (const auto& body : wire) EXPECT_FALSE(body.starts_with("?OTR:AAM")) << body;
    EXPECT_EQ(reads(old, "hello"), "hello");
    old.says("hello back");
    EXPECT_EQ(talk(old).text, "hello back");
    EXPECT_THAT(kinds(start(alice)), ElementsAre(started)) << "the same resource with a version 3 client";
    EXPECT_EQ(reads(alice, "hello"), "hello");
    old.says("late");
    EXPECT_THAT(kinds(talk(old)), ElementsAre(unreadable));
}

TEST_F(OtrSessionsTest, VersionOneNever) {
    OtrClient old(identity(2), OTRL_POLICY_ALLOW_V1);
    old.out.push_back("?OTR?");
    EXPECT_THAT(kinds(talk(old)), ElementsAre(old_version));
    EXPECT_THAT(sessions.receive(phone, "?OTR?", now).replies, IsEmpty());
    const Received received = sessions.receive(phone, "?OTR:AAEKAAAA.", now);
    EXPECT_THAT(kinds(received), ElementsAre(old_version));
    EXPECT_THAT(received.replies, IsEmpty());
}

TEST_F(OtrSessionsTest, WrongInstanceTags) {
    start(alice);
    alice.says("for another");
    std::string body = alice.out.at(0);
    OtrClient stranger(identity(2));
    Sessions theirs(identity(2), {});  // the tag of another
    EXPECT_THAT(kinds(theirs.receive(phone, body, now)), ElementsAre(unreadable));
    EXPECT_THAT(kinds(sessions.receive(phone, "?OTR:AAMDAAAAAQAAAAIAAAAA.", now)), ElementsAre(malformed)) << "tag 1";
    EXPECT_THAT(sessions.receive(phone, "?OTR|1|ffffffff,1,2,x,", now).notices, IsEmpty());
}

TEST_F(OtrSessionsTest, PlainTextAndTag) {
    const Received plain = sessions.receive(phone, "hello \t  \t\t\t\t \t \t \t    \t\t  \t\t", now);
    EXPECT_EQ(plain.text, "hello");
    EXPECT_FALSE(plain.was_encrypted);
    EXPECT_THAT(plain.replies, IsEmpty()) << "no session starts by itself";
    start(alice);
    const Received clear = sessions.receive(phone, "forgot to encrypt", now);
    EXPECT_EQ(clear.text, "forgot to encrypt");
    EXPECT_THAT(kinds(clear), ElementsAre(in_clear));
}

TEST_F(OtrSessionsTest, Garbage) {
    start(alice);
    for (const char* body : {"?OTR:", "?OTR:garbage", "?OTR:AAMDAAAA.", "?OTR what", "?OTR|a|b|c", "?OTR,1"})
        EXPECT_THAT(kinds(sessions.receive(phone, body, now)), ElementsAre(malformed)) << body;
    alice.says("hello");
    std::string broken = alice.out.at(0);
    alice.out.clear();
    broken[broken.size() - 20] = broken[broken.size() - 20] == 'A' ? 'B' : 'A';
    const LibotrLosesMemory here;
    const Received received = sessions.receive(phone, broken, now);
    EXPECT_THAT(kinds(received), ElementsAre(unreadable));
    EXPECT_EQ(received.replies.size(), 2U);
    alice.says("still here");
    EXPECT_EQ(talk(alice).text, "still here");
    EXPECT_THAT(kinds(sessions.receive("", "?OTRv3?", now)), ElementsAre(malformed));
    EXPECT_THAT(kinds(sessions.receive(phone, std::string("?OTRv3?\0x", 9), now)), ElementsAre(malformed));
}

TEST_F(OtrSessionsTest, AnErrorIsAnsweredOnce) {
    EXPECT_THAT(sessions.receive(phone, "?OTR Error: what?", now).replies, IsEmpty()) << "there is nothing to mend";
    start(alice);
    const Received first = sessions.receive(phone, "?OTR Error: You sent \x01 nonsense", now);
    ASSERT_THAT(kinds(first), ElementsAre(error));
    EXPECT_EQ(first.notices[0].text, "You sent \xef\xbf\xbd nonsense");
    EXPECT_EQ(first.replies.size(), 1U);
    for (int i = 0; i < 100; ++i, now += 1min)
        EXPECT_THAT(sessions.receive(phone, "?OTR Error: again", now).replies, IsEmpty());
    alice.says("hello");
    EXPECT_EQ(talk(alice).text, "hello");
    EXPECT_EQ(sessions.receive(phone, "?OTR Error: again", now).replies.size(), 1U);
}

TEST_F(OtrSessionsTest, AFloodOfStartsIsLimited) {
    int replies = 0, told = 0;
    for (int i = 0; i < 500; ++i) {
        const Received received = sessions.receive(phone, "?OTRv23?", now);
        replies += static_cast<int>(received.replies.size());
        told += static_cast<int>(received.notices.size());
    }
    EXPECT_EQ(replies, 3);
    EXPECT_EQ(told, 1);
    for (int i = 0; i < 500; ++i) {
        OtrClient client(identity(1));
        client.receives("?OTRv23?");
        replies += static_cast<int>(
            sessions.receive("alice@jabber.test/" + std::to_string(i), client.out.at(0), now).replies.size());
    }
    EXPECT_LE(replies, 12);
}

TEST_F(OtrSessionsTest, HandshakeMessagesOutOfTheBlueAreNothing) {
    start(alice);
    std::vector<std::string> steps;
    for (const auto& body : wire) {
        const Kind kind = look(body).kind;
        if (kind == Kind::dh_key || kind == Kind::reveal_signature || kind == Kind::signature) steps.push_back(body);
    }
    ASSERT_EQ(steps.size(), 3U);
    restart();
    for (const auto& body : steps) {
        const Received received = sessions.receive(phone, body, now);
        EXPECT_THAT(received.replies, IsEmpty());
        EXPECT_THAT(received.notices, IsEmpty());
    }
    EXPECT_EQ(sessions.state(phone), SessionState::plain);
}

TEST_F(OtrSessionsTest, FewResourcesAreKept) {
    sessions = Sessions(identity(0), {}, {.peers = 2}, {});
    OtrClient second(identity(1)), third(identity(1));
    start(alice, phone);
    start(second, desk);
    alice.says("I am heard");
    talk(alice);
    start(third, "alice@jabber.test/third");
    EXPECT_THAT(sessions.peers(), ElementsAre("alice@jabber.test/third", phone));
    second.says("lost");
    EXPECT_THAT(kinds(talk(second, desk)), ElementsAre(unreadable, started));
}

TEST_F(OtrSessionsTest, PollForgetsHandshakesThatStandStill) {
    OtrClient client(identity(1));
    client.receives("?OTRv23?");
    const Received key = sessions.receive(phone, client.out.at(0), now);
    ASSERT_EQ(key.replies.size(), 1U);
    client.out.clear();
    client.receives(key.replies[0]);
    now += 2min;
    sessions.poll(now);
    EXPECT_THAT(kinds(talk(client)), IsEmpty());
    EXPECT_EQ(sessions.state(phone), SessionState::plain);
}

}  // namespace
}  // namespace xmpp::otr
