// Pings: the examples of XEP-0199, as the fence asks and hears them (fence_test has the rest).

#include "xmpp/xep/xep0199_ping.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/fence.h"

namespace xmpp {
namespace {

void expect_proof(const std::string& answer) {
    Fence fence("coi.capulet.lit", "capulet.lit", "c2s");
    const auto ping = fence.ping({});
    EXPECT_TRUE(child(*ping, "ping", xep0199::ns));
    const auto pong = parsed(answer);
    EXPECT_FALSE(fence.take(*pong, {})) << "another one's id";
    pong->addAttribute("id", attribute(*ping, "id"));
    EXPECT_TRUE(fence.take(*pong, {}));
    EXPECT_FALSE(fence.ping_under_way());
}

TEST(Xep0199Ping, Example5Pong) {
    expect_proof(R"(<iq from='capulet.lit' to='juliet@capulet.lit/balcony' id='c2s1' type='result'/>)");
}

TEST(Xep0199Ping, Example6PingNotSupported) {
    expect_proof(R"(<iq from='capulet.lit' to='juliet@capulet.lit/balcony' id='c2s1' type='error'>
  <ping xmlns='urn:xmpp:ping'/>
  <error type='cancel'>
    <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
  </error>
</iq>)");
}

}  // namespace
}  // namespace xmpp
