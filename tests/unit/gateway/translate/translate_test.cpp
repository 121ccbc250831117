// What the seam itself does, whatever the feature: ids, threads, receipts asked for, messages sealed for others.

#include "gateway/translate/translate.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

std::optional<Event> stanza(const std::string& xml) {
    const auto tag = xmpp::parse_stanza(xml);
    EXPECT_TRUE(tag) << xml;
    return tag ? read(*tag) : std::nullopt;
}

Event text_event(const std::string& body) {
    Event event;
    event.user = "alice@jabber.example";
    event.contact = {"Bob", "bob", "example.org"};
    event.message = {"chat$9@jabber.example"};
    event.stanza = {"s9"};
    event.when = Time{1'000'000s};
    event.contents = {Text{body, ""}};
    return event;
}

TEST(Translate, ReadsWhatAStanzaSaysAboutItself) {
    const auto event = stanza(
        "<message type='chat' id='m1' from='Alice@jabber.example/phone' to='x' xml:lang='de'><body>Hallo</body>"
        "<request xmlns='urn:xmpp:receipts'/><delay xmlns='urn:xmpp:delay' stamp='2026-11-21T22:30:00Z'/></message>");
    ASSERT_TRUE(event);
    EXPECT_EQ(event->user, "alice@jabber.example");
    EXPECT_EQ(event->stanza.value, "m1");
    EXPECT_EQ(event->lang, "de");
    EXPECT_TRUE(event->wants_receipt);
    EXPECT_EQ(event->when, Time{std::chrono::sys_days{std::chrono::year(2026) / 11 / 21}} + 22h + 30min);
    EXPECT_EQ(event->get<Text>()->body, "Hallo");
}

TEST(Translate, AMarkableMessageWantsAReceipt) {
    EXPECT_TRUE(stanza("<message from='a@b'><body>x</body><markable xmlns='urn:xmpp:chat-markers:0'/></message>")
                    ->wants_receipt);
    EXPECT_FALSE(stanza("<message from='a@b'><body>x</body></message>")->wants_receipt);
}

TEST(Translate, WhatWasSealedForOthersIsNotRead) {
    for (const char* child :
         {"<body>I sent you an OMEMO encrypted message</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>",
          "<body>x</body><encrypted xmlns='urn:xmpp:omemo:2'/>", "<body>x</body><openpgp xmlns='urn:xmpp:openpgp:0'/>",
          "<body>x</body><x xmlns='jabber:x:encrypted'>…</x>", "<body>?OTRv23?</body>"}) {
        const auto tag = xmpp::parse_stanza("<message from='a@b/c'>" + std::string(child) + "</message>");
        ASSERT_TRUE(tag);
        EXPECT_TRUE(is_end_to_end_encrypted(*tag)) << child;
        EXPECT_FALSE(read(*tag)) << child;
    }
    EXPECT_FALSE(is_end_to_end_encrypted(*xmpp::parse_stanza("<message><body>What is ?OTR</body></message>")));
}

TEST(Translate, WritesAStanzaThatAsksForAReceipt) {
    Event event = text_event("Hi <you>");
    event.wants_receipt = true;
    const auto tag =
        write_stanza(event, xmpp::JID("bob\\40example.org@coi.jabber.example"), xmpp::JID("alice@jabber.example"));
    EXPECT_EQ(xmpp::attribute(*tag, "type"), "chat");
    EXPECT_EQ(xmpp::attribute(*tag, "id"), "s9");
    EXPECT_EQ(xmpp::attribute(*tag, "from"), "bob\\40example.org@coi.jabber.example");
    EXPECT_EQ(xmpp::attribute(*tag, "to"), "alice@jabber.example");
    EXPECT_EQ(tag->findChild("body")->cdata(), "Hi <you>");
    EXPECT_TRUE(xmpp::child(*tag, "request", "urn:xmpp:receipts"));
    EXPECT_TRUE(xmpp::child(*tag, "markable", "urn:xmpp:chat-markers:0"));
}

