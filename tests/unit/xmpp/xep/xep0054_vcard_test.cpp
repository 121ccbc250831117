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

/// With another picture than `Base64-encoded-avatar-file-here!`.
TEST(Xep0153VCardAvatar, Example5ServerReturnsVCardOnBehalfOfUser) {
    const std::string example = R"(<iq from='juliet@capulet.com'
    to='romeo@montague.net/orchard'
    type='result'
    id='vc2'>
  <vCard xmlns='vcard-temp'>
    <BDAY>1476-06-09</BDAY>
    <ADR>
      <CTRY>Italy</CTRY>
      <LOCALITY>Verona</LOCALITY>
      <HOME/>
    </ADR>
    <NICKNAME/>
    <N><GIVEN>Juliet</GIVEN><FAMILY>Capulet</FAMILY></N>
    <EMAIL><USERID>jcapulet@shakespeare.lit</USERID></EMAIL>
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
}

TEST(Xep0153VCardAvatar, Example4ContactsClientRequestsUsersVCard) {
    EXPECT_EXAMPLE(*xep0054::request("romeo@montague.net/orchard", "juliet@capulet.com", "vc2"),
                   R"(<iq from='romeo@montague.net/orchard'
    to='juliet@capulet.com'
    type='get'
    id='vc2'>
  <vCard xmlns='vcard-temp'/>
</iq>)");
}

TEST(Xep0054VCard, APictureIsWrittenInBase64) {
    const auto result = parsed("<iq type='result'/>");
    xep0054::add_vcard(*result, {.photo = "hello", .photo_type = "image/jpeg"});
    EXPECT_EXAMPLE(*result,
                   "<iq type='result'><vCard xmlns='vcard-temp'><PHOTO><TYPE>image/jpeg</TYPE><BINVAL>aGVsbG8=</BINVAL>"
                   "</PHOTO></vCard></iq>");
}

TEST(Xep0054VCard, Example3NoVCardItemNotFound) {
    const auto error = parsed(R"(<iq id='v1'
    to='stpeter@jabber.org/roundabout'
    type='error'>
  <vCard xmlns='vcard-temp'/>
  <error type='cancel'>
    <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
  </error>
</iq>)");
    EXPECT_FALSE(xep0054::is_request(*error));
    EXPECT_EQ(xep0054::photo_of(*error, 100), "");
}

TEST(Xep0054VCard, Example4NoVCardEmptyElement) {
    const auto result = parsed("<iq id='v1' to='stpeter@jabber.org/roundabout' type='result'/>");
    xep0054::add_vcard(*result, {});
    EXPECT_EXAMPLE(*result, R"(<iq id='v1'
    to='stpeter@jabber.org/roundabout'
    type='result'>
  <vCard xmlns='vcard-temp'/>
</iq>)");
}

TEST(Xep0054VCard, Example8RequestingAnotherUsersVCard) {
    const std::string example = R"(<iq from='stpeter@jabber.org/roundabout'
    id='v3'
    to='jer@jabber.org'
    type='get'>
  <vCard xmlns='vcard-temp'/>
</iq>)";
    EXPECT_TRUE(xep0054::is_request(*parsed(example)));
    EXPECT_EXAMPLE(*xep0054::request("stpeter@jabber.org/roundabout", "jer@jabber.org", "v3"), example);
}

TEST(Xep0054VCard, Example9ReceivingAnotherUsersVCard) {
    const auto result = parsed(R"(<iq from='jer@jabber.org'
    to='stpeter@jabber.org/roundabout'
    type='result'
    id='v3'>
  <vCard xmlns='vcard-temp'>
    <FN>JeremieMiller</FN>
    <N>
      <GIVEN>Jeremie</GIVEN>
      <FAMILY>Miller</FAMILY>
      <MIDDLE/>
    </N>
    <NICKNAME>jer</NICKNAME>
    <EMAIL><INTERNET/><PREF/><USERID>jeremie@jabber.org</USERID></EMAIL>
    <JABBERID>jer@jabber.org</JABBERID>
  </vCard>
</iq>)");
    EXPECT_FALSE(xep0054::is_request(*result));
    EXPECT_EQ(xep0054::photo_of(*result, 100), "") << "it has none";
}

}  // namespace
}  // namespace xmpp
