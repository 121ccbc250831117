// coi/mail/header: folding, encoded words [RFC 2047], and what may not stand in a field.

#include "coi/mail/header.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

TEST(SplitFields, UnfoldsAndLowersNames) {
    EXPECT_EQ((std::vector<Field>{{"subject", "a b"}, {"x-y", ""}, {"to", "c:d"}}),
              split_fields("Subject: a\r\n b\r\nnot a field\r\nX-Y:\r\nTO : c:d\r\n\r\nBody: x"));
}

TEST(DecodeHeader, DecodesWordsAndRawBytes) {
    EXPECT_EQ("Grüße an alle", decode_header("=?utf-8?B?R3LDvA==?=\r\n =?utf-8?B?w59l?= an alle"));
    EXPECT_EQ("Zoë", decode_header("=?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?="));
    EXPECT_EQ("Köln", decode_header("K\xF6ln"));
    EXPECT_EQ("Köln", decode_header("Köln"));
    EXPECT_EQ("=?x", decode_header("=?x"));
}

TEST(DecodeHeader, KnowsTheCharsetsThatTextKnows) {
    EXPECT_EQ("мир", decode_header("=?cp-1251?Q?=EC=E8=F0?="));
    EXPECT_EQ("שלום", decode_header("=?iso-8859-8-i?B?+ezl7Q==?="));
    EXPECT_EQ("①高", decode_header("=?iso-2022-jp?B?GyRCLSEbKEI=?=\r\n =?iso-2022-jp?B?GyRCOWIbKEI=?="));
    EXPECT_EQ("똠", decode_header("=?euc-kr?Q?=8C?= =?euc-kr?Q?=63?="));                  // cut within a character
    EXPECT_EQ("Mittag um zwölf?", decode_header("=?utf-8?B?TWl0dGFnIHVtIHp3w7ZsZj8?="));  // without its padding
    EXPECT_EQ("5 € b", decode_header("=?iso-8859-1*en?q?5_=80?= b"));
}

TEST(DecodeHeader, WordsOfSeveralCharsetsBesideEachOtherLoseNothing) {
    EXPECT_EQ("äőb", decode_header("=?iso-8859-1?Q?=E4?= =?iso-8859-2?Q?=F5?= =?utf-8?Q?b?="));
    EXPECT_EQ("äő мир",
              decode_header("=?utf-8?Q?=C3=A4?=\r\n =?iso-8859-2?B?9Q==?= =?koi8-r?B?IA==?= =?cp-1251?Q?=EC=E8=F0?="));
    EXPECT_EQ("ä ő", decode_header("=?iso-8859-1?Q?=E4_?= =?iso-8859-2?Q?=F5?="));
}

TEST(DecodeHeader, IsOneLineWhateverIsEncoded) { EXPECT_EQ("a  Bcc: b", decode_header("=?utf-8?Q?a=0D=0ABcc:_b?=")); }

TEST(CanonicalName, IsTheUsualSpelling) {
    EXPECT_EQ("Chat-Version", canonical_name("chat-version"));
    EXPECT_EQ("Chat-Disposition-Notification-To", canonical_name("chat-disposition-notification-to"));
    EXPECT_EQ("Chat-Group-ID", canonical_name("chat-group-id"));
    EXPECT_EQ("MIME-Version", canonical_name("mime-version"));
    EXPECT_EQ("List-Id", canonical_name("list-id"));
}

TEST(AppendField, FoldsAtSpacesWithoutChangingThem) {
    std::string value;
    for (int i = 0; i < 40; ++i) value += i % 3 == 0 ? "  word" : " word";
    value.erase(0, 2);
    std::string out;
    append_field(out, "Subject", value);
    EXPECT_NE(std::string::npos, out.find("\r\n "));
    EXPECT_EQ(value, split_fields(out).at(0).value);
}

TEST(AppendField, NonAsciiIsEncodedInShortLinesAndReadBack) {
    std::string value;
    for (int i = 0; i < 50; ++i) value += "Grüße  🙂";
    for (const std::string& each :
         {value, std::string("=?utf-8?Q?x?="), std::string(2000, 'x'), std::string("a\u0301\u2028b")}) {
        std::string out;
        append_field(out, "Chat-Group-Name", each);
        for (std::size_t start = 0; start < out.size();) {
            const auto end = out.find("\r\n", start);
            EXPECT_LE(end - start, 78u) << out;
            start = end + 2;
        }
        EXPECT_EQ(each, decode_header(split_fields(out).at(0).value));
    }
}

TEST(FieldValue, MustNotStartALineOfItsOwn) {
    EXPECT_TRUE(is_field_value("Grüße"));
    EXPECT_FALSE(is_field_value("a\r\nBcc: b"));
    EXPECT_FALSE(is_field_value("a\nb"));
    EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_field_value("\xFF"));
    EXPECT_FALSE(is_field_name("Sub ject"));
    EXPECT_FALSE(is_field_name("a:"));
    EXPECT_FALSE(is_field_name(""));
}

TEST(PrintAddress, QuotesOrEncodesTheNameWhereItMust) {
    EXPECT_EQ("Bob B <bob@x.example>", print_address({"Bob B", "bob", "x.example"}));
    EXPECT_EQ("\"B., \\\"Bob\\\"\" <bob@x.example>", print_address({"B., \"Bob\"", "bob", "x.example"}));
    EXPECT_EQ("=?utf-8?B?Wm/Dqw==?= <zoe@x.example>", print_address({"Zoë", "zoe", "x.example"}));
    EXPECT_EQ("bob@x.example", print_address({"", "bob", "x.example"}));
}

}  // namespace
}  // namespace coi
