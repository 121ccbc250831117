// Blocking: the example of XEP-0191 that a gateway sends.

#include "xmpp/xep/xep0191_blocking.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

constexpr const char* example9 = R"(<message type='error' from='romeo@montague.net' to='juliet@capulet.com'>
  <body>Can you hear me now?</body>
  <error type='cancel'>
    <not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
    <blocked xmlns='urn:xmpp:blocking:errors'/>
  </error>
</message>)";

TEST(Xep0191Blocking, Example9ErrorJidIsBlocked) {
    const auto message = parsed("<message from='juliet@capulet.com' to='romeo@montague.net'/>");
    add(*message, "body", {}, "Can you hear me now?");
    const auto error = error_reply(*message, "cancel", "not-acceptable", "", "");
    xep0191::add_blocked(*error);
    EXPECT_EXAMPLE(*error, example9);
    EXPECT_EQ(error_of(*error)->condition, "not-acceptable");
}

}  // namespace
}  // namespace xmpp
