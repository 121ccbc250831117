// coi/mail/charset: labels right, wrong and missing; clean text.

#include "coi/mail/charset.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

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

// The labels of the WHATWG Encoding Standard §4.2, and what mail programs write instead.
TEST(ToUtf8, LabelsOfTheWildAreKnown) {
    const std::vector<std::array<std::string, 3>> cases{
        {"iso-8859-8-i", "\xF9\xEC\xE5\xED", "שלום"},
        {"iso8859-1", "5 \x80", "5 €"},
        {"cp-1251", "\xEC\xE8\xF0", "мир"},
        {"windows1251", "\xEC\xE8\xF0", "мир"},
        {"WIN-1251", "\xEC\xE8\xF0", "мир"},
        {"\"windows-1251\"", "\xEC\xE8\xF0", "мир"},
        {"sjis", "\x87\x40\xFB\xFC", "①髙"},
        {"shift_jis", "\x87\x40", "①"},
        {"iso-2022-jp", "\x1B$B-!\x1B(B", "①"},
        {"iso-2022-jp", "\x1B(I1\x1B(B", "ｱ"},
        {"cp50221", "\x1B$B-!\x1B(B", "①"},
        {"euc-jp", "\xAD\xA1", "①"},
        {"euc-kr", "\x8C\x63", "똠"},
        {"ks_c_5601-1987", "\x8C\x63", "똠"},
        {"big5", "\xA4\xA4\x87\x40", "中䏰"},
        {"gb2312", "\xE9\x46", "镕"},
        {"hz-gb-2312", "~{VPND~}", "中文"},
        {"tis-620", "\xA1", "ก"},
        {"iso-8859-9", "\xFE", "ş"},
        {"iso-8859-10", "\xA2", "Ē"},
        {"latin9", "\xA4", "€"},
        {"koi8-u", "\xA4", "є"},
        {"x-mac-cyrillic", "\x80", "А"},
        {"cp850", "\x84", "ä"},
        {"ibm-850", "\x84", "ä"},
        {"unicode-1-1-utf-7", "+AOQ-", "ä"},
        {"unknown-8bit", "\xE4", "ä"},
        {"ISO_2022,locale=ja", "\xE4", "ä"},
    };
    for (const auto& [label, bytes, text] : cases) EXPECT_EQ(text, to_utf8(bytes, label)) << label;
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
    EXPECT_EQ("昼ご飯", to_utf8("昼ご飯", "iso-2022-jp"));
    EXPECT_EQ("가", to_utf8("\xB0\xA1", "iso-2022-kr"));
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
