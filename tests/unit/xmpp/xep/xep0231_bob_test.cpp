// Bits of binary: the examples of XEP-0231.

#include "xmpp/xep/xep0231_bob.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/base64.h"

namespace xmpp {
namespace {

const std::string cid = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org";

TEST(Xep0231Bob, Example1AnXhtmlImMessageWithACid) {
    EXPECT_EQ(xep0231::shown_in(*parsed(R"(<message from='ladymacbeth@shakespeare.lit/castle'
         to='macbeth@chat.shakespeare.lit'
         type='groupchat'>
  <body>Yet here's a spot.</body>
  <html xmlns='http://jabber.org/protocol/xhtml-im'>
    <body xmlns='http://www.w3.org/1999/xhtml'>
      <p>
        Yet here's a spot.
        <img alt='A spot'
             src='cid:sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/>
      </p>
    </body>
  </html>
</message>)")),
              std::vector{cid});
}

TEST(Xep0231Bob, Example2RequestingData) {
    const auto asked = xep0231::question(cid);
    asked->addAttribute("from", "doctor@shakespeare.lit/pda");
    asked->addAttribute("id", "get-data-1");
    asked->addAttribute("to", "ladymacbeth@shakespeare.lit/castle");
    EXPECT_EXAMPLE(*asked, R"(<iq from='doctor@shakespeare.lit/pda'
    id='get-data-1'
    to='ladymacbeth@shakespeare.lit/castle'
    type='get'>
  <data xmlns='urn:xmpp:bob'
        cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/>
</iq>)");
    EXPECT_EQ(xep0231::requested(*parsed(R"(<iq from='doctor@shakespeare.lit/pda'
    id='get-data-1'
    to='ladymacbeth@shakespeare.lit/castle'
    type='get'>
  <data xmlns='urn:xmpp:bob'
        cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/>
</iq>)")),
              cid);
}

TEST(Xep0231Bob, Example3ReturningData) {  // whose cid is not the hash of its data
    const auto example = parsed(R"(<iq from='ladymacbeth@shakespeare.lit/castle'
    id='get-data-1'
    to='doctor@shakespeare.lit/pda'
    type='result'>
  <data xmlns='urn:xmpp:bob'
        cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'
        max-age='86400'
        type='image/png'>
    iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAABGdBTUEAALGP
    C/xhBQAAAAlwSFlzAAALEwAACxMBAJqcGAAAAAd0SU1FB9YGARc5KB0XV+IA
    AAAddEVYdENvbW1lbnQAQ3JlYXRlZCB3aXRoIFRoZSBHSU1Q72QlbgAAAF1J
    REFUGNO9zL0NglAAxPEfdLTs4BZM4DIO4C7OwQg2JoQ9LE1exdlYvBBeZ7jq
    ch9//q1uH4TLzw4d6+ErXMMcXuHWxId3KOETnnXXV6MJpcq2MLaI97CER3N0
    vr4MkhoXe0rZigAAAABJRU5ErkJggg==
  </data>
</iq>)");
    const Tag& shown = *example->findChild("data");
    const std::string bytes = base64::decode(shown.cdata(), 1000);
    EXPECT_EQ(bytes.size(), 247u);
    EXPECT_EQ(bytes.substr(1, 3), "PNG");
    const auto read = xep0231::data_in(*example, cid, 247);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, bytes);
    EXPECT_EQ(read->type, "image/png");
    EXPECT_FALSE(xep0231::data_in(*example, cid, 246));
    EXPECT_FALSE(xep0231::data_in(*example, "sha1+other@bob.xmpp.org", 247));
    Tag result("iq");
    xep0231::add_data(result, {"image/png", bytes, std::chrono::hours(24)});
    const Tag& made = *result.findChild("data");
    EXPECT_EQ(namespace_of(made), namespace_of(shown));
    for (const char* name : {"type", "max-age"}) EXPECT_EQ(attribute(made, name), attribute(shown, name));
    EXPECT_EQ(attribute(made, "cid"), xep0231::cid(bytes));
    EXPECT_EQ(base64::decode(made.cdata(), 1000), bytes);
}

TEST(Xep0231Bob, WhatIsNoRequest) {
    const std::string data = "<data xmlns='urn:xmpp:bob' cid='" + cid + "'/>";
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='set'>" + data + "</iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'><data xmlns='urn:xmpp:bob'/></iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'><data xmlns='x' cid='" + cid + "'/></iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'>" + data + "<query xmlns='x'/></iq>")));
}

TEST(Xep0231Bob, PicturesInTheirOrderAndOnce) {
    const auto message = parsed(
        "<message><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
        "<p><img src='cid:a'/><b><img src='cid:b'/></b></p><img src='cid:a'/><img src='cid:'/>"
        "<img src='https://example.org/c.png'/><img alt='d'/><a src='cid:e'/></body></html></message>");
    EXPECT_EQ(xep0231::shown_in(*message), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(xep0231::shown_in(*parsed("<message><html><img src='cid:a'/></html></message>")).empty());
}

TEST(Xep0231Bob, TheDataIsNamedByItsHash) {
    Tag iq("iq");
    xep0231::add_data(iq, {"text/plain", std::string("abc\0\xff", 5), std::chrono::hours(24)});
    EXPECT_EQ(iq.xml(),
              "<iq><data xmlns='urn:xmpp:bob' cid='sha1+25491b8b5164b21d6e43b235c558a48e9c2b43c3@bob.xmpp.org' "
              "max-age='86400' type='text/plain'>YWJjAP8=</data></iq>");
    EXPECT_EQ(xep0231::cid("abc"), "sha1+a9993e364706816aba3e25717850c26c9cd0d89d@bob.xmpp.org");
}

}  // namespace
}  // namespace xmpp
