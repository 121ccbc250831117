// Result Set Management: the examples of XEP-0059.

#include "xmpp/xep/xep0059_rsm.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0059Rsm, Example3RequestingTheFirstPageOfAResultSet) {
    const auto iq = parsed(
        "<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='page1'>"
        "<query xmlns='jabber:iq:search'><nick>Pete</nick></query></iq>");
    xep0059::add_page(*iq->findChild("query"), 10, "");
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='page1'>
  <query xmlns='jabber:iq:search'>
    <nick>Pete</nick>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>10</max>
    </set>
  </query>
</iq>)");
}

TEST(Xep0059Rsm, Example5RequestingTheSecondPageOfAResultSet) {
    const auto iq = parsed(
        "<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='page2'>"
        "<query xmlns='jabber:iq:search'><nick>Pete</nick></query></iq>");
    xep0059::add_page(*iq->findChild("query"), 10, "peterpan@neverland.lit");
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='page2'>
  <query xmlns='jabber:iq:search'>
    <nick>Pete</nick>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>10</max>
      <after>peterpan@neverland.lit</after>
    </set>
  </query>
</iq>)");
}

TEST(Xep0059Rsm, Example6ReturningTheSecondPageOfAResultSet) {
    const auto query = parsed(R"(<query xmlns='jabber:iq:search'>
    <item jid='peter@pixyland.org'>
      <first>Peter</first>
      <last>Pan</last>
      <nick>Pete</nick>
    </item>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <first index='10'>peter@pixyland.org</first>
      <last>peter@rabbit.lit</last>
      <count>800</count>
    </set>
  </query>)");
    EXPECT_EQ(xep0059::last(*query), "peter@rabbit.lit");
    EXPECT_EQ(xep0059::last(*parsed("<query><set xmlns='http://jabber.org/protocol/rsm'/></query>")), "");
}

}  // namespace
}  // namespace xmpp
