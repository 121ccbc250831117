// Last activity: the examples of XEP-0012.

#include "xmpp/xep/xep0012_last.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/iq.h"

namespace xmpp {
namespace {

TEST(Xep0012Last, Example1LastActivityQuery) {
    const auto iq = parsed(R"(<iq from='romeo@montague.net/orchard'
    id='last1'
    to='juliet@capulet.com'
    type='get'>
  <query xmlns='jabber:iq:last'/>
</iq>)");
    EXPECT_EQ(namespace_of(*payload(*iq)), xep0012::ns);
}

TEST(Xep0012Last, Example2LastActivityResponse) {
    const auto result = parsed(R"(<iq from='juliet@capulet.com'
    id='last1'
    to='romeo@montague.net/orchard'
    type='result'/>)");
    xep0012::add_last(*result, 903);
    EXPECT_EXAMPLE(*result, R"(<iq from='juliet@capulet.com'
    id='last1'
    to='romeo@montague.net/orchard'
    type='result'>
  <query xmlns='jabber:iq:last' seconds='903'/>
</iq>)");
}

}  // namespace
}  // namespace xmpp
