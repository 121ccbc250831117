// Receipts as the examples of XEP-0184 §7 and XEP-0333 §4 have them, and as mail.

#include "gateway/translate/feature/receipt.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway::receipt {
namespace {

using Kind = Receipt::Kind;

/// The kind of a receipt, and the stanza or the mail that it is about.
using Said = std::optional<std::pair<Kind, std::string>>;

Event receipt(Kind kind, const std::string& stanza, const std::string& message = "") {
    Event event;
    event.contents = {Receipt{kind}};
    event.about = Reference{.message = {message}, .stanza = {stanza}};
    return event;
}

template <class... From>
Said said(const From&... from) {
    Event event;
    if (!read(from..., event)) return std::nullopt;
    const auto& about = *event.about;
    return std::pair(event.get<Receipt>()->kind, about.stanza.empty() ? about.message.value : about.stanza.value);
}

Said stanza(const std::string& xml) {
    const auto tag = xmpp::parse_stanza(xml);
    EXPECT_TRUE(tag) << xml;
    return tag ? said(*tag) : std::nullopt;
}

TEST(ReceiptFeature, Xep0184Example) {
    EXPECT_EQ(stanza("<message from='kingrichard@royalty.england.lit/throne' id='bi29sg183b4v' "
                     "to='northumberland@shakespeare.lit/westminster'><received xmlns='urn:xmpp:receipts' "
                     "id='richard2-4.1.247'/></message>"),
              Said({Kind::delivered, "richard2-4.1.247"}));
}

TEST(ReceiptFeature, Xep0333Example) {
    EXPECT_EQ(stanza("<message from='kingrichard@royalty.england.lit/throne' id='message-2' "
                     "to='northumberland@shakespeare.lit/westminster'><displayed xmlns='urn:xmpp:chat-markers:0' "
                     "id='message-1'/></message>"),
              Said({Kind::displayed, "message-1"}));
}

TEST(ReceiptFeature, OldMarkers) {
    EXPECT_EQ(stanza("<message><received xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"),
              Said({Kind::delivered, "1"}));
    EXPECT_EQ(stanza("<message><acknowledged xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"),
              Said({Kind::displayed, "1"}));
}

TEST(ReceiptFeature, ForNothing) {
    EXPECT_FALSE(stanza("<message><received xmlns='urn:xmpp:receipts'/></message>"));
    EXPECT_FALSE(stanza("<message><received xmlns='urn:example' id='1'/></message>"));
    EXPECT_FALSE(stanza("<message><body>Hi</body><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"));
    EXPECT_FALSE(said(coi::Message{}, ""));
}

TEST(ReceiptFeature, AStanzaHasOneOfThem) {
    for (const auto kind : {Kind::displayed, Kind::delivered}) {
        xmpp::Tag message("message");
        write(receipt(kind, "1"), message);
        EXPECT_EQ(message.children().size(), 1u);
        EXPECT_EQ(said(message), Said({kind, "1"}));
    }
}

TEST(ReceiptFeature, AMailSaysSeenThroughItsReport) {
    for (const bool displayed : {true, false}) {
        const auto kind = displayed ? Kind::displayed : Kind::delivered;
        coi::Message mail;
        mail.from = {{"Alice", "alice", "jabber.example"}};
        mail.to = {{"", "bob", "example.org"}};
        write(receipt(kind, "", "chat$1@example.org"), mail, Dialect::chatmail);
        const auto bytes = coi::print(mail);
        ASSERT_TRUE(bytes) << bytes.error().text;
        const auto parsed = coi::parse(*bytes);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(said(*parsed, ""), Said({kind, "chat$1@example.org"}));
    }
}

TEST(ReceiptFeature, ChatmailNamesSeveralMessagesInOneMail) {
    const std::vector<coi::MessageId> seen{{"a@x"}, {"b@x"}, {"c@x"}};
    const auto one = of_messages(receipt(Kind::displayed, "1"), seen, Dialect::chatmail);
    ASSERT_EQ(one.size(), 1u);
    coi::Message mail;
    mail.from = {{"Alice", "alice", "jabber.example"}};
    mail.to = {{"", "bob", "example.org"}};
    write(one.front(), mail, Dialect::chatmail);
    const auto bytes = coi::print(mail);
    ASSERT_TRUE(bytes) << bytes.error().text;
    const auto parsed = coi::parse(*bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->mdn->original.value, "c@x");
    EXPECT_EQ(parsed->mdn->further, (std::vector<coi::MessageId>{{"a@x"}, {"b@x"}}));

    EXPECT_EQ(of_messages(receipt(Kind::displayed, "1"), seen, Dialect::coi).size(), 3u);
    EXPECT_TRUE(of_messages(receipt(Kind::displayed, "1"), {}, Dialect::chatmail).empty());
}

TEST(ReceiptFeature, OnlyWhatAChatProgramWouldSendIsMailed) {
    EXPECT_TRUE(carries(receipt(Kind::displayed, "1"), Dialect::coi));
    EXPECT_FALSE(carries(receipt(Kind::displayed, "1"), Dialect::mail));
    EXPECT_FALSE(carries(receipt(Kind::delivered, "1"), Dialect::coi));
}

}  // namespace
}  // namespace gateway::receipt
