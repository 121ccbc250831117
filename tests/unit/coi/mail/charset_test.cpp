// coi/mail/charset: labels right, wrong and missing; clean text.

#include "coi/mail/charset.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

TEST(ToUtf8, ConvertsWhatIsLabelled) {
    EXPECT_EQ("Привет", to_utf8("\xF0\xD2\xC9\xD7\xC5\xD4", "KOI8-R"));
    EXPECT_EQ("日本", to_utf8("\x1B$BF|K\\\x1B(B", "iso-2022-jp"));
    EXPECT_EQ("ü", to_utf8(std::string_view("\0\xFC", 2), "utf-16be"));
}

TEST(ToUtf8, LabelsMeanWhatSendersMean) {
    EXPECT_EQ("“x” €", to_utf8("\x93x\x94 \x80", "iso-8859-1"));
    EXPECT_EQ("镕", to_utf8("\xE9\x46", "gb2312"));
}

TEST(ToUtf8, WrongLabelsAreCorrectedByTheBytes) {
    EXPECT_EQ("Grüße", to_utf8("Grüße", "iso-8859-1"));
    EXPECT_EQ("Grüße", to_utf8("Gr\xFC\xDF"
                               "e",
                               "utf-8"));
    EXPECT_EQ("Grüße", to_utf8("Gr\xFC\xDF"
                               "e",
                               ""));
    EXPECT_EQ("Grüße", to_utf8("Gr\xFC\xDF"
                               "e",
                               "x-unknown"));
    EXPECT_EQ("你好", to_utf8("你好", "us-ascii"));
}

TEST(ToUtf8, WhatCannotBeReadIsReplaced) {
    EXPECT_EQ("ü\uFFFDx", to_utf8("\xC3\xBC\xFFx", "utf-8"));
    EXPECT_EQ("日\uFFFD", to_utf8("\x93\xFA\x93", "shift_jis"));
    EXPECT_TRUE(is_utf8(to_utf8("\xFF\xFE\xFD", "utf-7")));
}

TEST(CleanText, LineEndsAreLfAndControlsAreGone) {
    EXPECT_EQ("a\nb\nc\td", clean_text("\xEF\xBB\xBF"
                                       "a\r\nb\rc\t\x07"
                                       "d\x1B"));
    EXPECT_EQ("  x\ny  ", clean_text("\n \n  x\ny  \n\n"));
    EXPECT_EQ("", clean_text(" \r\n\t\n"));
    EXPECT_EQ("x\n-- ", clean_text("x\n-- \n"));
}

TEST(CleanLine, IsOneLine) { EXPECT_EQ("a  b c", clean_line(" a\r\nb\tc\n")); }

TEST(CutUtf8, NeverCutsACharacter) {
    EXPECT_EQ("aü", cut_utf8("aüb", 3));
    EXPECT_EQ("a", cut_utf8("aüb", 2));
    EXPECT_EQ("", cut_utf8("🙂", 3));
}

}  // namespace
}  // namespace coi
