// Publish-subscribe: the examples of XEP-0060 that ask for items.

#include "xmpp/xep/xep0060_pubsub.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0060Pubsub, Example74SubscriberRequestsAllItems) {
    const std::string example = R"(<iq type='get'
    from='francisco@denmark.lit/barracks'
    to='pubsub.shakespeare.lit'
    id='items1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='princely_musings'/>
  </pubsub>
</iq>)";
    const auto wanted = xep0060::requested(*parsed(example));
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->node, "princely_musings");
    EXPECT_EQ(wanted->item, "");
    EXPECT_EXAMPLE(*xep0060::request("francisco@denmark.lit/barracks", "pubsub.shakespeare.lit", "items1",
                                     {"princely_musings", ""}),
                   example);
}

TEST(Xep0060Pubsub, Example78SubscriberRequestsSpecificItemsByItemID) {
    EXPECT_FALSE(xep0060::requested(*parsed(R"(<iq type='get'
    from='francisco@denmark.lit/barracks'
    to='pubsub.shakespeare.lit'
    id='items3'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='princely_musings'>
      <item id='368866411b877c30064a5f62b917cffe'/>
      <item id='4e30f35051b7b8b42abe083742187228'/>
    </items>
  </pubsub>
</iq>)")))
        << "a contact's nodes have one item";
}

TEST(Xep0060Pubsub, Example79ServiceSendsRequestedItems) {
    const auto answer = parsed(R"(<iq type='result'
    from='pubsub.shakespeare.lit'
    id='items3'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='princely_musings'>
      <item id='368866411b877c30064a5f62b917cffe'>
        <entry xmlns='http://www.w3.org/2005/Atom'>
          <title>The Uses of This World</title>
        </entry>
      </item>
      <item id='4e30f35051b7b8b42abe083742187228'/>
    </items>
  </pubsub>
</iq>)");
    const auto items = xep0060::items_of(*answer, "princely_musings");
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[0].id, "368866411b877c30064a5f62b917cffe");
    EXPECT_EQ(items[0].payload->name(), "entry");
    EXPECT_EQ(items[1].payload, nullptr);
    EXPECT_TRUE(xep0060::items_of(*answer, "others").empty());
}

TEST(Xep0060Pubsub, Example83SubscriberRequestsAParticularItem) {
    const auto wanted = xep0060::requested(*parsed(R"(<iq type='get'
    from='francisco@denmark.lit/barracks'
    to='pubsub.shakespeare.lit'
    id='items3'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='princely_musings'>
      <item id='ae890ac52d0df67ed7cfdf51b644e901'/>
    </items>
  </pubsub>
</iq>)"));
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->item, "ae890ac52d0df67ed7cfdf51b644e901");
    EXPECT_FALSE(xep0060::requested(*parsed("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>")));
}

}  // namespace
}  // namespace xmpp
