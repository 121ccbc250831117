// Out of band data: the example of XEP-0066 in a message.

#include "xmpp/xep/xep0066_oob.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0066Oob, Example5SendingALinkInAMessageWithoutADescription) {
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
}

}  // namespace
}  // namespace xmpp
