// Old messages that their user asked for: shown with their dates, once, and without any consequence.

#include <gmock/gmock.h>

#include "gateway/pipeline/history.h"
#include "gateway/store/sqlite/ids.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct IncomingHistoryTest : IncomingPlay {
    std::optional<DeliveryResult> old(const std::string& bytes, bool is_sent = false) {
        IncomingMail mail = arrival(bytes);
        mail.is_history = true;
        mail.is_filed_as_sent = is_sent;
        return take(std::move(mail));
    }
    static std::string dated(const std::string& more = "") {
        return "Chat-Version: 1.0\r\nDate: Sat, 01 Nov 2025 10:00:00 +0000\r\n" + more;
    }
    static std::string own(const std::string& id) {
        return "From: alice@example.org\r\nTo: bob@example.net\r\nMessage-ID: <" + id + ">\r\n" + dated() +
               "\r\nHi Bob\r\n";
    }
};

TEST_F(IncomingHistoryTest, IsShownWithItsDateOnce) {
    EXPECT_EQ(old(mail("m1@x", dated()))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(body(committed[0]), "Hi");
    EXPECT_THAT(committed[0].payload, HasSubstr("stamp='2025-11-01T10:00:00Z'"));
    EXPECT_EQ(old(mail("m1@x", dated()))->kind, Kind::duplicate);
    EXPECT_EQ(take(mail("m1@x", dated())), Kind::duplicate);
    EXPECT_THAT(committed, SizeIs(1));
}

TEST_F(IncomingHistoryTest, WhatIsHereIsNotShownAgain) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    EXPECT_EQ(old(mail("m1@x"))->kind, Kind::duplicate);
    EXPECT_THAT(committed, SizeIs(1));
}

TEST_F(IncomingHistoryTest, NobodyLearnsThatItWasRead) {
    EXPECT_EQ(old(mail("m1@x", dated("Chat-Disposition-Notification-To: bob@example.net\r\n")))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_THAT(committed[0].payload, AllOf(Not(HasSubstr("markable")), Not(HasSubstr("urn:xmpp:receipts"))));
    EXPECT_FALSE(ask<bool>([&](Database& db) { return ids::by_message(db, alice, {"m1@x"})->wants_receipt; }));
}

TEST_F(IncomingHistoryTest, TheConversationStaysAsItIs) {
    EXPECT_EQ(take(mail("now@x", "Chat-Version: 1.0\r\nSubject: Now\r\n")), Kind::taken);
    const Contact before = directory.known_or_new(alice, {"", "bob", "example.net"});
    EXPECT_EQ(
        old(mail("m1@x", dated("Subject: Once\r\nEphemeral-Timer: 60\r\n"), "Hi", "Robert <bob@example.net>"))->kind,
        Kind::taken);
    EXPECT_EQ(old(own("own@x"), true)->kind, Kind::taken);
    EXPECT_EQ(directory.known_or_new(alice, {"", "bob", "example.net"}), before);
}

TEST_F(IncomingHistoryTest, WhatTheUserWroteIsTheirOwn) {
    EXPECT_EQ(old(own("own@x"), true)->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(committed[0].from, "alice@jabber.example");
    EXPECT_THAT(committed[0].payload, HasSubstr("stamp='2025-11-01T10:00:00Z'"));
    EXPECT_EQ(old(own("own@x"), true)->kind, Kind::duplicate);
}

TEST_F(IncomingHistoryTest, OnlyMessages) {
    take(mail("m1@x"));
    sent("ours@example.org");
    committed.clear();
    EXPECT_EQ(
        old(mail("r@x", dated("Content-Disposition: reaction\r\nIn-Reply-To: <ours@example.org>\r\n"), "👍"))->kind,
        Kind::silent);
    EXPECT_EQ(old(mdn())->kind, Kind::declined);
    EXPECT_EQ(old(dsn())->kind, Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
}

TEST(History, StripsWhatWouldHaveAConsequence) {
    Event event;
    event.wants_receipt = true;
    event.contents = {Text{"Hi", ""}, DisappearsAfter{std::chrono::seconds(60)}, Location{.is_live = true}};
    EXPECT_TRUE(history::strip(event));
    EXPECT_FALSE(event.wants_receipt);
    EXPECT_EQ(event.contents.size(), 2u);
    EXPECT_FALSE(event.get<Location>()->is_live);
    event.contents.emplace_back(Correction{});
    EXPECT_FALSE(history::strip(event));
    Event call;
    call.contents = {Call{}};
    EXPECT_FALSE(history::strip(call));
}

}  // namespace
}  // namespace gateway
