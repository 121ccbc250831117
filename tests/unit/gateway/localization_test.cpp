// The catalogue that is compiled in, without any locale of the machine. The texts used here are said by gateway/ itself
// (a lint test holds the catalogue to them).

#include "gateway/localization.h"

#include <gtest/gtest.h>

using gateway::say;

TEST(Words, SpeaksGermanForEveryGermanTag) {
    for (const char* lang : {"de", "de-AT", "DE", "de_CH", "de-Latn-DE-1996"}) {
        EXPECT_EQ(say(lang, "{1}.{2} MB", {"3", "5"}), "3,5 MB") << lang;
    }
}

TEST(Words, SpeaksEnglishForEverybodyElse) {
    for (const char* lang : {"", "en", "en-GB", "x", "den", "d", "fr", "../../etc/passwd", "dededededededededede"}) {
        EXPECT_EQ(say(lang, "{1}.{2} MB", {"3", "5"}), "3.5 MB") << lang;
    }
}

TEST(Words, LeavesATextThatNoCatalogueHasAsItIs) { EXPECT_EQ(say("de", "no such text {1}", {"x"}), "no such text x"); }

TEST(Words, ChoosesThePluralAndCounts) {
    EXPECT_EQ(say("en", "{1} byte", "{1} bytes", 1), "1 byte");
    EXPECT_EQ(say("en", "{1} byte", "{1} bytes", 0), "0 bytes");
    EXPECT_EQ(say("de", "{1} byte", "{1} bytes", 2), "2 Byte");
    EXPECT_EQ(say("de", "one of {2}", "{1} of {2}", 5'000'000'000, {"x"}), "5000000000 of x");
}

TEST(Words, TakesArgumentsAsTheyAre) {
    EXPECT_EQ(say("", "{2} and {1}", {"{2}{1}%s", "{1}"}), "{1} and {2}{1}%s");
    EXPECT_EQ(say("", "{3} {0} {x} {1", {"a"}), "{3} {0} {x} {1");
}
