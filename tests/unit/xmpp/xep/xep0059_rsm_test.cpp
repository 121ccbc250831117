// Result Set Management: the examples of XEP-0059.

#include "xmpp/xep/xep0059_rsm.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0059Rsm, Example1RequestingALimitToTheResultSet) {
    const auto iq = parsed(
        "<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='limit1'>"
        "<query xmlns='jabber:iq:search'><nick>Pete</nick></query></iq>");
    xep0059::add_page(*iq->findChild("query"), 10, "");
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' from='stpeter@jabber.org/roundabout' to='users.jabber.org' id='limit1'>
  <query xmlns='jabber:iq:search'>
    <nick>Pete</nick>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>10</max>
    </set>
  </query>
</iq>)");
}

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

TEST(Xep0059Rsm, Example4ReturningTheFirstPageOfAResultSet) {
    EXPECT_EQ(xep0059::last(
                  *parsed(R"(<iq type='result' from='users.jabber.org' to='stpeter@jabber.org/roundabout' id='page1'>
  <query xmlns='jabber:iq:search'>
    <item jid='stpeter@jabber.org'>
      <first>Peter</first>
      <last>Saint-Andre</last>
      <nick>Pete</nick>
    </item>
    .
    [8 more items]
    .
    <item jid='peterpan@neverland.lit'>
      <first>Peter</first>
      <last>Pan</last>
      <nick>Pete</nick>
    </item>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <first index='0'>stpeter@jabber.org</first>
      <last>peterpan@neverland.lit</last>
      <count>800</count>
    </set>
  </query>
</iq>)")
                       ->findChild("query")),
              "peterpan@neverland.lit");
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

TEST(Xep0059Rsm, Example7ReturningAnEmptyPage) {
    EXPECT_EQ(xep0059::last(
                  *parsed(R"(<iq type='result' from='users.jabber.org' to='stpeter@jabber.org/roundabout' id='page80'>
  <query xmlns='jabber:iq:search'>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <count>790</count>
    </set>
  </query>
</iq>)")
                       ->findChild("query")),
              "");
}

TEST(Xep0059Rsm, Example19RequestingAPageBeginningAfterTheLastItemReceived) {
    const auto iq = parsed(
        "<iq type='set' from='stpeter@jabber.org/roundabout' to='conference.jabber.org' id='ex3'>"
        "<query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
    xep0059::add_page(*iq->findChild("query"), 20, "4da91d4b330112f683dddaebf93180b1bd25e95f");
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' from='stpeter@jabber.org/roundabout' to='conference.jabber.org' id='ex3'>
  <query xmlns='http://jabber.org/protocol/disco#items'>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>20</max>
      <after>4da91d4b330112f683dddaebf93180b1bd25e95f</after>
    </set>
  </query>
</iq>)");
}

}  // namespace
}  // namespace xmpp
