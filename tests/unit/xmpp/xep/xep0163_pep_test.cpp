// Personal eventing: the examples of XEP-0163.

#include "xmpp/xep/xep0163_pep.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0030_disco.h"

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

TEST(Xep0163Pep, Example5DiscoInfoResultFromExtension) {
    const auto features = xep0030::info_of(*parsed(R"(<iq from='romeo@montague.lit/orchard'
    to='juliet@capulet.lit'
    type='result'
    id='disco123'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='client' name='Exodus 0.9.1' type='pc'/>
    <feature var='http://jabber.org/protocol/disco#info'/>
    <feature var='http://jabber.org/protocol/disco#items'/>
    <feature var='http://jabber.org/protocol/geoloc'/>
    <feature var='http://jabber.org/protocol/geoloc+notify'/>
    <feature var='http://jabber.org/protocol/tune'/>
    <feature var='http://jabber.org/protocol/tune+notify'/>
  </query>
</iq>)"))
                              .features;
    EXPECT_EQ(std::ranges::count(features, xep0163::wish("http://jabber.org/protocol/tune")), 1);
    EXPECT_EQ(std::ranges::count(features, xep0163::wish("http://jabber.org/protocol/nick")), 0);
}

TEST(Xep0163Pep, Example9PepServiceSendsLastPublishedItemToNewlyAvailableResource) {
    const auto message = parsed(R"(<message from='juliet@capulet.lit'
         to='romeo@montague.lit/orchard'
         type='headline'
         id='foo'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/tune'>
      <item>
        <tune xmlns='http://jabber.org/protocol/tune'>
          <artist>Gerald Finzi</artist>
          <length>255</length>
          <source>Music for "Love's Labors Lost" (Suite for small orchestra)</source>
          <title>Introduction (Allegro vigoroso)</title>
          <track>1</track>
        </tune>
      </item>
    </items>
  </event>
  <delay xmlns='urn:xmpp:delay' stamp='2003-12-13T23:58:37Z'/>
</message>)");
    const Tag* item = xep0163::item_of(*message, "http://jabber.org/protocol/tune");
    ASSERT_TRUE(item);
    EXPECT_TRUE(child(*item, "tune", "http://jabber.org/protocol/tune"));
    EXPECT_FALSE(xep0163::item_of(*message, "http://jabber.org/protocol/nick"));
}

}  // namespace
}  // namespace xmpp
