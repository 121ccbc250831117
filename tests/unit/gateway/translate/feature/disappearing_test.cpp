// Timers of disappearing messages: what the golden folders do not show.

#include "gateway/translate/feature/disappearing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

coi::Message chat(std::map<std::string, std::string> headers) {
    coi::Message message;
    message.from = {{"Bob", "bob", "example.org"}};
    message.to = {{"", "alice", "jabber.example"}};
    message.text = "Hi";
    message.headers = std::move(headers);
    message.headers["chat-version"] = "1.0";
    return message;
}

std::optional<Event> from_stanza(const std::string& children) {
    return read(*xmpp::parse_stanza("<message type='chat' from='a@b' to='c@d'>" + children + "</message>"));
}

const DisappearsAfter* timer_of(const std::optional<Event>& event) {
    return event ? event->get<DisappearsAfter>() : nullptr;
}

TEST(DisappearingFeature, AChangeIsSaidFromTheReadersSide) {
    const auto change = [](const char* seconds) {
        const auto event =
            read(chat({{"chat-content", "ephemeral-timer-changed"}, {"ephemeral-timer", seconds}}), "en");
        EXPECT_NE(timer_of(event), nullptr);
        return event->get<Text>()->body;
    };
    const std::string after = "⟦The messages of this chat are now deleted after ",
                      rest = ": by your contact's program, and by yours if it can.⟧";
    EXPECT_EQ(change("3600"), after + "1 hour" + rest);
    EXPECT_EQ(change("1209600"), after + "2 weeks" + rest);
    EXPECT_EQ(change("61"), after + "61 seconds" + rest);
    EXPECT_EQ(change("0"), "⟦The messages of this chat are no longer deleted.⟧");
    EXPECT_EQ(read(chat({{"ephemeral-timer", "3600"}}), "")->get<Text>()->body, "Hi");
}

TEST(DisappearingFeature, OnlyANumberIsATimer) {
    using disappearing::timer;
    EXPECT_EQ(timer(chat({{"ephemeral-timer", "86400"}})), 86400U);
    for (const char* none : {"-1", "60s", "99999999999", ""}) EXPECT_EQ(timer(chat({{"ephemeral-timer", none}})), 0U);
    EXPECT_EQ(timer(chat({})), 0U);
    EXPECT_EQ(timer_of(read(chat({{"ephemeral-timer", "0"}}))), nullptr);
}

TEST(DisappearingFeature, AGroupHasATimerOfItsOwn) {
    EXPECT_EQ(timer_of(read(chat({{"ephemeral-timer", "60"}, {"chat-group-id", "g"}, {"chat-group-name", "Sailing"}}))),
              nullptr);
}

TEST(DisappearingFeature, AloneItIsAChangeIfItIsMeantToBeKept) {
    const std::string timer = "<ephemeral xmlns='urn:xmpp:ephemeral:0' timer='60'/>";
    EXPECT_NE(timer_of(from_stanza(timer + "<store xmlns='urn:xmpp:hints'/>")), nullptr);
    EXPECT_NE(timer_of(from_stanza(timer + "<body>Hi</body>")), nullptr);
    EXPECT_FALSE(from_stanza(timer + "<composing xmlns='http://jabber.org/protocol/chatstates'/>"));
}

TEST(DisappearingFeature, WhereNothingIsDeletedAChangeIsNotSent) {
    Event event;
    event.contents = {DisappearsAfter{std::chrono::seconds(60)}};
    for (const auto dialect : {Dialect::unknown, Dialect::coi, Dialect::mail}) {
        EXPECT_FALSE(carries(event, dialect));
        Contact contact;
        contact.dialect = dialect;
        const char* words = dialect == Dialect::unknown ? "It is not known" : "deletes no messages";
        EXPECT_THAT(disappearing::words_of_no_use(contact, "en"), testing::HasSubstr(words));
    }
    EXPECT_TRUE(carries(event, Dialect::chatmail));
    event.contents.insert(event.contents.begin(), Text{"Hi", ""});
    EXPECT_TRUE(carries(event, Dialect::mail)) << "the text is";
}

TEST(DisappearingFeature, WhatTheUserSetsCountsMoreThanWhatIsKept) {
    Contact contact;
    contact.dialect = Dialect::chatmail;
    contact.timer = 3600;
    Event event;
    event.contents = {Text{"Hi", ""}};
    const auto sent = [&] {
        return write_mail(event, {"", "alice", "jabber.example"}, contact).header("ephemeral-timer");
    };
    EXPECT_EQ(sent(), "3600");
    event.contents.emplace_back(DisappearsAfter{std::chrono::seconds(60)});
    EXPECT_EQ(sent(), "60");
    event.get<DisappearsAfter>()->time = {};
    EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace gateway
