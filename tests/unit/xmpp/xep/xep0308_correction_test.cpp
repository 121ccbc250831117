// Corrections: the example of XEP-0308.

#include "xmpp/xep/xep0308_correction.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

constexpr const char* example4 = R"(<message to='juliet@capulet.net/balcony' id='good1'>
  <body>But soft, what light through yonder window breaks?</body>
  <replace id='bad1' xmlns='urn:xmpp:message-correct:0'/>
</message>)";

TEST(Xep0308Correction, Example3UserSendsAMessageWithAMistakeIn) {
    EXPECT_FALSE(xep0308::replaces(*parsed(R"(<message to='juliet@capulet.net/balcony' id='bad1'>
  <body>But soft, what light through yonder airlock breaks?</body>
</message>)")));
}

TEST(Xep0308Correction, Example4UserCorrectsTheMessageAndSends) {
    EXPECT_EQ(xep0308::replaces(*parsed(example4)), "bad1");
    const auto message = parsed(
        "<message to='juliet@capulet.net/balcony' id='good1'><body>But soft, what light through yonder window "
        "breaks?</body></message>");
    xep0308::add_replace(*message, "bad1");
    EXPECT_EXAMPLE(*message, example4);
}

TEST(Xep0308Correction, WithoutAnIdOrInAnotherNamespaceItIsNone) {
    EXPECT_FALSE(xep0308::replaces(*parsed("<message><replace xmlns='urn:xmpp:message-correct:0'/></message>")));
    EXPECT_FALSE(xep0308::replaces(*parsed("<message><replace id='bad1' xmlns='urn:example'/></message>")));
}

}  // namespace
}  // namespace xmpp
