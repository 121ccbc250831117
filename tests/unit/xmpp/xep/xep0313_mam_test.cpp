// The archive: the examples of XEP-0313, and a query in a user's name (XEP-0356) by pages (XEP-0059).

#include "xmpp/xep/xep0313_mam.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0356_privilege.h"

namespace xmpp {
namespace {

TEST(Xep0313Mam, Example3TheirServerSendsTheMatchingMessages) {
    const auto message = parsed(R"(<message id='aeb213' to='juliet@capulet.lit/chamber'>
  <result xmlns='urn:xmpp:mam:2' queryid='f27' id='28482-98726-73623'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>
      <message xmlns='jabber:client' from="witch@shakespeare.lit" to="macbeth@shakespeare.lit">
        <body>Hail to thee</body>
      </message>
    </forwarded>
  </result>
</message>)");
    const auto result = xep0313::result(*message);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->query, "f27");
    EXPECT_EQ(result->id, "28482-98726-73623");
    EXPECT_EQ(result->stamp, *xep0203::parse_stamp("2010-07-10T23:08:25Z"));
    EXPECT_EQ(result->message->findChild("body")->cdata(), "Hail to thee");
    EXPECT_FALSE(xep0313::result(*parsed("<message><result xmlns='urn:xmpp:mam:2' queryid='f27' id='1'/></message>")));
}

TEST(Xep0313Mam, Example4ServerReturnsTheResultIqToSignalTheEnd) {
    const auto page = xep0313::end(*parsed(R"(<iq type='result' id='juliet1'>
  <fin xmlns='urn:xmpp:mam:2'>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <first index='0'>28482-98726-73623</first>
      <last>09af3-cc343-b409f</last>
    </set>
  </fin>
</iq>)"));
    ASSERT_TRUE(page);
    EXPECT_FALSE(page->complete);
    EXPECT_EQ(page->last, "09af3-cc343-b409f");
}

TEST(Xep0313Mam, Example18AQueryUsingResultSetManagement) {
    const auto iq = parsed("<iq type='set' id='q29302'/>");
    xep0313::add_query(*iq, {"", *xep0203::parse_stamp("2010-08-07T00:00:00Z"), 10, ""});
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' id='q29302'>
  <query xmlns='urn:xmpp:mam:2'>
    <x xmlns='jabber:x:data' type='submit'>
      <field var='FORM_TYPE' type='hidden'>
        <value>urn:xmpp:mam:2</value>
      </field>
      <field var='start'>
        <value>2010-08-07T00:00:00Z</value>
      </field>
    </x>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>10</max>
    </set>
  </query>
</iq>)");
}

TEST(Xep0313Mam, Example19ServerRespondsToClientWithLimitedResultsUsingRsm) {
    const auto page = xep0313::end(*parsed(R"(<iq type='result' id='q29302'>
  <fin xmlns='urn:xmpp:mam:2'>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <first index='0'>28482-98726-73623</first>
      <last>09af3-cc343-b409f</last>
      <count>20</count>
    </set>
  </fin>
</iq>)"));
    ASSERT_TRUE(page);
    EXPECT_FALSE(page->complete);
    EXPECT_EQ(page->last, "09af3-cc343-b409f");
}

TEST(Xep0313Mam, Example20APageQueryUsingResultSetManagement) {
    const auto iq = parsed("<iq type='set' id='q29303'/>");
    xep0313::add_query(*iq, {"", *xep0203::parse_stamp("2010-08-07T00:00:00Z"), 10, "09af3-cc343-b409f"});
    EXPECT_EXAMPLE(*iq, R"(<iq type='set' id='q29303'>
  <query xmlns='urn:xmpp:mam:2'>
    <x xmlns='jabber:x:data' type='submit'>
      <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>
      <field var='start'><value>2010-08-07T00:00:00Z</value></field>
    </x>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <max>10</max>
      <after>09af3-cc343-b409f</after>
    </set>
  </query>
</iq>)");
}

TEST(Xep0313Mam, Example21MessageIdNotFoundInArchive) {
    EXPECT_FALSE(xep0313::end(*parsed(R"(<iq type='error' id='q29303'>
  <error type='cancel'>
    <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
  </error>
</iq>)")));
}

TEST(Xep0313Mam, Example22ServerCompletesAResultWithTheLastPageOfMessages) {
    const auto page = xep0313::end(*parsed(R"(<iq type='result' id='u29303'>
  <fin xmlns='urn:xmpp:mam:2' complete='true'>
    <set xmlns='http://jabber.org/protocol/rsm'>
      <first index='0'>23452-4534-1</first>
      <last>390-2342-22</last>
      <count>16</count>
    </set>
  </fin>
</iq>)"));
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->complete);
    EXPECT_EQ(page->last, "390-2342-22");
}

TEST(Xep0313Mam, TheLastPageIsComplete) {
    const auto last =
        xep0313::end(*parsed("<iq type='result' id='u1'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>"));
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->complete);
    EXPECT_EQ(last->last, "");
    EXPECT_FALSE(xep0313::end(*parsed("<iq type='error' id='q29302'><fin xmlns='urn:xmpp:mam:2'/></iq>")));
}

TEST(Xep0313Mam, AQueryGoesInTheNameOfTheUser) {
    const auto request = xep0356::ask("coi.capulet.lit", "juliet@capulet.lit", "q29309", "set");
    xep0313::add_query(*request.inner,
                       {"q29309", *xep0203::parse_stamp("2010-06-07T00:00:00Z"), 10, "09af3-cc343-b409f"});
    EXPECT_EQ(
        print(*request.iq),
        "<iq type='set' id='q29309' from='coi.capulet.lit' to='juliet@capulet.lit'><privileged_iq "
        "xmlns='urn:xmpp:privilege:2'><iq xmlns='jabber:client' type='set' id='q29309'><query xmlns='urn:xmpp:mam:2' "
        "queryid='q29309'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' "
        "type='hidden'><value>urn:xmpp:mam:2</value></field><field "
        "var='start'><value>2010-06-07T00:00:00Z</value></field></x><set "
        "xmlns='http://jabber.org/protocol/rsm'><max>10</max><after>09af3-cc343-b409f</after></set></query></iq></"
        "privileged_iq></iq>");
}

}  // namespace
}  // namespace xmpp
