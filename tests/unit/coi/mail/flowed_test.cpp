// coi/mail/flowed: each rule of [RFC 3676 §4] there and back.

#include "coi/mail/flowed.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace coi {
namespace {

std::string there_and_back(const std::string& text) { return decode_flowed(encode_flowed(text).value(), false); }

TEST(Flowed, LongLinesAreBrokenAtSpacesAndFlowTogetherAgain) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "word" + std::to_string(i) + ' ';
    text += "end\nsecond line";
    const auto lines = encode_flowed(text).value();
    for (std::size_t start = 0; start < lines.size();) {
        const auto end = std::min(lines.find('\n', start), lines.size());
        EXPECT_LE(end - start, 78u);
        start = end + 1;
    }
    EXPECT_EQ(text, decode_flowed(lines, false));
}

// [RFC 3676 §4.4]
TEST(Flowed, LinesThatWouldBeMisreadAreStuffed) {
    EXPECT_EQ(" From me\n  indented\n >odd\n  > odd", encode_flowed("From me\n indented\n>odd\n > odd").value());
    EXPECT_EQ("From me\n indented\n>odd\n > odd", there_and_back("From me\n indented\n>odd\n > odd"));
}

// [RFC 3676 §4.5]
TEST(Flowed, QuotesFlowWithinTheirDepth) {
    EXPECT_EQ("> a b\n>> c\nd", decode_flowed("> a \n> b\n>> c\nd", false));
    EXPECT_EQ("> a\n>> b", decode_flowed("> a \n>> b", false));
    std::string quote = "> ";
    for (int i = 0; i < 40; ++i) quote += "quoted ";
    quote += "end";
    EXPECT_EQ(quote, there_and_back(quote));
    EXPECT_NE(std::string::npos, encode_flowed(quote).value().find("\n> "));
}

// [RFC 3676 §4.3]
TEST(Flowed, TheSignatureSeparatorNeverFlows) {
    EXPECT_EQ("text\n-- \nAnn", decode_flowed("text \n-- \nAnn", false));
    EXPECT_EQ("-- \nAnn", there_and_back("-- \nAnn"));
    const std::string trap = "-- " + std::string(80, 'x');
    EXPECT_EQ(trap, there_and_back(trap));
}

// [RFC 3676 §4.1]
TEST(Flowed, DelSpJoinsWithoutTheSpace) { EXPECT_EQ("長い段落", decode_flowed("長い \n段落", true)); }

TEST(Flowed, ATextWithSpacesAtLineEndsIsLeftToOthers) {
    EXPECT_FALSE(encode_flowed("a \nb"));
    EXPECT_FALSE(encode_flowed("a\n "));
    EXPECT_TRUE(encode_flowed("a\n\nb"));
}

TEST(Flowed, EmptyStaysEmpty) {
    EXPECT_EQ("", encode_flowed("").value());
    EXPECT_EQ("", decode_flowed("", false));
    EXPECT_EQ("a\n\n\nb", there_and_back("a\n\n\nb"));
}

}  // namespace
}  // namespace coi
