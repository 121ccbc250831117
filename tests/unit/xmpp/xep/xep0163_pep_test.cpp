// Personal eventing: the examples of XEP-0163.

#include "xmpp/xep/xep0163_pep.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

const std::string tune = R"(<tune xmlns='http://jabber.org/protocol/tune'>
          <artist>Gerald Finzi</artist>
          <length>255</length>
          <source>Music for "Love's Labors Lost" (Suite for small orchestra)</source>
          <title>Introduction (Allegro vigoroso)</title>
          <track>1</track>
        </tune>)";

TEST(Xep0163Pep, Example2InterestedPartiesReceiveEventNotifications) {
    auto [message, item] =
        xep0163::notification("juliet@capulet.lit", "romeo@montague.lit/orchard", "http://jabber.org/protocol/tune");
    message->addAttribute("id", "tunefoo1");
    item->addChild(parsed(tune).release());
    EXPECT_EXAMPLE(*message, R"(<message from='juliet@capulet.lit'
         to='romeo@montague.lit/orchard'
         type='headline'
         id='tunefoo1'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/tune'>
      <item>
        )" + tune + R"(
      </item>
    </items>
  </event>
</message>)");
}

TEST(Xep0163Pep, Example6DiscoInfoResultFromExtension) {
    EXPECT_EQ(xep0163::wish("http://jabber.org/protocol/tune"), "http://jabber.org/protocol/tune+notify");
}

}  // namespace
}  // namespace xmpp
