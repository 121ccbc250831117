// coi/mail/address: addr-spec [RFC 5321 §4.1.2], IDN, canonical forms, and lists as they are found.

#include "coi/mail/address.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

Address parsed(std::string_view spec) { return parse_addr_spec(spec).value(); }

TEST(AddrSpec, SplitsLocalPartAndDomain) {
    EXPECT_EQ((Address{"", "bob", "example.org"}), parsed("bob@example.org"));
    EXPECT_EQ((Address{"", "Bob+tag", "example.org"}), parsed("Bob+tag@EXAMPLE.org"));
}

TEST(AddrSpec, QuotedLocalPartsLoseTheirQuotesAndGetThemBack) {
    EXPECT_EQ("a b", parsed("\"a b\"@example.org").local);
    EXPECT_EQ("\"a b\"@example.org", parsed("\"a b\"@example.org").addr_spec());
    EXPECT_EQ("x\"y\\", parsed(R"("x\"y\\"@example.org)").local);
    EXPECT_EQ(R"("x\"y\\"@example.org)", parsed(R"("x\"y\\"@example.org)").addr_spec());
    EXPECT_EQ("bob@example.org", parsed("\"bob\"@example.org").addr_spec());
    EXPECT_EQ("\"a@b\"@example.org", parsed("\"a@b\"@example.org").addr_spec());
}

TEST(AddrSpec, DotsAreTakenAnywhereAsMobileCarriersGaveThemOut) {
    EXPECT_EQ("taro..yamada", parsed("taro..yamada@mobile.example").local);
    EXPECT_EQ("\"taro.\"@mobile.example", parsed("taro.@mobile.example").addr_spec());
}

TEST(AddrSpec, InternationalDomainsAreULabelsInsideAndALabelsOnTheWire) {
    EXPECT_EQ("bücher.example", parsed("bob@xn--bcher-kva.example").domain);
    EXPECT_EQ("bücher.example", parsed("bob@BÜCHER.example").domain);
    EXPECT_EQ("bob@xn--bcher-kva.example", parsed("bob@bücher.example").addr_spec());
    EXPECT_EQ("faß.example", parsed("bob@faß.example").domain);  // [RFC 5894 §7.2]: ß is a letter of its own
}

TEST(AddrSpec, AnInvalidALabelStaysAsItIs) { EXPECT_EQ("xn--a.example", parsed("bob@XN--A.example").domain); }

TEST(AddrSpec, AddressLiteralsAreDomains) {
    EXPECT_EQ("[192.0.2.1]", parsed("bob@[192.0.2.1]").domain);
    EXPECT_EQ("bob@[ipv6:2001:db8::1]", parsed("bob@[IPv6:2001:db8::1]").addr_spec());
}

TEST(AddrSpec, WhatIsNoAddressIsRefused) {
    for (const std::string_view bad :
         {"", "bob", "@example.org", "bob@", "bob@.org", "bob@a..b", "bob@exa mple.org", "a b@example.org",
          "bob@example.org ", "<bob@example.org>", "bob@example.org\r\nRCPT TO:<x@y>", "bo\nb@example.org",
          "\"bob@example.org", "bob@[1.2", "bob@ex@ample.org", "\xFF@example.org", "bob@-\xFF.org",
          "bob@exa>mple.org"}) {
        EXPECT_FALSE(parse_addr_spec(bad)) << bad;
    }
    EXPECT_FALSE(parse_addr_spec(std::string(251, 'a') + "@example.org"));
    EXPECT_FALSE(parse_addr_spec("a@" + std::string(64, 'b') + ".org"));
    EXPECT_FALSE(parse_addr_spec(std::string("a\0b@example.org", 15)));
}

TEST(Canonical, FoldsAsciiOnlySoThatNobodyTakesOverAnother) {
    EXPECT_EQ("bob@example.org", parsed("BoB@Example.ORG").canonical());
    EXPECT_EQ("straße@example.org", parsed("straße@example.org").canonical());
    for (const std::string_view other : {"strauß@x.test", "strau\u200bss@x.test", "strau\u00adss@x.test",
                                         "ｓtrauss@x.test", "ﬆrauss@x.test", "STRAUẞ@x.test", "strau\u017fs@x.test"}) {
        EXPECT_NE(parsed("strauss@x.test").canonical(), parsed(other).canonical()) << other;
    }
    EXPECT_NE(parsed("bob@example.org").canonical(), parsed("bob+x@example.org").canonical());
}

TEST(AddrSpec, ADomainThatIsAnothersOnlyAfterMappingIsNone) {
    for (const std::string_view bad :
         {"bob@ma\u00adil.test", "bob@ｍail.test", "bob@mail。test", "bob@mail\u200d.test"})
        EXPECT_FALSE(parse_addr_spec(bad)) << bad;
}

TEST(Canonical, SpellingsOfOneDomainAreOne) {
    EXPECT_EQ("bob@bücher.example", parsed("bob@xn--bcher-kva.example").canonical());
    EXPECT_EQ("bob@bücher.example", parsed("bob@BÜCHER.EXAMPLE").canonical());
}

TEST(AddressList, NamesAreDecodedAndKeepTheirSpelling) {
    EXPECT_EQ(
        (std::vector<Address>{{"Zoë B", "zoe", "x.example"}, {"Doe, J.", "j", "y.example"}, {"", "k", "z.example"}}),
        parse_address_list("=?utf-8?Q?Zo=C3=AB?= B <zoe@x.example>, \"Doe, J.\" <j@y.example>, k@z.example"));
}

TEST(AddressList, PaddedEncodedWordsBesideEachOtherLoseNothing) {
    EXPECT_EQ((std::vector<Address>{{"Grüße", "z", "x.example"}}),
              parse_address_list("=?utf-8?B?R3LDvA==?= =?utf-8?B?w59l?= <z@x.example>"));
}

TEST(AddressList, GroupsAreFlattened) {
    EXPECT_EQ((std::vector<Address>{{"", "a", "x.example"}, {"B", "b", "x.example"}, {"", "c", "x.example"}}),
              parse_address_list("Team: a@x.example, B <b@x.example>;, c@x.example"));
    EXPECT_TRUE(parse_address_list("undisclosed-recipients:;").empty());
    EXPECT_TRUE(parse_address_list("\"hidden-recipients\": ;").empty());
}

TEST(AddressList, SemicolonsJoinAddressesAsOneClientWritesThem) {
    EXPECT_EQ((std::vector<Address>{{"", "a", "x.example"}, {"S; C", "b", "x.example"}, {"", "c", "x.example"}}),
              parse_address_list("a@x.example; \"S; C\" <b@x.example>;c@x.example"));
}

TEST(AddressList, OneOddAddressDoesNotTakeTheOthersAlong) {
    EXPECT_EQ((std::vector<Address>{{"", "a", "x.example"}, {"Taro", "taro..y", "x.example"}, {"", "c", "x.example"}}),
              parse_address_list("a@x.example, Taro <taro..y@x.example>, c@x.example, nonsense, <@>"));
}

TEST(AddressList, InvalidALabelsAreNotMadeAnotherDomain) {
    const auto list = parse_address_list("\"xn--x, y\" <bob@xn--bcher-kvTRUST_UNDEamp>, c@xn--bcher-kva.example");
    ASSERT_EQ(2u, list.size());
    EXPECT_EQ("xn--x, y", list[0].name);
    EXPECT_EQ("bob@xn--bcher-kvtrust_undeamp", list[0].addr_spec());
    EXPECT_EQ("bücher.example", list[1].domain);
}

TEST(AddressList, WhatLooksEncodedInALocalPartIsLeftAlone) {
    EXPECT_EQ((std::vector<Address>{{"ü", "=?utf-8?B?w7w?=x", "a.example"}}),
              parse_address_list("=?utf-8?B?w7w=?= <\"=?utf-8?B?w7w?=x\"@a.example>"));
}

TEST(AddressList, InAQuotedLocalPartNoCommentAndNoAddressBegins) {  // found by fuzz_address
    for (const std::string local : {"(c=?utf-8?B?w3w=?=b", "c=??B?w3w=?==( <z-a"}) {
        const auto list = parse_address_list('"' + local + "\"@x.org");
        ASSERT_EQ(list.size(), 1u);
        EXPECT_EQ(list[0].local, local);
    }
}

TEST(AddressList, AQuoteOrABracketInACommentIsPartOfTheComment) {
    EXPECT_EQ(parse_address_list("(say \"hi) <c@x.org>"), (std::vector<Address>{{"", "c", "x.org"}}));
    EXPECT_EQ(parse_address_list("c@x.org (Al <b)").front().addr_spec(), "c@x.org");
}

TEST(AddressList, SixtyThousandNestedGroupsAreHarmless) {
    std::string field;
    for (int i = 0; i < 60000; ++i) field += "a:";
    EXPECT_EQ(1u, parse_address_list(field + "b@x.example").size());
    EXPECT_LE(parse_address_list('"' + field + "b@x.example").size(), 1u);
    EXPECT_LE(parse_address_list("\\\"" + field + "b@x.example").size(), 1u);
}

TEST(AddressList, AtMostSoManyAreRead) { EXPECT_EQ(2u, parse_address_list("a@x.y, b@x.y, c@x.y", 2).size()); }

TEST(AddressList, LineBreaksInNamesBecomeSpaces) {
    const auto list = parse_address_list("=?utf-8?Q?a=0D=0ABcc:_b?= <a@x.example>");
    ASSERT_EQ(1u, list.size());
    EXPECT_EQ(std::string::npos, list[0].name.find_first_of("\r\n")) << list[0].name;
}

TEST(ParseAddrSpec, ALocalPartDrawsNothing) {
    EXPECT_TRUE(parse_addr_spec("\"a, b\"@x.example"));
    for (const char* drawn :
         {"\"a⟧ ⟦b\"@x.example", "\"a\u2028b\"@x.example", "a\u202Eb@x.example", "\"a\u0085b\"@x.example"})
        EXPECT_FALSE(parse_addr_spec(drawn)) << drawn;
}

}  // namespace
}  // namespace coi
