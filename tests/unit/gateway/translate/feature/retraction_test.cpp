// Retractions: what is one, how many messages one mail takes back, and what the golden folders do not show.

#include "gateway/translate/feature/retraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::optional<Event> from_stanza(const std::string& children) {
    return read(*xmpp::parse_stanza("<message type='chat' from='a@b' to='c@d'>" + children + "</message>"));
}

std::optional<Event> from_mail(const std::string& header, const std::string& text = "🚮") {
    return read(coi::parse("From: bob@example.org\r\nMessage-ID: <9@x>\r\n" + header + "\r\n\r\n" + text).value(),
                "en");
}

/// The messages that an event takes back.
std::vector<std::string> ids_of(const Event& event) {
    std::vector<std::string> ids{event.about->message.value};
    for (const auto& about : event.get<Retraction>()->further) ids.push_back(about.message.value);
    return ids;
}

TEST(RetractionFeature, NoTextBesideItIsMailed) {
    const std::string retract = "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>";
    const std::string fallback = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>";
    for (const auto& beside : {std::string(), "<body>/me retracted a message</body>" + fallback,
                               std::string("<body>This person attempted to retract a message</body>")}) {
        const auto event = from_stanza(beside + retract);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->contents, std::vector<Content>{Retraction{}});
        EXPECT_EQ(event->about, Reference{.stanza = {"m1"}});
    }
    EXPECT_NE(from_stanza("<apply-to xmlns='urn:xmpp:fasten:0' id='m1'><retract "
                          "xmlns='urn:xmpp:message-retract:0'/></apply-to>")
                  ->get<Retraction>(),
              nullptr)
        << "Gajim 1";
}

TEST(RetractionFeature, OneMailTakesSeveralMessagesBack) {
    for (const char* form :
         {"<1@x> <2@x> <3@x>", "<1@x 2@x 3@x>", "1@x 2@x 3@x", "<1@x>\t<2@x>\r\n <2@x> <3@x> <1@x>"}) {
        const auto event = from_mail(std::string("Chat-Delete: ") + form);
        ASSERT_TRUE(event && event->get<Retraction>()) << form;
        EXPECT_THAT(ids_of(*event), ElementsAre("1@x", "2@x", "3@x")) << form;
    }
}

TEST(RetractionFeature, TheirNumberIsLimited) {
    std::string many = "Chat-Delete:";
    for (int i = 0; i < 1000; ++i) many += " <" + std::to_string(i) + "@x>";
    const auto event = from_mail(many);
    ASSERT_TRUE(event && event->get<Retraction>());
    EXPECT_EQ(ids_of(*event).size(), 700u);
}

TEST(RetractionFeature, WithoutAMessageItIsText) {
    for (const char* header :
         {"Chat-Content: deleterequest", "Chat-Delete: <>", "Chat-Delete: \x01",
          "Chat-Content: deleterequests\r\nIn-Reply-To: <1@x>", "Chat-Content: delete\r\nIn-Reply-To: <1@x>"}) {
        const auto event = from_mail(header, "words");
        ASSERT_TRUE(event) << header;
        EXPECT_EQ(event->get<Retraction>(), nullptr) << header;
        EXPECT_EQ(event->get<Text>()->body, "words") << header;
    }
}

TEST(RetractionFeature, AMailThatCannotBeReadTakesNothingBack) {
    const auto event = from_mail(
        "Chat-Delete: <1@x>\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b",
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: "
        "application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n");
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Retraction>(), nullptr);
}

/// A mail that takes these back; "" is not known.
std::vector<Event> known(const std::vector<std::string>& stanzas) {
    Event event;
    event.contents = {Retraction{}};
    event.about = Reference{.stanza = {stanzas.front()}};
    for (std::size_t i = 1; i < stanzas.size(); ++i)
        event.get<Retraction>()->further.push_back({.stanza = {stanzas[i]}});
    resolved(event, {.found = !stanzas.front().empty(), .to_user = true, .lang = "en"});
    return retraction::apart(event);
}

TEST(RetractionFeature, EachKnownMessageOnceAndTheRestInWords) {
    const auto events = known({"", "s1", "s2", "", "s1"});  // a message, and a correction of it
    ASSERT_EQ(events.size(), 3u);
    for (int i : {0, 1}) {
        EXPECT_EQ(events[i].contents, (std::vector<Content>{Retraction{{}, "⟦An earlier message was taken back.⟧"}}));
        EXPECT_EQ(events[i].about->stanza.value, "s" + std::to_string(i + 1));
    }
    EXPECT_EQ(events[2].get<Text>()->body, "⟦2 earlier messages, which cannot be removed here, were taken back.⟧");
    EXPECT_FALSE(events[2].about);
    EXPECT_EQ(known({"s1"}).size(), 1u);
    EXPECT_EQ(known({"", ""}).size(), 1u);
}

TEST(RetractionFeature, AnotherEventStaysWhole) {
    Event event;
    event.contents = {Text{"Hi", ""}, Correction{}};
    EXPECT_THAT(retraction::apart(event), ElementsAre(event));
}

TEST(RetractionFeature, OfAnUnknownMessageNothingIsMailed) {
    auto event = from_stanza("<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>");
    resolved(*event, {.found = false});
    EXPECT_TRUE(event->contents.empty()) << "its user is told";
}

TEST(RetractionFeature, AMailSaysWhichMessageInItsWritersLanguage) {
    Event event;
    event.contact = {"", "bob", "example.org"};
    event.message = {"chat$2@jabber.example"};
    event.contents = {Retraction{}};
    event.about = Reference{.message = {"chat$1@jabber.example"}};
    Contact contact;
    contact.dialect = Dialect::mail;
    const coi::Address own{"", "alice", "jabber.example"};
    auto mail = write_mail(event, own, contact);
    EXPECT_EQ(mail.text, "I take back an earlier message. Please ignore it.");
    EXPECT_EQ(mail.subject, "Message taken back");
    EXPECT_THAT(mail.in_reply_to, ElementsAre(coi::MessageId{"chat$1@jabber.example"}));
    event.lang = "de";
    event.about->when = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 28)) + std::chrono::minutes(845);
    mail = write_mail(event, own, contact);
    EXPECT_EQ(mail.text, "Ich nehme meine Nachricht vom 2026-11-28, 14:05 Uhr (UTC), zurück. Bitte nicht beachten.");
}

}  // namespace
}  // namespace gateway
