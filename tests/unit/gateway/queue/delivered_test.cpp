// Which messages a receipt is sent for, and what it says [XEP-0184 §4, §7].

#include "gateway/queue/delivered.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"

namespace gateway {
namespace {

queue::Entry mail(const std::string& children) {
    queue::Entry entry;
    entry.origin = "alice@jabber.example/phone";
    entry.origin_id = "s1";
    entry.beside = "<message from='alice@jabber.example/phone' to='bob%mail.example@coi.jabber.example/x' id='s1'>" +
                   children + "</message>";
    return entry;
}

TEST(Delivered, TheReceiptComesFromTheJidThatTheUserWroteTo) {
    const auto receipt = delivered::receipt(mail("<body>hi</body><request xmlns='urn:xmpp:receipts'/>"));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(xmpp::attribute(*receipt, "from"), "bob%mail.example@coi.jabber.example");
    EXPECT_EQ(xmpp::attribute(*receipt, "to"), "alice@jabber.example");
    EXPECT_NE(xmpp::print(*receipt).find("<received xmlns='urn:xmpp:receipts' id='s1'/>"), std::string::npos);
    EXPECT_EQ(xmpp::print(*receipt).find("<request"), std::string::npos);  // [XEP-0184 §5.4]
}

TEST(Delivered, NobodyGetsOneWhoDidNotAskOrCannotBeTold) {
    EXPECT_FALSE(delivered::receipt(mail("<body>what is urn:xmpp:receipts?</body>")));
    queue::Entry nameless = mail("<body>hi</body><request xmlns='urn:xmpp:receipts'/>");
    nameless.origin_id.clear();
    EXPECT_FALSE(delivered::receipt(nameless));
    queue::Entry of_the_gateway = mail("<body>hi</body><request xmlns='urn:xmpp:receipts'/>");
    of_the_gateway.origin.clear();
    EXPECT_FALSE(delivered::receipt(of_the_gateway));
}

}  // namespace
}  // namespace gateway
