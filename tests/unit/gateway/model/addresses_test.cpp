// Addresses as JIDs: what people have, and what folding and escaping could confuse. Random ones: tests/property.

#include "gateway/model/addresses.h"

#include <gtest/gtest.h>

#include "xmpp/jid.h"

namespace gateway {
namespace {

const std::string component = "coi.jabber.example";

coi::Address address(const std::string& spec) {
    auto parsed = coi::parse_addr_spec(spec);
    EXPECT_TRUE(parsed.has_value()) << spec;
    return parsed ? *parsed : coi::Address{};
}

std::string node(const std::string& spec) {
    const auto jid = jid_of(address(spec), component);
    return jid ? jid->username() : "(none)";
}

std::string mail(const std::string& node) {
    const auto found = address_of(xmpp::JID(node + "@" + component + "/phone"));
    return found ? found->addr_spec() : "(none)";
}

TEST(Identity, AnAddressBecomesAnEscapedNode) {
    const auto jid = jid_of(address("bob@example.org"), component);
    ASSERT_TRUE(jid);
    EXPECT_EQ(jid->full(), R"(bob\40example.org@coi.jabber.example)");
}

TEST(Identity, TheNodeIsTheAddressAgain) { EXPECT_EQ(mail(R"(bob\40example.org)"), "bob@example.org"); }

TEST(Identity, ThePercentFormIsUnderstood) {
    EXPECT_EQ(mail("bob%example.org"), "bob@example.org");
    EXPECT_EQ(mail("50%off%example.org"), "50%off@example.org");
}

TEST(Identity, APercentInAnEscapedAddressStays) {
    EXPECT_EQ(node("50%off@example.org"), R"(50%off\40example.org)");
    EXPECT_EQ(mail(R"(50%off\40example.org)"), "50%off@example.org");
}

TEST(Identity, NodesThatAreNoAddress) {
    EXPECT_EQ(mail("bob"), "(none)");
    EXPECT_EQ(mail(R"(\40example.org)"), "(none)");
    EXPECT_EQ(mail(R"(bob\40)"), "(none)");
    EXPECT_EQ(mail("%"), "(none)");
    EXPECT_FALSE(address_of(xmpp::JID(component)));
}

TEST(Identity, LocalPartsFold) {
    EXPECT_EQ(node("Bob.Smith@Example.ORG"), R"(bob.smith\40example.org)");
    EXPECT_EQ(jid_of(address("BOB@example.org"), component), jid_of(address("bob@example.org"), component));
}

TEST(Identity, ALocalPartThatAJabberServerWouldChangeStandsAsItsBytes) {
    EXPECT_EQ(node("jürgen@example.org"), R"(jürgen\40example.org)");
    EXPECT_EQ(node("strauß@example.org"), R"(strau\c3\9f\40example.org)");
    EXPECT_EQ(mail(R"(strau\c3\9f\40example.org)"), "strauß@example.org");
    EXPECT_EQ(mail(R"(strauss\40example.org)"), "strauss@example.org");
    EXPECT_EQ(node(R"("\\c3\\9f"@example.org)"), R"(\22\\5cc3\\5c9f\22\40example.org)");
    for (const std::string other : {"strauß", "stra\u00aduss", "strau\u200bss", "ｓtrauss", "ﬆrauss", "STRAUẞ"})
        EXPECT_NE(node(other + "@example.org"), node("strauss@example.org")) << other;
    EXPECT_NE(node("Élan@example.org"), node("élan@example.org"));
    EXPECT_EQ(mail(R"(\c3\40example.org)"), "(none)") << "no UTF-8";
}

TEST(Identity, QuotedLocalPartsKeepTheirQuotes) {
    EXPECT_EQ(node(R"("a@b"@example.org)"), R"(\22a\40b\22\40example.org)");
    EXPECT_EQ(mail(R"(\22a\40b\22\40example.org)"), R"("a@b"@example.org)");
    EXPECT_EQ(mail(node(R"(" bob "@example.org)")), R"(" bob "@example.org)");
    EXPECT_EQ(mail(node(R"("a\\b"@example.org)")), R"("a\\b"@example.org)");
}

TEST(Identity, AnUpperCaseEscapeInALocalPartDoesNotBecomeOneByFolding) {
    const auto wild = address(R"("x\\5C@y\\20"@example.org)");
    const auto jid = jid_of(wild, component);
    ASSERT_TRUE(jid);
    const auto back = address_of(*jid);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->canonical(), wild.canonical());
}

TEST(Identity, IdnStandsAsULabels) {
    EXPECT_EQ(node("bob@xn--bcher-kva.example"), R"(bob\40bücher.example)");
    EXPECT_EQ(mail(R"(bob\40bücher.example)"), "bob@xn--bcher-kva.example");
    EXPECT_EQ(mail(R"(bob\40xn--bcher-kva.example)"), "bob@xn--bcher-kva.example");
}

TEST(Identity, AnIdnThatNodeprepWouldChangeStandsAsALabels) {
    EXPECT_EQ(node("bob@xn--strae-oqa.de"), R"(bob\40xn--strae-oqa.de)");
    EXPECT_NE(node("bob@xn--strae-oqa.de"), node("bob@strasse.de"));
}

TEST(Identity, AnAddressTooLongForAJidHasNone) {
    EXPECT_FALSE(jid_of(coi::Address{"", std::string(1100, 'a'), "example.org"}, component));
    EXPECT_FALSE(jid_of(coi::Address{"", "", "example.org"}, component));
    EXPECT_FALSE(jid_of(coi::Address{"", "bob", ""}, component));
}

TEST(Identity, RelayUsersAreAddressesOfTheirServer) {
    const auto relay = relay_address_of(xmpp::JID("Alice@jabber.example/phone"));
    ASSERT_TRUE(relay);
    EXPECT_EQ(relay->addr_spec(), "alice@jabber.example");
    const auto user = user_of(address("Alice@Jabber.Example"));
    ASSERT_TRUE(user);
    EXPECT_EQ(user->full(), "alice@jabber.example");
}

TEST(Identity, RelayUsersAreUnescaped) {
    const auto relay = relay_address_of(xmpp::JID(R"(d\27artagnan@musketeers.lit)"));
    ASSERT_TRUE(relay);
    EXPECT_EQ(relay->addr_spec(), "d'artagnan@musketeers.lit");
    EXPECT_EQ(user_of(*relay)->bare(), R"(d\27artagnan@musketeers.lit)");
    const auto cadet = relay_address_of(xmpp::JID(R"(space\20cadet@example.com)"));
    ASSERT_TRUE(cadet);
    EXPECT_EQ(cadet->addr_spec(), R"("space cadet"@example.com)");
    EXPECT_EQ(user_of(*cadet)->bare(), R"(space\20cadet@example.com)");
}

TEST(Identity, NoUserBeginsOrEndsWithASpace) {
    EXPECT_FALSE(user_of(coi::Address{"", " alice", "jabber.example"}));
    EXPECT_FALSE(user_of(coi::Address{"", "alice ", "jabber.example"}));
}

TEST(Identity, ServersAreNoRelayUsers) { EXPECT_FALSE(relay_address_of(xmpp::JID("jabber.example"))); }

TEST(Identity, BareIsNormalised) {
    EXPECT_EQ(bare("Alice@Jabber.example/Phone"), "alice@jabber.example");
    EXPECT_EQ(bare("jabber.example"), "jabber.example");
    EXPECT_FALSE(bare(""));
    EXPECT_FALSE(bare("@jabber.example"));
    EXPECT_FALSE(bare("a@b@c"));
    EXPECT_FALSE(bare("al ice@jabber.example"));
}

TEST(Identity, SpellingsThatDoNotReadAsTheContactArePassedOver) {
    Contact bob;
    bob.address = {"", "bob", "example.org"};
    bob.canonical = "bob@example.org";
    bob.spellings = {"eve%example.org", "bob%example.org"};
    EXPECT_EQ(jid_of(bob, "coi.test")->bare(), "bob%example.org@coi.test");
    EXPECT_FALSE(use_spelling(bob, xmpp::read_jid("bob%example.org@coi.test"), "coi.test", false));
    bob.spellings.clear();
    EXPECT_FALSE(use_spelling(bob, xmpp::read_jid("bob\\40example.org@coi.test"), "coi.test", true)) << "ours";
    EXPECT_TRUE(bob.spellings.empty());
}

TEST(Identity, WhatLooksLikeAnotherAddressIsNotWrittenLikeIt) {
    const auto jid = [](const char* local, const char* domain) {
        const coi::Address address{"", local, domain};
        const auto made = jid_of(address, "coi.test");
        EXPECT_TRUE(made && address_of(*made)->canonical() == address.canonical()) << local << domain;
        return made ? made->username() : "";
    };
    EXPECT_EQ(jid("bob", "m\u0430il.test"), "bob\\40xn--mil-6cd.test") << "Cyrillic а";
    EXPECT_EQ(jid("b\u043eb", "mail.test"), "b\\d0\\beb\\40mail.test") << "Cyrillic о";
    EXPECT_EQ(jid("j\u00f6rg", "b\u00fccher.test"), "j\u00f6rg\\40b\u00fccher.test");
    EXPECT_EQ(jid("\u0438\u0432\u0430\u043d", "\u043f\u043e\u0447\u0442\u0430.test"),
              "\u0438\u0432\u0430\u043d\\40\u043f\u043e\u0447\u0442\u0430.test");
}

TEST(Identity, AddressesAsPeopleHaveThem) {
    const auto read = [](const std::string& text) {
        const auto address = address_typed(text, "coi.test");
        return address ? address->addr_spec() : "none";
    };
    EXPECT_EQ(read("bob@example.org"), "bob@example.org");
    EXPECT_EQ(read("Bob <bob@example.org>"), "bob@example.org");
    EXPECT_EQ(read("mailto:bob@example.org?subject=Hi"), "bob@example.org");
    EXPECT_EQ(read("MAILTO:bob%2Bchat%40example.org"), "bob+chat@example.org");  // [RFC 6068 §2]
    EXPECT_EQ(read("bob\\40example.org@coi.test"), "bob@example.org");
    EXPECT_EQ(read("xmpp:bob%5C40example.org@coi.test?message"), "bob@example.org");  // [RFC 5122 §2.2]
    EXPECT_EQ(read("xmpp:bob%4"), "none");
    EXPECT_EQ(read("mailto:a@example.org,b@example.org"), "none");
    EXPECT_EQ(read("mailto:bob%4"), "none");
    EXPECT_EQ(read("bob"), "none");
    EXPECT_EQ(read(""), "none");
    EXPECT_EQ(read(std::string(5000, ' ') + "bob@example.org"), "none") << "what it costs to read is bounded";
}

TEST(Identity, ALinkThatWasNotDecodedIsNoOtherAddress) {
    EXPECT_EQ(address_of(xmpp::JID("bob%5c40example.org@coi.jabber.example"))->addr_spec(), "bob@example.org");
}

TEST(Identity, AContactAsALink) {
    EXPECT_EQ(uri_of(*jid_of(coi::Address{"", "bob", "example.org"}, "coi.jabber.example")),
              "xmpp:bob%5C40example.org@coi.jabber.example?message");
}

}  // namespace
}  // namespace gateway
