// Nicknames: the examples of XEP-0172.

#include "xmpp/xep/xep0172_nick.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0172Nick, Example2ABasicSubscriptionRequest) {  // without a name it stays as it is
    const std::string example =
        "<presence from='narrator@moby-dick.lit' to='starbuck@moby-dick.lit' type='subscribe'/>";
    const auto presence = parsed(example);
    xep0172::add_nick(*presence, "");
    EXPECT_EXAMPLE(*presence, example);
    EXPECT_EQ(xep0172::nick(*presence), "");
}

TEST(Xep0172Nick, Example3IncludingNicknameWithSubscriptionRequest) {
    const auto presence =
        parsed("<presence from='narrator@moby-dick.lit' to='starbuck@moby-dick.lit' type='subscribe'/>");
    xep0172::add_nick(*presence, "Ishmael");
    EXPECT_EXAMPLE(*presence, R"(<presence from='narrator@moby-dick.lit' to='starbuck@moby-dick.lit' type='subscribe'>
  <nick xmlns='http://jabber.org/protocol/nick'>Ishmael</nick>
</presence>)");
}

TEST(Xep0172Nick, Example4IncludingNicknameWithFirstMessage) {
    EXPECT_EQ(xep0172::nick(*parsed(
                  R"(<message from='narrator@moby-dick.lit/pda' to='starbuck@moby-dick.lit' type='chat'>
  <body>Call me Ishmael</body>
  <nick xmlns='http://jabber.org/protocol/nick'>Ishmael</nick>
</message>)")),
              "Ishmael");
}

TEST(Xep0172Nick, Example6PepNodeGeneratesNotifications) {
    const auto message = parsed(R"(<message from='narrator@moby-dick.lit'
         to='starbuck@moby-dick.lit'
         type='headline'
         id='foo'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/nick'>
      <item>
        <nick xmlns='http://jabber.org/protocol/nick'>CallMeIshmael</nick>
      </item>
    </items>
  </event>
  <addresses xmlns='http://jabber.org/protocol/address'>
    <address type='replyto' jid='narrator@moby-dick.lit/pda'/>
  </addresses>
</message>)");
    const Tag* item = xep0163::item_of(*message, xep0172::ns);
    ASSERT_TRUE(item);
    EXPECT_EQ(xep0172::nick(*item), "CallMeIshmael");
    // Written without the client's address, which a contact has not, and without an id.
    EXPECT_EXAMPLE(*xep0172::event("narrator@moby-dick.lit", "starbuck@moby-dick.lit", "CallMeIshmael"),
                   R"(<message from='narrator@moby-dick.lit'
         to='starbuck@moby-dick.lit'
         type='headline'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='http://jabber.org/protocol/nick'>
      <item>
        <nick xmlns='http://jabber.org/protocol/nick'>CallMeIshmael</nick>
      </item>
    </items>
  </event>
</message>)");
}

TEST(Xep0172Nick, Example9NicknameChangeNotificationViaMessage) {
    EXPECT_EQ(xep0172::nick(*parsed(R"(<message from='narrator@moby-dick.lit/pda' to='starbuck@moby-dick.lit'>
  <nick xmlns='http://jabber.org/protocol/nick'>CallMeIshmael</nick>
</message>)")),
              "CallMeIshmael");
}

}  // namespace
}  // namespace xmpp
