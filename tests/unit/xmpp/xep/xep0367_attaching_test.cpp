// Message attaching: the example of XEP-0367.

#include "xmpp/xep/xep0367_attaching.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0367Attaching, Example3UserAttachesAMessage) {
    EXPECT_EQ(xep0367::attached_to(
                  *parsed(R"(<message to='antonio@milan.lit/ship' from='prospero@milan.lit/island' id='RgEGnjqy'>
  <body>storm.png</body>
  <attach-to id='SD24VCzSYQ' xmlns='urn:xmpp:message-attaching:1'/>
</message>)")),
              "SD24VCzSYQ");
}

TEST(Xep0367Attaching, WhatIsAttachedToNothing) {
    EXPECT_EQ(xep0367::attached_to(*parsed("<message/>")), "");
    EXPECT_EQ(xep0367::attached_to(*parsed("<message><attach-to xmlns='urn:xmpp:message-attaching:1'/></message>")),
              "");
    EXPECT_EQ(xep0367::attached_to(*parsed("<message><attach-to xmlns='x' id='1'/></message>")), "");
}

}  // namespace
}  // namespace xmpp
