// vCard4: the examples of XEP-0292, with the fields that are written.

#include "xmpp/xep/xep0292_vcard4.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0060_pubsub.h"

namespace xmpp {
namespace {

TEST(Xep0292VCard4, Example1VCardRetrievalRequest) {
    const auto wanted = xep0060::requested(*parsed(R"(<iq from='samizzi@cisco.com/foo'
      id='bx81v356'
      to='stpeter@jabber.org'
      type='get'>
    <pubsub xmlns='http://jabber.org/protocol/pubsub'>
      <items node='urn:xmpp:vcard4'/>
    </pubsub>
  </iq>)"));
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->node, xep0292::node);
}

TEST(Xep0292VCard4, Example2ServerReturnsVCard) {
    const auto result =
        parsed("<iq from='stpeter@jabber.org' id='bx81v356' to='samizzi@cisco.com/foo' type='result'/>");
    xep0292::add_vcard(
        xep0060::add_item(xep0060::add_items(*result, xep0292::node), "e0bf7714-a8dd-4749-8a18-e1979525b0d5"),
        {"Peter Saint-Andre", "stpeter", "psaintan@cisco.com", "https://stpeter.im/",
         "More information about me is located on my personal website: https://stpeter.im/"});
    EXPECT_EXAMPLE(*result, R"(<iq from='stpeter@jabber.org'
      id='bx81v356'
      to='samizzi@cisco.com/foo'
      type='result'>
    <pubsub xmlns='http://jabber.org/protocol/pubsub'>
      <items node='urn:xmpp:vcard4'>
        <item id='e0bf7714-a8dd-4749-8a18-e1979525b0d5'>
          <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>
            <fn><text>Peter Saint-Andre</text></fn>
            <nickname><text>stpeter</text></nickname>
            <url><uri>https://stpeter.im/</uri></url>
            <note>
              <text>More information about me is located on my personal website: https://stpeter.im/</text>
            </note>
            <email><text>psaintan@cisco.com</text></email>
          </vcard>
        </item>
      </items>
    </pubsub>
  </iq>)");
}

TEST(Xep0292VCard4, APictureIsInTheCardItself) {
    Tag item("item");
    xep0292::add_vcard(item, {.photo = "hello", .photo_type = "image/png"});
    EXPECT_EXAMPLE(item, R"(<item><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>
        <photo><uri>data:image/png;base64,aGVsbG8=</uri></photo></vcard></item>)");
}

}  // namespace
}  // namespace xmpp
