// Receipts as the examples of XEP-0184 §7 and XEP-0333 §4 have them, and as mail.

#include "gateway/translate/feature/receipt.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway::receipt {
namespace {

std::optional<Receipt> stanza(const std::string& xml) {
    const auto tag = xmpp::parse_stanza(xml);
    EXPECT_TRUE(tag) << xml;
    return tag ? read(*tag) : std::nullopt;
}

TEST(ReceiptFeature, Xep0184Example) {
    EXPECT_EQ(stanza("<message from='kingrichard@royalty.england.lit/throne' id='bi29sg183b4v' "
                     "to='northumberland@shakespeare.lit/westminster'><received xmlns='urn:xmpp:receipts' "
                     "id='richard2-4.1.247'/></message>"),
              (Receipt{Receipt::Kind::delivered, {}, {"richard2-4.1.247"}}));
}

TEST(ReceiptFeature, Xep0333Example) {
    EXPECT_EQ(stanza("<message from='kingrichard@royalty.england.lit/throne' id='message-2' "
                     "to='northumberland@shakespeare.lit/westminster'><displayed xmlns='urn:xmpp:chat-markers:0' "
                     "id='message-1'/></message>"),
              (Receipt{Receipt::Kind::displayed, {}, {"message-1"}}));
}

TEST(ReceiptFeature, OldMarkers) {
    EXPECT_EQ(stanza("<message><received xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"),
              (Receipt{Receipt::Kind::delivered, {}, {"1"}}));
    EXPECT_EQ(stanza("<message><acknowledged xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"),
              (Receipt{Receipt::Kind::displayed, {}, {"1"}}));
}

TEST(ReceiptFeature, ForNothing) {
    EXPECT_FALSE(stanza("<message><received xmlns='urn:xmpp:receipts'/></message>"));
    EXPECT_FALSE(stanza("<message><received xmlns='urn:example' id='1'/></message>"));
    EXPECT_FALSE(stanza("<message><body>Hi</body><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"));
    EXPECT_FALSE(read(coi::Message{}, ""));
}

TEST(ReceiptFeature, WhatWasSeenHasArrived) {
    xmpp::Tag message("message");
    write(Receipt{Receipt::Kind::displayed, {}, {"1"}}, message);
    EXPECT_EQ(xmpp::xep0184::received(message), "1");
    EXPECT_EQ(read(message), (Receipt{Receipt::Kind::displayed, {}, {"1"}}));
}

TEST(ReceiptFeature, AMailSaysSeenThroughItsReport) {
    for (const bool displayed : {true, false}) {
        const Receipt receipt{
            displayed ? Receipt::Kind::displayed : Receipt::Kind::delivered, {"chat$1@example.org"}, {}};
        coi::Message mail;
        mail.from = {{"Alice", "alice", "jabber.example"}};
        mail.to = {{"", "bob", "example.org"}};
        write(receipt, mail, Dialect::chatmail);
        const auto bytes = coi::print(mail);
        ASSERT_TRUE(bytes) << bytes.error().text;
        const auto parsed = coi::parse(*bytes);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(read(*parsed, ""), receipt);
    }
}

TEST(ReceiptFeature, OnlyWhatAChatProgramWouldSendIsMailed) {
    EXPECT_TRUE(carries(Receipt{Receipt::Kind::displayed, {}, {}}, Dialect::coi));
    EXPECT_FALSE(carries(Receipt{Receipt::Kind::displayed, {}, {}}, Dialect::mail));
    EXPECT_FALSE(carries(Receipt{Receipt::Kind::delivered, {}, {}}, Dialect::coi));
}

}  // namespace
}  // namespace gateway::receipt
