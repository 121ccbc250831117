// Bits of binary: the examples of XEP-0231.

#include "xmpp/xep/xep0231_bob.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

const std::string cid = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org";

TEST(Xep0231Bob, Example2RequestingData) {
    EXPECT_EQ(xep0231::requested(*parsed(R"(<iq from='doctor@shakespeare.lit/pda'
    id='get-data-1'
    to='ladymacbeth@shakespeare.lit/castle'
    type='get'>
  <data xmlns='urn:xmpp:bob'
        cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/>
</iq>)")),
              cid);
}

TEST(Xep0231Bob, WhatIsNoRequest) {
    const std::string data = "<data xmlns='urn:xmpp:bob' cid='" + cid + "'/>";
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='set'>" + data + "</iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'><data xmlns='urn:xmpp:bob'/></iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'><data xmlns='x' cid='" + cid + "'/></iq>")));
    EXPECT_FALSE(xep0231::requested(*parsed("<iq type='get'>" + data + "<query xmlns='x'/></iq>")));
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
