// Calls in both pipelines: whom a mail's caller hears from, and what a client that calls gets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/pipeline/incoming_play.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"

namespace gateway {
namespace {

using coi::openpgp::Signature;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

struct IncomingCallsTest : IncomingPlay {
    std::vector<std::string> ended;
    bool is_encrypted = true;
    std::string counted = "AB";

    IncomingCallsTest() {
        peers.on_call = [this](const std::string& call) { ended.push_back(call); };
        peers.opened = [this](coi::Message mail) {
            Decrypted opened{.mail = std::move(mail)};
            if (!is_encrypted) return opened;
            opened.protection = {true, Signature::good, "AB", {}};
            opened.author = {true, Signature::good, "AB"};
            opened.counted = counted;
            return opened;
        };
    }
    static std::string call(const std::string& id, const std::string& content = "call",
                            const std::string& date = "Mon, 01 Jun 2026 00:00:00 +0000") {
        return mail(id, "Chat-Version: 1.0\r\nChat-Content: " + content +
                            "\r\nChat-Webrtc-Room: b2ZmZXI=\r\nDate: " + date + "\r\n");
    }
};

TEST_F(IncomingCallsTest, a_proven_caller_is_told_once) {
    EXPECT_EQ(take(call("c1@localhost")), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(body(committed[0]), StartsWith("⟦Bob called you."));
    EXPECT_THAT(ended, ElementsAre("bob@example.net c1@localhost"));
    EXPECT_EQ(take(call("c1@localhost")), Kind::duplicate);
    EXPECT_EQ(take(call("c2@localhost", "call-ended")), Kind::silent);
    EXPECT_EQ(take(call("c3@localhost", "call-accepted")), Kind::silent);
    EXPECT_THAT(ended, SizeIs(1)) << "no loop";
    EXPECT_THAT(committed, SizeIs(1));
}

TEST_F(IncomingCallsTest, who_proves_nothing_hears_nothing) {
    is_encrypted = false;
    EXPECT_EQ(take(call("c1@localhost")), Kind::taken);
    EXPECT_THAT(ended, IsEmpty());
    auto vouched = arrival(call("c2@localhost"));
    vouched.is_author_proven = true;
    take(std::move(vouched));
    EXPECT_THAT(ended, ElementsAre("bob@example.net c2@localhost"));
    is_encrypted = true;
    counted = "CD";
    take(call("c3@localhost"));
    EXPECT_THAT(ended, SizeIs(1)) << "another key than theirs";
}

TEST_F(IncomingCallsTest, a_stranger_with_a_new_key_hears_nothing) {
    counted.clear();
    take(call("c1@localhost"));
    EXPECT_THAT(ended, IsEmpty());
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.written_to = true; });
    take(call("c2@localhost"));
    EXPECT_THAT(ended, SizeIs(1));
}

TEST_F(IncomingCallsTest, a_call_of_yesterday_rings_no_more) {
    take(call("c1@localhost", "call", "Sun, 31 May 2026 00:00:00 +0000"));
    EXPECT_THAT(committed, SizeIs(1)) << "the user reads of it";
    EXPECT_THAT(ended, IsEmpty());
}

TEST_F(IncomingCallsTest, a_program_that_calls_all_the_time_is_not_answered_all_the_time) {
    for (int i = 0; i < 30; ++i) take(call("c" + std::to_string(i) + "@localhost"));
    EXPECT_THAT(committed, SizeIs(30));
    EXPECT_THAT(ended, SizeIs(10));
}

TEST_F(IncomingCallsTest, by_lmtp_only_the_caller_of_a_user_who_exists_is_told) {
    auto verdicts = deliver(call("c1@localhost"));
    EXPECT_THAT(ended, IsEmpty());
    EXPECT_TRUE(pending.refused(committed.at(0), {coi::ErrorKind::refused, true, "no", 0, {}}));
    loop.flush(store);
    EXPECT_THAT(*verdicts, ElementsAre(Kind::refused));
    EXPECT_THAT(ended, IsEmpty());
    verdicts = deliver(call("c1@localhost"));
    pending.taken(committed.at(1));
    loop.flush(store);
    EXPECT_THAT(*verdicts, ElementsAre(Kind::taken));
    EXPECT_THAT(ended, SizeIs(1));
}

struct OutgoingCallsTest : OutgoingPipelineTest {};

TEST_F(OutgoingCallsTest, a_client_that_calls_stops_ringing_and_its_user_reads_why) {
    take(
        "<propose xmlns='urn:xmpp:jingle-message:0' id='c1'><description xmlns='urn:xmpp:jingle:apps:rtp:1' "
        "media='audio'/></propose>");
    settle();
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_THAT(xmpp::print(*sent[0]), HasSubstr("<reject xmlns='urn:xmpp:jingle-message:0' id='c1'>"));
    EXPECT_EQ(xmpp::attribute(*sent[0], "to"), "alice@jabber.example/phone");
    EXPECT_THAT(xmpp::body_of(*sent[1])->cdata(), StartsWith("⟦⚠ Calls do not get through to mail"));
    EXPECT_THAT(committed, IsEmpty());
    sent.clear();
    take("<retract xmlns='urn:xmpp:jingle-message:0' id='c1'/>");
    take("<finish xmlns='urn:xmpp:jingle-message:0' id='c1'/>");
    settle();
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OutgoingCallsTest, who_may_not_write_hears_it_too) {
    take("<invite xmlns='urn:xmpp:call-invites:0'/>", "type='chat'", "alice@elsewhere.example/x");
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_THAT(xmpp::print(*sent[0]), HasSubstr("<reject xmlns='urn:xmpp:call-invites:0' id='s1'/>"));
    EXPECT_THAT(xmpp::body_of(*sent[1])->cdata(), StartsWith("⟦⚠ This gateway is not for users"));
}

TEST_F(OutgoingCallsTest, the_mail_to_a_caller_leaves_by_the_queue_and_nobody_waits_for_it) {
    take("<body>Hi</body>");
    settle();
    committed.clear();
    const AccountId id = directory.of_user("alice@jabber.example")->id;
    const coi::Address bob{"Bob", "bob", "example.net"};
    directory.change(id, bob, [](Contact& contact) { contact.dialect = Dialect::chatmail; });
    const Contact before = *directory.contact(id, bob.canonical());
    outgoing.end_call(id, bob, {"c1@localhost"});
    settle();
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(committed[0].origin, "");
    EXPECT_EQ(committed[0].from, "alice@jabber.example");
    EXPECT_EQ(committed[0].to, "bob@example.net");
    EXPECT_EQ(mail(0).header("chat-content"), "call-ended");
    EXPECT_EQ(mail(0).in_reply_to, (std::vector<coi::MessageId>{{"c1@localhost"}}));
    EXPECT_EQ(*directory.contact(id, bob.canonical()), before) << "it is no message";
    directory.change(id, bob, [](Contact& contact) { contact.dialect = Dialect::mail; });
    outgoing.end_call(id, bob, {"c2@localhost"});
    outgoing.end_call(AccountId{99}, bob, {"c3@localhost"});
    settle();
    EXPECT_THAT(committed, SizeIs(1));
    EXPECT_THAT(sent, IsEmpty());
}

}  // namespace
}  // namespace gateway
