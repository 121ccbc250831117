// vcard-temp: the examples of XEP-0054, with the fields that are written.

#include "xmpp/xep/xep0054_vcard.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0054VCard, Example1VCardRetrievalRequest) {
    EXPECT_TRUE(xep0054::is_request(*parsed(R"(<iq from='stpeter@jabber.org/roundabout'
    id='v1'
    type='get'>
  <vCard xmlns='vcard-temp'/>
</iq>)")));
    EXPECT_FALSE(xep0054::is_request(*parsed("<iq id='v2' type='set'><vCard xmlns='vcard-temp'/></iq>")));
}

TEST(Xep0054VCard, Example2ServerReturnsVCard) {
    const auto result = parsed("<iq id='v1' to='stpeter@jabber.org/roundabout' type='result'/>");
    xep0054::add_vcard(*result, {"Peter Saint-Andre", "stpeter", "stpeter@jabber.org",
                                 "http://www.xmpp.org/xsf/people/stpeter.shtml", "Check out my blog"});
    EXPECT_EXAMPLE(*result, R"(<iq id='v1'
    to='stpeter@jabber.org/roundabout'
    type='result'>
  <vCard xmlns='vcard-temp'>
    <FN>Peter Saint-Andre</FN>
    <NICKNAME>stpeter</NICKNAME>
    <URL>http://www.xmpp.org/xsf/people/stpeter.shtml</URL>
    <EMAIL><INTERNET/><USERID>stpeter@jabber.org</USERID></EMAIL>
    <DESC>Check out my blog</DESC>
  </vCard>
</iq>)");
}

TEST(Xep0054VCard, Example6NoVCardEmptyElement) {
    const auto result = parsed("<iq id='v1' to='stpeter@jabber.org/roundabout' type='result'/>");
    xep0054::add_vcard(*result, {});
    EXPECT_EXAMPLE(*result, R"(<iq id='v1'
    to='stpeter@jabber.org/roundabout'
    type='result'>
  <vCard xmlns='vcard-temp'/>
</iq>)");
}

}  // namespace
}  // namespace xmpp
