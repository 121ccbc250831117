// Explicit Message Encryption: the examples of XEP-0380.

#include "xmpp/xep/xep0380_eme.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0380Eme, Example1TaggedMessageEncryptedWithOtr) {
    const std::string example = R"(<message to='juliet@capulet.lit/balcony'
         from='romeo@montague.lit/orchard'
         id='secret1'>
  <body>?OTR?v23?...</body>
  <encryption xmlns='urn:xmpp:eme:0'
              namespace='urn:xmpp:otr:0'/>
</message>)";
    EXPECT_EQ(xep0380::encryption(*parsed(example)), "urn:xmpp:otr:0");
    const auto message = parsed(
        "<message to='juliet@capulet.lit/balcony' from='romeo@montague.lit/orchard' id='secret1'>"
        "<body>?OTR?v23?...</body></message>");
    EXPECT_FALSE(xep0380::encryption(*message));
    xep0380::add_encryption(*message, xep0380::otr);
    EXPECT_EXAMPLE(*message, example);
}

TEST(Xep0380Eme, Example2TaggedMessageEncryptedWithOx) {
    const auto message = parsed(R"(<message to='juliet@capulet.lit/balcony'
         from='romeo@montague.lit/orchard'
         id='secret2'>
  <openpgp xmlns='urn:xmpp:openpgp:0'>
    ...
  </openpgp>
  <body>This message is encrypted with OpenPGP for XMPP.</body>
  <encryption xmlns='urn:xmpp:eme:0'
              namespace='urn:xmpp:openpgp:0'/>
</message>)");
    EXPECT_EQ(xep0380::encryption(*message), "urn:xmpp:openpgp:0");
    EXPECT_EQ(xep0380::payload(*message), "urn:xmpp:openpgp:0");
}

TEST(Xep0380Eme, WhatIsEncryptedIsKnownWithoutATag) {
    EXPECT_EQ(xep0380::payload(*parsed("<message><encrypted xmlns='urn:xmpp:omemo:2'/></message>")),
              "urn:xmpp:omemo:2");
    EXPECT_FALSE(xep0380::payload(*parsed("<message><x xmlns='jabber:x:oob'/><body>a</body></message>")));
}

}  // namespace
}  // namespace xmpp
