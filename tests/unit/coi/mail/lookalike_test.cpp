// coi/mail/lookalike: what the eye cannot tell apart.

#include "coi/mail/lookalike.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

TEST(Lookalike, TheEyeSeesNoCaseSpaceOrScript) {
    for (const char* text : {"BOB B\u00d6LL", "Bob Bo\u0308ll", "B\u200bob B\u00f6\u00adll",
                             "\uff22\uff4f\uff42\u00a0B\u00f6ll", "B\u043eb B\u00f6ll"})
        EXPECT_EQ(looks_of(text), looks_of("Bob B\u00f6ll")) << text;
    EXPECT_NE(looks_of("Bob Boll"), looks_of("Bob B\u00f6ll"));
    EXPECT_EQ(looks_of("\u200b\u2060"), "");
}

TEST(Lookalike, SeveralScriptsOrOnlyLettersThatLatinHas) {
    for (const char* text :
         {"m\u0430il", "b\u00fc\u0441her", "\u0440\u0430\u0443\u0440\u0430l", "\u0430\u0440\u0440\u04cf\u0435"})
        EXPECT_TRUE(is_lookalike(text)) << text;
    for (const char* text : {"mail", "b\u00fccher", "\u043f\u043e\u0447\u0442\u0430", "\u6771\u4eac",
                             "\u6771\u4eacmail", "\u3068\u3046\u304d\u3087\u3046", "\u03b5\u03bb\u03bb\u03ac\u03c2"})
        EXPECT_FALSE(is_lookalike(text)) << text;
}

}  // namespace
}  // namespace coi
