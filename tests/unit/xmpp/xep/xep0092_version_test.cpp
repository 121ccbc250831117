// Software version: the examples of XEP-0092; the operating system is nobody's business.

#include "xmpp/xep/xep0092_version.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0092Version, Example2ReceivingAReplyRegardingSoftwareVersion) {
    const auto result = parsed(R"(<iq
    type='result'
    to='romeo@montague.net/orchard'
    from='juliet@capulet.com/balcony'
    id='version_1'/>)");
    xep0092::add_version(*result, "Exodus", "0.7.0.4");
    EXPECT_EXAMPLE(*result, R"(<iq
    type='result'
    to='romeo@montague.net/orchard'
    from='juliet@capulet.com/balcony'
    id='version_1'>
  <query xmlns='jabber:iq:version'>
    <name>Exodus</name>
    <version>0.7.0.4</version>
  </query>
</iq>)");
    EXPECT_EQ(xep0092::name(*parsed(R"(<iq
    type='result'
    to='romeo@montague.net/orchard'
    from='juliet@capulet.com/balcony'
    id='version_1'>
  <query xmlns='jabber:iq:version'>
    <name>Exodus</name>
    <version>0.7.0.4</version>
    <os>Windows-XP 5.01.2600</os>
  </query>
</iq>)")),
              "Exodus");
}

}  // namespace
}  // namespace xmpp
