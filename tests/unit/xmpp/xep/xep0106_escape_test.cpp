// The examples of XEP-0106 §4.3, §5.1 and §5.2, and what gloox's own escaping gets wrong.

#include "xmpp/xep/xep0106_escape.h"

#include <gtest/gtest.h>

namespace xmpp::xep0106 {
namespace {

struct Example {
    const char* text;
    const char* node;
};

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, BothWays) {
    EXPECT_EQ(escape_node(GetParam().text), GetParam().node);
    EXPECT_EQ(unescape_node(GetParam().node), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Section5_1, Examples,
                         testing::Values(Example{"space cadet", R"(space\20cadet)"},
                                         Example{R"(call me "ishmael")", R"(call\20me\20\22ishmael\22)"},
                                         Example{"at&t guy", R"(at\26t\20guy)"},
                                         Example{"d'artagnan", R"(d\27artagnan)"}, Example{"/.fanboy", R"(\2f.fanboy)"},
                                         Example{"::foo::", R"(\3a\3afoo\3a\3a)"}, Example{"<foo>", R"(\3cfoo\3e)"},
                                         Example{"user@host", R"(user\40host)"}, Example{R"(c:\net)", R"(c\3a\net)"},
                                         Example{R"(c:\\net)", R"(c\3a\\net)"},
                                         Example{R"(c:\cool stuff)", R"(c\3a\cool\20stuff)"},
                                         Example{R"(c:\5commas)", R"(c\3a\5c5commas)"}));
INSTANTIATE_TEST_SUITE_P(Section4_2, Examples,
                         testing::Values(Example{R"(\3and\2is\5cool)", R"(\5c3and\2is\5c5cool)"}));
INSTANTIATE_TEST_SUITE_P(Traps, Examples,
                         testing::Values(Example{"", ""}, Example{"\\", "\\"}, Example{R"(\5c40)", R"(\5c5c40)"},
                                         Example{R"(\\20)", R"(\\5c20)"}, Example{R"(\5C)", R"(\5C)"},
                                         Example{" ", R"(\20)"}, Example{"\\@", R"(\\40)"},
                                         Example{"bücher", "bücher"}));

void expect_unmodified(const char* text) {
    EXPECT_EQ(escape_node(text), text);
    EXPECT_EQ(unescape_node(text), text);
}

TEST(Xep0106Escape, Example1JidEscaping) { EXPECT_EQ(escape_node("d'artagnan"), R"(d\27artagnan)"); }

TEST(Xep0106Escape, Example3PartialEscapeSequence) { expect_unmodified(R"(\2plus\2is\4)"); }

TEST(Xep0106Escape, Example4InvalidEscapeSequence1) { expect_unmodified(R"(foo\bar)"); }

TEST(Xep0106Escape, Example5InvalidEscapeSequence2) { expect_unmodified(R"(foob\41r)"); }

TEST(Xep0106Escape, Example7TheTransformedJid) {
    EXPECT_EQ(escape_node("here's_a_wild_&_/cr%zy/_address"), R"(here\27s_a_wild_\26_\2fcr%zy\2f_address)");
}

TEST(Xep0106Escape, Example8TheJidAsPresentedToAUser) {
    EXPECT_EQ(unescape_node(R"(here\27s_a_wild_\26_\2fcr%zy\2f_address)"), "here's_a_wild_&_/cr%zy/_address");
}

TEST(Xep0106Escape, UnescapesEveryBackslashThatOthersEscapedToo) {
    EXPECT_EQ(unescape_node(R"(c\3a\5cnet)"), R"(c:\net)");
}

TEST(Xep0106Escape, UnescapesOnce) { EXPECT_EQ(unescape_node(R"(a\5c40b)"), R"(a\40b)"); }

TEST(Xep0106Escape, LeavesUpperCaseEscapesAlone) { EXPECT_EQ(unescape_node(R"(\5C\3A\2F)"), R"(\5C\3A\2F)"); }

}  // namespace
}  // namespace xmpp::xep0106