TEST(Translate, TheFirstMailStartsAThread) {
    const auto mail = write_mail(text_event("Hello"), {"Alice", "alice", "jabber.example"}, Contact{});
    EXPECT_EQ(mail.id.value, "chat$9@jabber.example");
    EXPECT_EQ(mail.to.front().addr_spec(), "bob@example.org");
    EXPECT_EQ(mail.from.front().name, "Alice");
    EXPECT_TRUE(mail.references.empty());
    EXPECT_TRUE(mail.in_reply_to.empty());
    EXPECT_EQ(mail.date, std::chrono::sys_seconds{1'000'000s});
    EXPECT_EQ(mail.subject, "Chat: Hello");
}

TEST(Translate, AnAnswerRefersToTheLastMailsBothWays) {
    Contact contact;
    contact.address = {"Bob", "BOB", "example.org"};
    contact.last_in = {"5@example.org"};
    contact.last_out = {"chat$4@jabber.example"};
    contact.thread = {"1@example.org"};
    contact.subject = "Tea";
    contact.dialect = Dialect::mail;
    auto mail = write_mail(text_event("Hello"), {"", "alice", "jabber.example"}, contact);
    EXPECT_EQ(mail.subject, "Re: Tea");
    EXPECT_EQ(mail.references,
              (std::vector<coi::MessageId>{{"chat$4@jabber.example"}, {"1@example.org"}, {"5@example.org"}}));
    EXPECT_EQ(mail.in_reply_to, (std::vector<coi::MessageId>{{"5@example.org"}}));
    EXPECT_EQ(mail.to.front().local, "BOB") << "the spelling last seen in mail";
    contact.thread = {"chat$1@jabber.example"};
    mail = write_mail(text_event("Hello"), {"", "alice", "jabber.example"}, contact);
    EXPECT_EQ(mail.references,
              (std::vector<coi::MessageId>{{"chat$1@jabber.example"}, {"chat$4@jabber.example"}, {"5@example.org"}}));
    contact.last_in = contact.last_out = contact.thread;
    mail = write_mail(text_event("Hello"), {"", "alice", "jabber.example"}, contact);
    EXPECT_EQ(mail.references, (std::vector<coi::MessageId>{{"chat$1@jabber.example"}})) << "each once";
}

TEST(Translate, WhatAPersonDoesWithoutABodySaysSomething) {
    for (const char* child :
         {"<apply-to xmlns='urn:xmpp:fasten:0' id='x'><external xmlns='urn:example'/></apply-to>",
          "<retract xmlns='urn:xmpp:message-retract:1'/>", "<x xmlns='jabber:x:conference' jid='room@muc.example'/>",
          "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='a@b'/></x>",
          "<geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>1</lat></geoloc>",
          "<file-sharing xmlns='urn:xmpp:sfs:0'/>", "<reference xmlns='urn:xmpp:reference:0' type='data'/>",
          "<sticker xmlns='urn:xmpp:stickers:0'/>", "<x xmlns='jabber:x:data' type='submit'/>",
          "<x xmlns='http://jabber.org/protocol/rosterx'><item jid='carl@example.net'/></x>",
          "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
          "<img src='data:,'/></body></html>",
          "<body/><replace xmlns='urn:xmpp:message-correct:0' id='x'/>"}) {
        const auto tag = xmpp::parse_stanza("<message from='a@b/c'>" + std::string(child) + "</message>");
        ASSERT_TRUE(tag);
        EXPECT_FALSE(read(*tag)) << child;
        EXPECT_TRUE(says_something(*tag)) << child;
    }
}

TEST(Translate, AMailAsksUsByTheChatHeaderOnly) {
    coi::Message mail;
    mail.from = {{"", "bob", "example.org"}};
    mail.text = "Hi";
    mail.headers["disposition-notification-to"] = "bob@example.org";
    EXPECT_FALSE(read(mail)->wants_receipt);
    mail.headers["chat-disposition-notification-to"] = "bob@example.org";
    EXPECT_TRUE(read(mail)->wants_receipt);
}

TEST(Translate, TheReadersLanguageNamesAttachments) {
    coi::Message mail;
    mail.from = {{"", "bob", "example.org"}};
    mail.attachments = {{"application/pdf", "a.pdf", 2000, "", false}};
    EXPECT_EQ(read(mail, "de")->get<Text>()->body, "⟦Datei: a.pdf, 2 kB⟧");
}

}  // namespace
}  // namespace gateway
