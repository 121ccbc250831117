// Entity capabilities: the examples of XEP-0115.

#include "xmpp/xep/xep0115_caps.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

const xep0030::Info exodus{{{"client", "pc", "Exodus 0.9.1"}},
                           {"http://jabber.org/protocol/muc", "http://jabber.org/protocol/disco#info",
                            "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/caps"}};

TEST(Xep0115Caps, Section5_2SimpleGenerationExample) {
    EXPECT_EQ(xep0115::version(exodus), "QgayPKawpkPSDYmwT/WM94uAlu0=");
}

TEST(Xep0115Caps, Example1PresenceWithCaps) {
    const auto presence = parsed("<presence/>");
    xep0115::add_caps(*presence, "http://code.google.com/p/exodus", xep0115::version(exodus));
    EXPECT_EXAMPLE(*presence, R"(<presence>
  <c xmlns='http://jabber.org/protocol/caps' 
     hash='sha-1'
     node='http://code.google.com/p/exodus'
     ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>
</presence>)");
}

}  // namespace
}  // namespace xmpp
