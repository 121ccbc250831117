// Which part of a message is the quote of the one that it answers, and that nothing else is taken for it.

#include "gateway/translate/feature/reply.h"

#include <gtest/gtest.h>

#include "coi/message.h"
#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway::reply {
namespace {

struct Said {
    std::string text;
    std::optional<std::string> quote;  // of a reply
    bool operator==(const Said&) const = default;
};

Said said(const std::optional<Event>& event) {
    const auto* reply = event ? event->get<ReplyTo>() : nullptr;
    return {event ? event->get<Text>()->body : "nothing", reply ? std::optional(reply->quote) : std::nullopt};
}

Said stanza(const std::string& body, const std::string& start, const std::string& end) {
    std::string escaped;
    for (const char c : body) escaped += c == '>' ? "&gt;" : std::string(1, c);
    const auto tag = xmpp::parse_stanza("<message type='chat' from='a@b'><body>" + escaped +
                                        "</body><reply xmlns='urn:xmpp:reply:0' id='m1'/><fallback "
                                        "xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='" +
                                        start + "' end='" + end + "'/></fallback></message>");
    return tag ? said(gateway::read(*tag)) : Said{"no stanza", {}};
}

Said mail(const std::string& text, const std::string& chat = "Chat-Version: 1.0\r\n") {
    const auto parsed = coi::parse(
        "From: bob@example.org\r\nMessage-ID: <2@example.org>\r\nIn-Reply-To: "
        "<1@example.org>\r\n" +
        chat + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n");
    return said(gateway::read(*parsed, ""));
}

TEST(ReplyFeature, PositionsThatCountOtherwiseCostNoWords) {
    const std::string body = "> hi from bob 🚲\n\nYes to all";
    for (const char* end : {"10", "15", "16", "17", "18", "19", "22"}) {
        EXPECT_EQ(stanza(body, "0", end), (Said{"Yes to all", "hi from bob 🚲"})) << end;
    }
}

TEST(ReplyFeature, WhatIsNoQuotedLineStays) {
    EXPECT_EQ(stanza("I do not agree", "2", "9"), (Said{"I do not agree", ""}));
    EXPECT_EQ(stanza("Bob wrote:\n> hi\nYes", "0", "16"), (Said{"Bob wrote:\n> hi\nYes", ""}));
    EXPECT_EQ(stanza("> only a quote", "0", "14"), (Said{"> only a quote", ""}));
}

TEST(ReplyFeature, QuotedLinesAtTheStartOfAMail) {
    EXPECT_EQ(mail("> At five?\r\n> Or six\r\n\r\nYes"), (Said{"Yes", "At five?\nOr six"}));
    EXPECT_EQ(mail("> only a quote"), (Said{"> only a quote", std::nullopt}));
    EXPECT_EQ(mail(">:-( I am angry\r\nnow"), (Said{">:-( I am angry\nnow", std::nullopt}));
}

TEST(ReplyFeature, WhatAPersonTypedIsNoQuote) {
    EXPECT_EQ(mail("\r\n> typed\r\nby me"), (Said{"> typed\nby me", std::nullopt})) << "Delta Chat's mark";
    EXPECT_EQ(mail("It was\r\n[…]\r\nthe worst of times.", ""),
              (Said{"It was\n[…]\nthe worst of times.", std::nullopt}));
    Event event;
    event.contact = {"", "bob", "example.org"};
    event.contents = {Text{"> typed\nby me", ""}};
    Contact contact;
    contact.dialect = Dialect::chatmail;
    const auto bytes = coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact));
    EXPECT_NE(bytes->find("\r\n\r\n\r\n> typed"), std::string::npos) << "so that Delta Chat shows no quote";
    EXPECT_TRUE(coi::parse(*bytes)->quote_is_typed);
}

TEST(ReplyFeature, AnAnswerLineByLineStaysWhole) {
    const std::string text = "> q one\n\nanswer one\n\n> q two\n\nanswer two";
    std::string lines;
    for (const char c : text) lines += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_EQ(mail(lines), (Said{text, ""}));
}

TEST(ReplyFeature, ALongQuoteStaysWhole) {
    std::string lines, text;
    for (int i = 0; i < 100; ++i) {
        lines += "> Paragraph " + std::to_string(i) + " of the contract.\r\n";
        text += "> Paragraph " + std::to_string(i) + " of the contract.\n";
    }
    EXPECT_EQ(mail(lines + "\r\nDo you agree?", ""), (Said{text + "\nDo you agree?", ""}));
}

}  // namespace
}  // namespace gateway::reply
