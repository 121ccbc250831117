// gateway/model/framed: what stands in ⟦…⟧ is the gateway's word, and nobody can write it.

#include "gateway/model/framed.h"

#include <gtest/gtest.h>

namespace gateway::framed {
namespace {

TEST(Framed, ANoticeStandsInItsBrackets) {
    EXPECT_EQ(notice("not encrypted"), "⟦not encrypted⟧");
    EXPECT_EQ(notice("[not encrypted]"), "⟦not encrypted⟧");
    EXPECT_EQ(notice(""), "");
}

TEST(Framed, NobodyElseWritesThem) {
    EXPECT_EQ(foreign("⟦signed with their key⟧ pay"), "[[signed with their key]] pay");
    for (const std::string pair : {"⟦⟧", "⟬⟭", "⦃⦄", "⦅⦆", "⦋⦌", "⦍⦎", "⦏⦐", "〖〗", "〘〙", "〚〛"})
        EXPECT_EQ(foreign(pair), "[[]]") << pair;
    EXPECT_EQ(foreign("[\u20d2x]\u20d2 [\u20e6"), "[x] [");
}

TEST(Framed, WhatPeopleWriteStays) {
    for (const std::string text :
         {"", "Hi [there] {x}", "【重要】《書》「はい」", "Grüße 🏳\ufe0f\u200d🌈", "שלום \u200fעולם", "a\n b\n\nc",
          "『書』〔注〕⟨x⟩ „so“ ｢ｶﾅ｣ ❨1❩", "\u2067שלום\u2069 hi", "x \u202bab\u202c", "می\u200cخواهم"})
        EXPECT_EQ(foreign(text), text);
}

TEST(Framed, ATextCannotDrawAnotherLine) {
    EXPECT_EQ(foreign("a\u2028b\u2029c\u0085d\ve\ff"), "a\nb\nc\nd\ne\nf");
    EXPECT_EQ(foreign("\u200b\ufeff\u2060> x\n\u00ady"), "> x\ny");
}

TEST(Framed, WritingDirectionsEndWithTheirLineAndAreNotOverridden) {
    EXPECT_EQ(foreign("abc \u202eevil"), "abc evil");
    EXPECT_EQ(foreign("a\u202db\u202cc"), "abc");
    EXPECT_EQ(foreign("a\u2067b\nc\u202bd"), "a\u2067b\u2069\nc\u202bd\u202c");
    EXPECT_EQ(foreign("a\u2069b\u202cc"), "abc");
    EXPECT_EQ(foreign("a\u202b\u2067b\u202cc"), "a\u202b\u2067bc\u2069\u202c");
}

TEST(Framed, BrokenUtf8IsNotReadBeyondItsEnd) {
    for (const std::string text : {"\xe2", "\xe2\x9f", "\xf0\x9f", "\xff"}) foreign(text);
}

TEST(Framed, BracketsThatOnlyLookLikeOursAreTakenOutToo) {
    for (const char* typed : {"｟x｠", "︗x︘", "⁅x⁆", "⹕x⹖", "⸨x⸩", "⧚x⧛", "⦗x⦘"})
        EXPECT_EQ("[[x]]", framed::foreign(typed)) << typed;
}

TEST(Framed, NothingIsDrawnOverABracket) {
    for (const char* between : {"", "\u034f", "\u200d", "\ufe0f", "\u2063", "\u200e", "\U000e0061", "\u0301"}) {
        for (const char* overlay : {"\u20d2", "\u20e6", "\u0338", "\u0489"}) {
            for (const char* bracket : {"[", "］", "❲", "〈"}) {
                const auto out = foreign(std::string("x ") + bracket + between + overlay + "y");
                EXPECT_EQ(out.find(overlay), out.npos) << out;
                EXPECT_NE(out.find(bracket), out.npos) << out;
            }
        }
    }
    EXPECT_EQ(foreign("⟦\u034f\u20e6x"), "[[x");
    EXPECT_EQ(foreign("e\u0301 o\u0338 [e\u0301]"), "e\u0301 o\u0338 [e\u0301]");
}

}  // namespace
}  // namespace gateway::framed
