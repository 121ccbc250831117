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

/// The picture as [XEP-0153 §3.2] has it, in its example 5.
TEST(Xep0054VCard, Example5ServerReturnsVCardOnBehalfOfUser) {
    const std::string example = R"(<iq from='juliet@capulet.com'
    to='romeo@montague.net/orchard'
    type='result'
    id='vc2'>
  <vCard xmlns='vcard-temp'>
    <PHOTO>
      <TYPE>image/jpeg</TYPE>
      <BINVAL>
        aGVsbG8=
      </BINVAL>
    </PHOTO>
  </vCard>
</iq>)";
    EXPECT_EQ(xep0054::photo_of(*parsed(example), 5), "hello");
    EXPECT_EQ(xep0054::photo_of(*parsed(example), 4), "") << "too much";
    EXPECT_EQ(xep0054::photo_of(*parsed("<iq type='result'><vCard xmlns='vcard-temp'/></iq>"), 5), "");
    const auto result =
        parsed("<iq from='juliet@capulet.com' to='romeo@montague.net/orchard' type='result' id='vc2'/>");
    xep0054::add_vcard(*result, {.photo = "hello", .photo_type = "image/jpeg"});
    EXPECT_EXAMPLE(*result, example);
    EXPECT_TRUE(xep0054::is_request(*xep0054::request("romeo@montague.net/orchard", "juliet@capulet.com", "vc2")));
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
