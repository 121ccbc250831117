// What a body is to OTR.

#include "xmpp/otr/front.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace xmpp::otr {
namespace {

const std::string base = " \t  \t\t\t\t \t \t \t  ", v1 = " \t \t  \t ", v2 = "  \t\t  \t ", v3 = "  \t\t  \t\t";

TEST(OtrFront, PlainText) {
    for (const char* text : {"", "hello", "? OTR", "?otr?", "I asked with ?OTRv23? and nothing came", "what is ?OTR",
                             "see ?OTR:", "<b>bold</b> ?OTR?", "a?OTR,b", "?OTR", "?OTRX"}) {
        const bool begins = std::string_view(text).starts_with("?OTR");
        EXPECT_EQ(look(text).kind, begins ? Kind::unknown : Kind::plain) << text;
    }
    EXPECT_EQ(look("héllo\n").text, "héllo\n");
}

TEST(OtrFront, WhitespaceTagIsTakenOut) {  // [XEP-0364 §3]
    for (const auto& tag : {base, base + v2, base + v1 + v2 + v3, base + v3 + "\t\t\t\t\t\t\t\t"}) {
        for (const auto& [before, after] : {std::pair{"hello", ""}, {"", "hello"}, {"hel", "lo"}}) {
            const Seen seen = look(before + tag + after);
            EXPECT_EQ(seen.kind, Kind::tagged);
            EXPECT_EQ(seen.text, "hello");
        }
    }
    EXPECT_EQ(strip_tag("a" + base + v2 + "b" + base + v3 + " c"), "ab c");
    EXPECT_EQ(strip_tag(base + v2), "");
    EXPECT_EQ(look("?O" + base + "TR:AAMDAAAA.").kind, Kind::malformed);
    EXPECT_EQ(look(base.substr(0, 5) + base + "x" + base.substr(5)).kind, Kind::tagged);
    EXPECT_EQ(look(base.substr(0, 9) + base + base.substr(9) + "x").kind, Kind::malformed);
    EXPECT_EQ(strip_tag(base.substr(1)), base.substr(1));
}

TEST(OtrFront, Queries) {  // [OTR v3 "OTR Query Messages"]: its examples
    const std::vector<std::pair<std::string, int>> queries{
        {"?OTR?", 1},
        {"?OTRv2?", 2},
        {"?OTR?v2?", 2},
        {"?OTRv23?", 3},
        {"?OTR?v23?", 3},
        {"?OTRv24x?", 2},
        {"?OTR?v24x?", 2},
        {"?OTR?v?", 1},
        {"?OTRv?", 0},
        {"?OTRv2", 0},
        {"?OTRv4?", 0},
        {"?OTRv23?\n<b>a</b> has requested an <a href=\"https://otr.cypherpunks.ca/\">Off-the-Record</a>", 3}};
    for (const auto& [text, version] : queries) {
        EXPECT_EQ(look(text).kind, Kind::query) << text;
        EXPECT_EQ(look(text).version, version) << text;
    }
    EXPECT_EQ(look("\xef\xbb\xbf \n<html><body>?OTRv3?</body>").kind, Kind::query);
}

/// An encoded message: version, type, for v3 the tags, and something.
std::string encoded(int version, int type, std::string_view rest = "AAAA") {
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const int bits = version << 8 | type;
    std::string text = "?OTR:";
    for (const int shift : {18, 12, 6, 0}) text += letters[bits >> shift & 63];
    return text + (version == 3 ? "AAABAAAAAgAA" : "") + std::string(rest) + ".";
}

TEST(OtrFront, EncodedMessages) {  // [OTR v3 "Encoded messages"]
    const std::vector<std::pair<int, Kind>> types{
        {0x02, Kind::dh_commit}, {0x0a, Kind::dh_key}, {0x11, Kind::reveal_signature},
        {0x12, Kind::signature}, {0x03, Kind::data},   {0x04, Kind::malformed}};
    for (const auto& [type, kind] : types) {
        EXPECT_EQ(look(encoded(2, type)).kind, kind);
        const Seen seen = look(encoded(3, type) + " and more");
        EXPECT_EQ(seen.kind, kind);
        if (kind == Kind::malformed) continue;
        EXPECT_EQ(seen.version, 3);
        EXPECT_EQ(seen.sender, 0x100U);
        EXPECT_EQ(seen.receiver, 0x200U);
        EXPECT_EQ(seen.wire, encoded(3, type));
    }
    EXPECT_EQ(look(encoded(1, 0x0a)).version, 1);
    EXPECT_EQ(look("<FONT>" + encoded(2, 3)).kind, Kind::data);
    EXPECT_EQ(look("quoted: " + encoded(2, 3)).kind, Kind::data) << "never to a mail";
}

/// A peer's DSA key of 32,768 bits takes 20 s to verify with.
TEST(OtrFront, HandshakesAreShort) {
    for (const char* type : {"AAMC", "AAMK", "AAMR", "AAMS"}) {
        const std::string begin = "?OTR:" + std::string(type);
        EXPECT_NE(look(begin + std::string(1996, 'A') + ".").kind, Kind::malformed);
        EXPECT_EQ(look(begin + std::string(2000, 'A') + ".").kind, Kind::malformed);
    }
    EXPECT_EQ(look("?OTR:AAMD" + std::string(100'000, 'A') + ".").kind, Kind::data);
}

TEST(OtrFront, WhatLooksLikeAMessageAndIsNone) {
    for (const std::string text : {"?OTR:",
                                   "?OTR:.",
                                   "?OTR:AAM.",
                                   "?OTR:AAMD.",
                                   "?OTR:AAMDAAAB",
                                   "?OTR:AAID!!!!.",
                                   "?OTR:====.",
                                   "?OTR:AAID====AAAA.",
                                   "?OTR:ABID.",
                                   "?OTR:AAQD.",
                                   "?OTR:AAAD.",
                                   "?OTR:garbage without end",
                                   "?OTR|",
                                   "?OTR|1|2,1,2,x",
                                   "?OTR|1|2,0,2,x,",
                                   "?OTR|1|2,3,2,x,",
                                   "?OTR|1|2,1,70000,x,",
                                   "?OTR|1|2,1,2,,",
                                   "?OTR|xyz|2,1,2,x,",
                                   "?OTR|100000000|2,1,2,x,",
                                   "?OTR,1,2,x",
                                   "?OTR,-1,2,x,",
                                   "?OTR,1,2"}) {
        EXPECT_EQ(look(text).kind, Kind::malformed) << text;
    }
    EXPECT_EQ(look("?OTR:" + std::string(max_message, 'A') + ".").kind, Kind::malformed);
    EXPECT_EQ(look("?OTR Error: You sent it\n").kind, Kind::error);
    EXPECT_EQ(look("?OTR Error:  You sent it").text, "You sent it");
    EXPECT_EQ(look("?OTR Error:").text, "");
}

TEST(OtrFront, Fragments) {  // [OTR v3 "Fragmentation"]
    const Seen three = look("?OTR|5a73a599|27e31597,00001,00003,?OTR:AAMD+BM,");
    EXPECT_EQ(three.kind, Kind::fragment);
    EXPECT_EQ(three.version, 3);
    EXPECT_EQ(three.sender, 0x5a73a599U);
    EXPECT_EQ(three.receiver, 0x27e31597U);
    EXPECT_EQ(three.number, 1U);
    EXPECT_EQ(three.count, 3U);
    EXPECT_EQ(three.text, "?OTR:AAMD+BM");
    const Seen two = look("?OTR,2,3,uEQTH,");
    EXPECT_EQ(two.version, 2);
    EXPECT_EQ(two.number, 2U);
    EXPECT_EQ(two.text, "uEQTH");
}

}  // namespace
}  // namespace xmpp::otr
