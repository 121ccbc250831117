// Stanza forwarding: the example of XEP-0297.

#include "xmpp/xep/xep0297_forward.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0297Forward, Example2ForwardingAMessage) {
    const auto message = parsed(
        R"(<message to='mercutio@verona.lit' from='romeo@montague.lit/orchard' type='chat' id='28gs'>
  <body>A most courteous exposition!</body>
  <forwarded xmlns='urn:xmpp:forward:0'>
    <delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>
    <message from='juliet@capulet.lit/orchard'
             id='0202197'
             to='romeo@montague.lit'
             type='chat'
             xmlns='jabber:client'>
      <body>Yet I should kill thee with much cherishing.</body>
      <mood xmlns='http://jabber.org/protocol/mood'>
        <amorous/>
      </mood>
    </message>
  </forwarded>
</message>)");
    const Tag* inner = xep0297::forwarded(*message, "message");
    ASSERT_TRUE(inner);
    EXPECT_EQ(attribute(*inner, "id"), "0202197");
    EXPECT_EQ(inner->findChild("body")->cdata(), "Yet I should kill thee with much cherishing.");
    EXPECT_FALSE(xep0297::forwarded(*message, "iq"));
    EXPECT_FALSE(xep0297::forwarded(*inner, "message"));
}

}  // namespace
}  // namespace xmpp
