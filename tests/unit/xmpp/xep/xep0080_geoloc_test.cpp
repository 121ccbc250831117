// Places: the examples of XEP-0080.

#include "xmpp/xep/xep0080_geoloc.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

constexpr const char* example2 = R"(<message from='portia@merchantofvenice.lit'
         to='bassanio@merchantofvenice.lit'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/geoloc'>
      <item id='d81a52b8-0f9c-11dc-9bc8-001143d5d5db'>
        <geoloc xmlns='http://jabber.org/protocol/geoloc' xml:lang='en'>
          <accuracy>20</accuracy>
          <country>Italy</country>
          <lat>45.44</lat>
          <locality>Venice</locality>
          <lon>12.33</lon>
        </geoloc>
      </item>
    </items>
  </event>
</message>)";

constexpr const char* example4 = R"(<message from='portia@merchantofvenice.lit'
         to='bassanio@merchantofvenice.lit'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/geoloc'>
      <item id='d81a52b8-0f9c-11dc-9bc8-001143d5d5db'>
        <geoloc xmlns='http://jabber.org/protocol/geoloc'/>
      </item>
    </items>
  </event>
</message>)";

const Tag& item(const Tag& message) { return *message.findChild("event")->findChild("items")->findChild("item"); }

TEST(Xep0080Geoloc, Example2SubscriberReceivesEventWithPayload) {
    const auto message = parsed(example2);
    EXPECT_FALSE(xep0080::geoloc(*message)) << "where Portia is, and not said to anybody";
    EXPECT_EQ(xep0080::geoloc(item(*message)), (xep0080::Geoloc{"45.44", "12.33", "20", "Venice"}));
}

TEST(Xep0080Geoloc, Example4SubscriberReceivesEmptyEvent) { EXPECT_FALSE(xep0080::geoloc(item(*parsed(example4)))); }

TEST(Xep0080Geoloc, WhatIsWrittenIsRead) {
    for (const xep0080::Geoloc& place :
         {xep0080::Geoloc{"53.07516", "8.80777", "", ""}, xep0080::Geoloc{"-1", "0", "15.5", "Café <3"}}) {
        Tag message("message");
        xep0080::add_geoloc(message, place);
        EXPECT_EQ(xep0080::geoloc(*parsed(print(message))), place);
    }
    EXPECT_FALSE(
        xep0080::geoloc(*parsed("<message><geoloc xmlns='http://jabber.org/protocol/geoloc'>"
                                "<lat>1</lat></geoloc></message>")));
}

}  // namespace
}  // namespace xmpp
