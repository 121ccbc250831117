// Displayed markers: the examples of XEP-0333.

#include "xmpp/xep/xep0333_markers.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace xmpp {
namespace {

TEST(Xep0333Markers, Example3RomeoSendsAMessageToJuliet) {
    const std::string example = R"(<message to='juliet@capulet.lit' from='romeo@montegue.lit/orchard' id='the-msg-1'>
  <body>Hi. How are you?</body>
  <markable xmlns='urn:xmpp:chat-markers:0'/>
  <request xmlns='urn:xmpp:receipts'/>
</message>)";
    EXPECT_TRUE(xep0333::markable(*parsed(example)));
    EXPECT_FALSE(xep0333::displayed(*parsed(example)));
    const auto message = parsed(
        "<message to='juliet@capulet.lit' from='romeo@montegue.lit/orchard' id='the-msg-1'><body>Hi. How are "
        "you?</body>"
        "</message>");
    xep0333::add_markable(*message);
    xep0184::add_request(*message);
    EXPECT_EXAMPLE(*message, example);
}

TEST(Xep0333Markers, Example4JulietLetsRomeoKnowSheHasDisplayedTheMessage) {
    const std::string example = R"(<message to='romeo@montegue.lit' from='juliet@capulet.let/balcony'>
   <displayed xmlns='urn:xmpp:chat-markers:0' id='the-msg-1'/>
</message>)";
    EXPECT_EQ(xep0333::displayed(*parsed(example)), "the-msg-1");
    EXPECT_FALSE(xep0333::markable(*parsed(example)));
    const auto marker = parsed("<message to='romeo@montegue.lit' from='juliet@capulet.let/balcony'/>");
    xep0333::add_displayed(*marker, "the-msg-1");
    EXPECT_EXAMPLE(*marker, example);
}

TEST(Xep0333Markers, AMarkerWithoutAnIdIsNone) {
    EXPECT_FALSE(xep0333::displayed(*parsed("<message><displayed xmlns='urn:xmpp:chat-markers:0'/></message>")));
}

}  // namespace
}  // namespace xmpp
