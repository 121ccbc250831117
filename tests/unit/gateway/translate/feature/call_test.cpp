// Calls: what the user reads, what the caller's program gets, and what stays silent.

#include "gateway/translate/feature/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string rtp = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media=";

xmpp::Stanza stanza(const std::string& children, const std::string& attributes = "type='chat'") {
    return xmpp::parse_stanza("<message id='m1' " + attributes +
                              " from='alice@jabber.example/phone' to='bob\\40example.org@coi.jabber.example'>" +
                              children + "</message>");
}

std::string proposed(const std::string& inside) {
    return "<propose xmlns='urn:xmpp:jingle-message:0' id='c1'>" + inside + "</propose>";
}

std::optional<Event> from_mail(const std::string& headers, const std::string& from = "Bob <bob@example.org>",
                               const std::string& lang = "en") {
    return read(coi::parse("From: " + from + "\r\nMessage-ID: <9@x>\r\nChat-Version: 1.0\r\n" + headers +
                           "\r\n\r\n[This is a 'Call'.]")
                    .value(),
                lang);
}

TEST(CallFeature, AClientsCallIsReadAndNotCarried) {
    for (const bool has_video : {false, true}) {
        const auto event = read(*stanza(proposed(rtp + "'audio'/>" + (has_video ? rtp + "'video'/>" : ""))));
        ASSERT_TRUE(event);
        EXPECT_THAT(event->contents, ElementsAre(Content{Call{Call::Kind::offered, has_video}}));
        for (const auto dialect : {Dialect::unknown, Dialect::coi, Dialect::chatmail, Dialect::mail})
            EXPECT_FALSE(carries(*event, dialect));
        EXPECT_THAT(not_carried(*event, "en"), HasSubstr("Please write"));
    }
    EXPECT_TRUE(read(*stanza("<invite xmlns='urn:xmpp:call-invites:0' video='true'/>"))->get<Call>()->has_video);
    EXPECT_FALSE(read(*stanza(proposed("<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>"))))
        << "a file is no call";
}

TEST(CallFeature, TheClientThatCallsGetsARejection) {
    const auto jingle = call::rejection(*stanza(proposed(rtp + "'audio'/>")));
    ASSERT_TRUE(jingle);
    EXPECT_EQ(xmpp::attribute(*jingle, "to"), "alice@jabber.example/phone");
    EXPECT_EQ(xmpp::attribute(*jingle, "from"), "bob\\40example.org@coi.jabber.example");
    EXPECT_THAT(xmpp::print(*jingle),
                HasSubstr("<reject xmlns='urn:xmpp:jingle-message:0' id='c1'><reason xmlns='urn:xmpp:jingle:1'>"
                          "<unsupported-applications/></reason></reject><store xmlns='urn:xmpp:hints'/>"));
    const auto invited = call::rejection(*stanza("<invite xmlns='urn:xmpp:call-invites:0'/>"));
    ASSERT_TRUE(invited);
    EXPECT_THAT(xmpp::print(*invited), HasSubstr("<reject xmlns='urn:xmpp:call-invites:0' id='m1'/>"));
    EXPECT_TRUE(call::rejection(*stanza(proposed("")))) << "whatever it proposes";
    EXPECT_FALSE(call::rejection(*stanza("<body>Hi</body>")));
    EXPECT_FALSE(call::rejection(*stanza(proposed(rtp + "'audio'/>"), "type='groupchat'")));
    EXPECT_FALSE(call::rejection(*stanza(proposed(rtp + "'audio'/>"), "type='error'"))) << "two gateways, for ever";
    EXPECT_FALSE(call::rejection(*stanza("<reject xmlns='urn:xmpp:jingle-message:0' id='c1'/>")));
    EXPECT_FALSE(call::rejection(*stanza("<retract xmlns='urn:xmpp:jingle-message:0' id='c1'/>")));
}

TEST(CallFeature, AMailsCallIsOneLineThatSaysWho) {
    const std::string call = "Chat-Content: call\r\nChat-Webrtc-Room: b2ZmZXI=";
    EXPECT_EQ(from_mail(call)->get<Text>()->body,
              "⟦Bob called you. Calls do not come through to Jabber: write to them instead.⟧");
    EXPECT_EQ(from_mail(call + "\r\nChat-Webrtc-Has-Video-Initially: =?utf-8?B?MQ==?=")->get<Text>()->body,
              "⟦Bob called you with video. Calls do not come through to Jabber: write to them instead.⟧");
    EXPECT_FALSE(from_mail(call + "\r\nChat-Webrtc-Has-Video-Initially: =?utf-8?B?MA==?=")->get<Call>()->has_video);
    EXPECT_THAT(from_mail(call, "bob@example.org", "de")->get<Text>()->body, HasSubstr("bob@example.org hat dich"));
    EXPECT_THAT(from_mail(call, "\"⟦x⟧ Bob\" <bob@example.org>")->get<Text>()->body, Not(HasSubstr("⟦x⟧")))
        << "nobody writes the gateway's own text";
}

TEST(CallFeature, WhatFollowsACallIsSilent) {
    EXPECT_FALSE(from_mail("Chat-Content: call-ended\r\nIn-Reply-To: <8@x>"));
    EXPECT_FALSE(from_mail("Chat-Content: call-accepted\r\nIn-Reply-To: <8@x>"));
}

TEST(CallFeature, TheCallerIsToldAsTheirProgramTellsIt) {
    auto event = call::ended({"Bob", "bob", "example.org"}, {"call@localhost"}, Time(std::chrono::seconds(1)));
    event.message = {"chat$2@jabber.example"};
    EXPECT_TRUE(carries(event, Dialect::chatmail));
    for (const auto dialect : {Dialect::unknown, Dialect::coi, Dialect::mail}) EXPECT_FALSE(carries(event, dialect));
    Contact contact;
    contact.dialect = Dialect::chatmail;
    contact.last_in = {"call@localhost"};
    contact.timer = 60;
    const auto mail = coi::parse(*coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact))).value();
    EXPECT_EQ(mail.header("chat-content"), "call-ended");
    EXPECT_EQ(mail.header("chat-version"), "1.0");
    EXPECT_EQ(mail.header("auto-submitted"), "auto-replied");
    EXPECT_EQ(mail.header("ephemeral-timer"), "60") << "without it the timer would be off";
    EXPECT_EQ(mail.header("chat-disposition-notification-to"), "");
    EXPECT_THAT(mail.in_reply_to, ElementsAre(coi::MessageId{"call@localhost"}));
    EXPECT_FALSE(mail.text.empty()) << "a mail without a part is not looked at";
    EXPECT_FALSE(read(mail, "en")) << "no loop between two gateways";
}

}  // namespace
}  // namespace gateway
