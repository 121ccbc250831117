// XHTML-IM: the first example of XEP-0071.

#include "xmpp/xep/xep0071_xhtml.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0071Xhtml, Example1ASimpleExample) {
    EXPECT_TRUE(child(*parsed(R"(<message>
  <body>hi!</body>
  <html xmlns='http://jabber.org/protocol/xhtml-im'>
    <body xmlns='http://www.w3.org/1999/xhtml'>
      <p style='font-weight:bold'>hi!</p>
    </body>
  </html>
</message>)"),
                      "html", xep0071::ns));
}

}  // namespace
}  // namespace xmpp
