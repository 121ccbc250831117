// Hints: the example of an OTR message in XEP-0364 §4, which wants two of them.

#include "xmpp/xep/xep0334_hints.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0380_eme.h"

namespace xmpp {
namespace {

TEST(Xep0364Otr, Section4AnOtrMessageWithItsHints) {
    const auto message = parsed(
        "<message from='malvolio@stewardsguild.lit/countesshousehold' to='olivia@countess.lit/veiled'>"
        "<body>?OTR?v23?...</body></message>");
    xep0380::add_encryption(*message, xep0380::otr);
    xep0334::add_no_copy(*message);
    xep0334::add_no_permanent_store(*message);
    xep0280::add_private(*message);
    EXPECT_EQ(message->xml(),
              "<message from='malvolio@stewardsguild.lit/countesshousehold' to='olivia@countess.lit/veiled'>"
              "<body>?OTR?v23?...</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>"
              "<no-copy xmlns='urn:xmpp:hints'/><no-permanent-store xmlns='urn:xmpp:hints'/>"
              "<private xmlns='urn:xmpp:carbons:2'/></message>");
    EXPECT_FALSE(xep0280::is_copy(*message));
}

}  // namespace
}  // namespace xmpp
