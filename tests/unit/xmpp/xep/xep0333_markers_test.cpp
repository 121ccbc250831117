// Displayed markers: the examples of XEP-0333.

#include "xmpp/xep/xep0333_markers.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0333Markers, Example3AMessageThatAsksForAMarker) {
    EXPECT_TRUE(
        xep0333::markable(*parsed(R"(<message to='juliet@capulet.lit' from='romeo@montegue.lit/orchard' id='the-msg-1'>
  <body>Hi. How are you?</body>
  <markable xmlns='urn:xmpp:chat-markers:0'/>
  <request xmlns='urn:xmpp:receipts'/>
</message>)")));
}

TEST(Xep0333Markers, Example4TheMarker) {
    const auto marker = parsed(R"(<message to='romeo@montegue.lit' from='juliet@capulet.let/balcony'>
   <displayed xmlns='urn:xmpp:chat-markers:0' id='the-msg-1'/>
</message>)");
    EXPECT_EQ(xep0333::displayed(*marker), "the-msg-1");
    EXPECT_FALSE(xep0333::markable(*marker));
}

TEST(Xep0333Markers, AMarkerWithoutAnIdIsNone) {
    EXPECT_FALSE(xep0333::displayed(*parsed("<message><displayed xmlns='urn:xmpp:chat-markers:0'/></message>")));
}

}  // namespace
}  // namespace xmpp
