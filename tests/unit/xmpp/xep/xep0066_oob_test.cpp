// Out of band data: the example of XEP-0066 in a message.

#include "xmpp/xep/xep0066_oob.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0066Oob, Example5SenderCommunicatesAUri) {
    const auto message = parsed(R"(<message from='stpeter@jabber.org/work' to='MaineBoy@jabber.org/home'>
  <body>Yeah, but do you have a license to Jabber?</body>
</message>)");
    xep0066::add_link(*message, "http://www.jabber.org/images/psa-license.jpg");
    EXPECT_EXAMPLE(*message, R"(<message from='stpeter@jabber.org/work'
         to='MaineBoy@jabber.org/home'>
  <body>Yeah, but do you have a license to Jabber?</body>
  <x xmlns='jabber:x:oob'>
    <url>http://www.jabber.org/images/psa-license.jpg</url>
  </x>
</message>)");
    const auto link = xep0066::link(*message);
    ASSERT_TRUE(link);
    EXPECT_EQ(link->url, "http://www.jabber.org/images/psa-license.jpg");
    EXPECT_EQ(link->description, "");
}

TEST(Xep0066Oob, ALinkMayHaveADescription) {
    const auto link = xep0066::link(
        *parsed("<message><x xmlns='jabber:x:oob'><url>https://a.example/1</url><desc>One</desc></x></message>"));
    ASSERT_TRUE(link);
    EXPECT_EQ(link->description, "One");
    EXPECT_FALSE(xep0066::link(*parsed("<message><x xmlns='jabber:x:oob'/></message>")));
}

}  // namespace
}  // namespace xmpp
