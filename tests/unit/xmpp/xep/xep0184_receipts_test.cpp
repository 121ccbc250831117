// Delivery receipts: the examples of XEP-0184.

#include "xmpp/xep/xep0184_receipts.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0184Receipts, Example3AContentMessageWithReceiptRequested) {
    const auto message = parsed(R"(<message
    from='northumberland@shakespeare.lit/westminster'
    id='richard2-4.1.247'
    to='kingrichard@royalty.england.lit/throne'>
  <body>My lord, dispatch; read o'er these articles.</body>
  <request xmlns='urn:xmpp:receipts'/>
</message>)");
    EXPECT_TRUE(xep0184::requests(*message));
    EXPECT_FALSE(xep0184::received(*message));
}

TEST(Xep0184Receipts, Example4AMessageDeliveryReceipt) {
    const auto receipt = parsed(R"(<message
    from='kingrichard@royalty.england.lit/throne'
    id='bi29sg183b4v'
    to='northumberland@shakespeare.lit/westminster'>
  <received xmlns='urn:xmpp:receipts' id='richard2-4.1.247'/>
</message>)");
    EXPECT_EQ(xep0184::received(*receipt), "richard2-4.1.247");
    EXPECT_FALSE(xep0184::requests(*receipt));
}

TEST(Xep0184Receipts, ACarbonCopyIsNone) {
    EXPECT_FALSE(xep0184::received(*parsed("<message><received xmlns='urn:xmpp:carbons:2' id='1'/></message>")));
}

}  // namespace
}  // namespace xmpp
