// Text of stanzas and mails, one trait a test; whole mails stand in tests/golden/text.

#include "gateway/translate/feature/text.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"

namespace gateway::text {
namespace {

template <class... From>
std::optional<Text> read(const From&... from) {
    Event event;
    text::read(from..., event);
    return event.contents.empty() ? std::nullopt : std::optional(*event.get<Text>());
}

template <class... To>
void write(const Text& text, To&&... to) {
    Event event;
    event.contents = {text};
    text::write(event, to...);
}

std::optional<Text> stanza(const std::string& xml) {
    const auto tag = xmpp::parse_stanza(xml);
    EXPECT_TRUE(tag) << xml;
    return tag ? read(*tag) : std::nullopt;
}

coi::Message mail(const std::string& subject, const std::string& text) {
    coi::Message message;
    message.from = {{"Bob", "bob", "example.org"}};
    message.id = {"1@example.org"};
    message.subject = subject;
    message.text = text;
    return message;
}

std::string body_written(const Text& text) {
    xmpp::Tag message("message");
    write(text, message);
    return message.findChild("body")->cdata();
}

coi::Message written(const Text& text, Dialect dialect, const std::string& running = {}) {
    coi::Message message;
    message.from = {{"Alice", "alice", "jabber.example"}};
    message.subject = running;
    write(text, message, dialect);
    return message;
}

TEST(Text, AStanzasBodyAndSubject) {
    EXPECT_EQ(stanza("<message><subject>Tea\n time</subject><body>At five?\nOr six</body></message>"),
              (Text{"At five?\nOr six", "Tea time"}));
}

TEST(Text, ASubjectAloneIsText) {
    EXPECT_EQ(stanza("<message><subject>Call me</subject></message>"), (Text{"Call me", "Call me"}));
}

TEST(Text, NothingToSay) {
    EXPECT_FALSE(stanza("<message type='chat'><body> \n</body></message>"));
    EXPECT_FALSE(stanza("<message type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"));
    EXPECT_FALSE(stanza("<message type='error'><body>bounced</body></message>"));
    EXPECT_FALSE(stanza("<message type='groupchat'><subject>topic</subject></message>"));
}

TEST(Text, AnEmptyBodyHidesNoOther) {
    EXPECT_EQ(stanza("<message xml:lang='en'><body/><body xml:lang='fr'>Bonjour</body></message>"), (Text{"Bonjour", ""}));
}

TEST(Text, ABodyOfAnotherNamespaceIsNone) {
    EXPECT_FALSE(stanza("<message><body xmlns='http://www.w3.org/1999/xhtml'>markup</body></message>"));
}

TEST(Text, APlainMailBringsItsSubject) {
    const auto text = read(mail("Invoice", "Please pay.\n\n-- \nBob"), "");
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, (Text{"Please pay.", "Invoice"}));
    EXPECT_EQ(body_written(*text), "Invoice – Please pay.");
}

TEST(Text, AChatMailsSubjectIsNoWordOfItsWriter) {
    auto chat = mail("Message from Bob", "Hi");
    chat.headers["chat-version"] = "1.0";
    EXPECT_EQ(read(chat, ""), (Text{"Hi", ""}));
    auto coi = mail("Chat: Hi", "Hi");
    coi.id = {"chat$1@example.org"};
    EXPECT_EQ(read(coi, ""), (Text{"Hi", ""}));
}

TEST(Text, QuotesBelowTheAnswerAreFoldedAway) {
    EXPECT_EQ(read(mail("Re: Tea", "Yes!\n\nOn 2026-01-05 10:00, Alice wrote:\n> At five?\n"), "")->body, "Yes!\n[…]");
}

TEST(Text, ChatKeepsItsQuotes) {
    auto chat = mail("Re: Tea", "Like this:\n\nOn 2026-01-05 10:00, Alice wrote:\n> At five?");
    chat.headers["chat-version"] = "1.0";
    EXPECT_EQ(read(chat, "")->body, chat.text);
}

TEST(Text, AMailWithoutTextSaysItsSubject) {
    EXPECT_EQ(read(mail("On my way", ""), ""), (Text{"On my way", ""}));
    EXPECT_FALSE(read(mail("", " \n"), ""));
}

TEST(Text, AttachmentsAreNamed) {
    auto message = mail("", "Look:");
    message.attachments = {{"image/jpeg", "earth.jpg", 20'480, "", true},
                           {"application/pdf", "", 1'450'000, "", false},
                           {"audio/ogg", "a\nb.ogg", 1, "", false}};
    EXPECT_EQ(read(message, "")->body, "Look:\n⟦image: earth.jpg, 20 kB⟧\n⟦file, 1.5 MB⟧\n⟦audio: a b.ogg, 1 byte⟧");
}

TEST(Text, ManyAttachmentsAreCounted) {
    auto message = mail("", "");
    message.attachments.resize(23, {"image/png", "x.png", 100, "", false});
    EXPECT_TRUE(read(message, "")->body.ends_with("\n⟦3 more files⟧"));
}

TEST(Text, AChatMailsSubjectIsNeverItsText) {
    auto taken_back = mail("Re: Message from Bob", "");  // a reaction removed, as Delta Chat says it
    taken_back.headers = {{"chat-version", "1.0"}, {"content-disposition", "reaction"}};
    EXPECT_FALSE(read(taken_back, ""));
}

TEST(Text, AGroupStandsAboveItsText) {
    auto message = mail("Re: Sailing", "> On Sunday?\n\nYes");
    message.headers = {{"chat-version", "1.0"}, {"chat-group-name", "Sailing"}};
    EXPECT_EQ(read(message, "")->body, "⟦group: Sailing⟧\n> On Sunday?\n\nYes");
    EXPECT_EQ(read(message, "de")->body, "⟦Gruppe: Sailing⟧\n> On Sunday?\n\nYes");
}

TEST(Text, EncryptedMailSaysSoAndHidesItsEnvelope) {
    auto message = mail("...", "");
    message.encrypted = true;
    message.attachments = {{"application/octet-stream", "encrypted.asc", 900, "", true}};
    EXPECT_EQ(read(message, "")->body, "⟦This message is encrypted and cannot be read here.⟧");
}

TEST(Text, ReportsAreNoText) {
    auto message = mail("Read receipt", "It was read.");
    message.mdn = coi::Mdn{{"1@jabber.example"}, true};
    EXPECT_FALSE(read(message, ""));
}

TEST(Text, AnEndlessMailIsCutBetweenCharacters) {
    std::string endless;
    while (endless.size() < 300'000) endless += "日本";
    const auto text = read(mail("", endless), "");
    ASSERT_TRUE(text);
    EXPECT_TRUE(text->body.ends_with("本\n⟦The message was too long and is cut here.⟧") ||
                text->body.ends_with("日\n⟦The message was too long and is cut here.⟧"));
    EXPECT_LT(text->body.size(), longest_printed + 100);
}

TEST(Text, AVeryLongSubjectStandsAboveTheTextAndBothFit) {
    auto text = read(mail(std::string(30'000, '"'), std::string(250'000, 'x')), "");
    ASSERT_TRUE(text);
    EXPECT_EQ("", text->subject);
    EXPECT_TRUE(text->body.starts_with(std::string(30'000, '"') + "\n\nxx"));
    EXPECT_TRUE(text->is_cut);
    add_where_the_rest_is(*text, true, "");
    EXPECT_TRUE(text->body.ends_with("\n⟦The message was too long and is cut here.⟧\n⟦All of it is in your mailbox.⟧"));
    xmpp::Tag message("message");
    write(*text, message);
    EXPECT_LT(message.xml().size(), 200'000U);
    EXPECT_EQ(500U, topic(std::string(30'000, 'x')).size());
}

TEST(Text, WhatIsWholeSaysNothingOfARest) {
    auto text = read(mail("short", "words"), "");
    add_where_the_rest_is(*text, false, "");
    EXPECT_EQ("words", text->body);
}

TEST(Text, WhatXmlEscapesCountsAsPrinted) {
    const auto text = read(mail("", std::string(200'000, '"')), "");
    ASSERT_TRUE(text);
    xmpp::Tag message("message");
    write(*text, message);
    EXPECT_LT(message.xml().size(), 200'000U);
}

TEST(Text, TheFirstMailsSubjectIsItsFirstWords) {
    EXPECT_EQ(written({"Hello Bob,\nshall we meet?", ""}, Dialect::unknown).subject, "Chat: Hello Bob, shall we meet?");
    EXPECT_EQ(written({"Hello Bob", ""}, Dialect::mail).subject, "Hello Bob");
    EXPECT_EQ(
        written({"This is a long beginning of a message that goes on and on for ever", ""}, Dialect::mail).subject,
        "This is a long beginning of a message that goes on and on…");
}

TEST(Text, ASubjectOfTheWriterWins) {
    EXPECT_EQ(written({"At five?", "Tea"}, Dialect::unknown, "Re: Work").subject, "Tea");
    EXPECT_EQ(written({"At five?", ""}, Dialect::unknown, "Re: Work").subject, "Re: Work");
}

TEST(Text, WhatFollowsTwoDashesIsNoSignature) {
    for (const auto dialect : {Dialect::unknown, Dialect::chatmail, Dialect::mail}) {
        EXPECT_EQ(written({"a list\n-- \n-- \none -- two\n-- three\n-- ", ""}, dialect).text,
                  "a list\n--\n--\none -- two\n-- three\n--");
    }
}

TEST(Text, ChatHeadersByDialect) {
    const auto unknown = written({"Hi", ""}, Dialect::unknown);
    EXPECT_EQ(unknown.header("chat-version"), "1.0");
    EXPECT_EQ(unknown.header("chat-disposition-notification-to"), "alice@jabber.example");
    EXPECT_EQ(unknown.header("disposition-notification-to"), "");
    EXPECT_EQ(written({"Hi", ""}, Dialect::coi).header("disposition-notification-to"), "alice@jabber.example");
    EXPECT_EQ(written({"Hi", ""}, Dialect::chatmail).header("disposition-notification-to"), "");
    EXPECT_TRUE(written({"Hi", ""}, Dialect::mail).headers.empty());
}

TEST(Text, Topics) {
    EXPECT_EQ(topic("Re: Tea"), "Tea");
    EXPECT_EQ(topic("AW: Re: RE[3]: Antw: Tea"), "Tea");
    EXPECT_EQ(topic("回复：Tea"), "Tea");
    EXPECT_EQ(topic("Recipe: Tea"), "Recipe: Tea");
    EXPECT_EQ(topic("Chat: Tea"), "Chat: Tea");
    EXPECT_EQ(topic(" Re: "), "");
}

}  // namespace
}  // namespace gateway::text
