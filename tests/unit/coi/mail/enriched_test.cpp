// text/enriched [RFC 1896] and text/richtext [RFC 1341 §7.1.3] as plain text.

#include "coi/mail/enriched.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

std::string enriched(std::string_view text) { return enriched_to_text(text, false); }
std::string richtext(std::string_view text) { return enriched_to_text(text, true); }

TEST(Enriched, WhatIsFormattedStays) {
    EXPECT_EQ(enriched("<bold>Now</bold> is the time for <italic>all</italic>\ngood men\n<smaller>(and "
                       "<<women>)</smaller> to\n<ignoreme>come</ignoreme>\n"),
              "Now is the time for all good men (and <women>) to come ");
}

TEST(Enriched, OfLineEndsInARowAllButTheFirstCount) {
    EXPECT_EQ(enriched("to the aid of their\n\n\nbeloved\ncountry."), "to the aid of their\n\nbeloved country.");
}

TEST(Enriched, LinesThatAreNotFilledStayAsTheyAre) {
    EXPECT_EQ(enriched("a\nb <nofill>c\nd\n</nofill>e\nf"), "a b c\nd\ne f");
}

TEST(Enriched, ParametersAreNotShown) {
    EXPECT_EQ(enriched("<color><param>red<<x</param>beloved</color>"), "beloved");
    EXPECT_EQ(enriched("<param>never ended"), "");
}

TEST(Enriched, WhatIsNoCommandIsText) {
    EXPECT_EQ(enriched("1 < 2 > 0, <a b> and <>"), "1 < 2 > 0, <a b> and <>");
    EXPECT_EQ(enriched("<" + std::string(61, 'x') + ">"), "<" + std::string(61, 'x') + ">") << "too long for one";
    EXPECT_EQ(enriched("<"), "<");
    EXPECT_EQ(enriched("Grüße <bold>Zoë</bold>"), "Grüße Zoë");
}

TEST(Enriched, RichtextHasLineEndsAndAngleBracketsAsCommands) {
    EXPECT_EQ(richtext("<bold>Supper</bold><nl>at\neight <lt> nine <comment>hidden</comment>\n\n!"),
              "Supper\nat eight < nine  !");
    EXPECT_EQ(richtext("<paragraph>one</paragraph>two"), "\none\ntwo");
    EXPECT_EQ(richtext("a << b"), "a << b") << "that is the younger one's";
}

}  // namespace
}  // namespace coi
