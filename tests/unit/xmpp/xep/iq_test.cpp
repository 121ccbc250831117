// Answers to iqs: whom they go to, and what they repeat.

#include "xmpp/xep/iq.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Iq, AnAnswerGoesBackWithTheSameId) {
    const auto iq = parsed(
        "<iq type='get' id='disco1' from='romeo@montague.lit/orchard' to='aim.shakespeare.lit' xml:lang='it'><query "
        "xmlns='x'><password>secret</password></query></iq>");
    EXPECT_EQ(result_of(*iq)->xml(),
              "<iq type='result' id='disco1' from='aim.shakespeare.lit' to='romeo@montague.lit/orchard'/>");
    EXPECT_EQ(head_of(*iq)->xml().find("secret"), std::string::npos);
    EXPECT_EQ(attribute(*head_of(*iq), "xml:lang"), "it");
    EXPECT_EQ(payload(*iq)->name(), "query");
    EXPECT_EQ(payload(*parsed("<iq><a/><b/></iq>")), nullptr);
}

TEST(Iq, TheLanguageMayStandOnThePayload) {
    EXPECT_EQ(language_of(*parsed("<iq type='set'><command xmlns='x' xml:lang='de'/></iq>")), "de");
    EXPECT_EQ(language_of(*parsed("<iq type='set' xml:lang='fr'><command xmlns='x' xml:lang='de'/></iq>")), "fr");
}

}  // namespace
}  // namespace xmpp
