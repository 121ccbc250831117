// Laws of identity over random addresses: a JID stands for exactly one mailbox, and two mailboxes never share a JID.

#include "gateway/model/addresses.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "xmpp/xep/xep0106_escape.h"

namespace gateway {
namespace {

using Random = std::mt19937;

std::string pick(Random& random, const std::vector<std::string>& pieces, int most) {
    std::string out;
    for (int left = std::uniform_int_distribution(1, most)(random); left > 0; --left) {
        out += pieces[std::uniform_int_distribution<std::size_t>(0, pieces.size() - 1)(random)];
    }
    return out;
}

const std::vector<std::string> nasty = {
    "a",    "B",        "z9",     ".",  "-",      "_",      "+",  "=",   "%",    "'",       "/",    "&",
    "\"",   "\\",       "@",      " ",  ":",      "<",      ">",  ",",   "\\5c", "\\5C",    "\\40", "\\20",
    "ü",    "É",        "日",     "ß",  "5c",     "40",     "2F", "\\2", "(",    ")",       "[",    "~",
    "!",    "#",        "😀",     "ss", "\u00ad", "\u200b", "ａ", "é",   "é",    "e\u0301", "ﬁ",    "fi",
    "\\c3", "\\c3\\9f", "\\5cc3", "\\", "א",      "\u2160", "i",  "İ",   "ı"};
const std::vector<std::string> domains = {"example.org", "bücher.example", "xn--strae-oqa.de",
                                          "strasse.de",  "a.b.c.example",  "日本.example"};

coi::Address some_address(Random& random) {
    const auto& domain = domains[std::uniform_int_distribution<std::size_t>(0, domains.size() - 1)(random)];
    auto parsed = coi::parse_addr_spec(coi::Address{"", pick(random, nasty, 8), domain}.addr_spec());
    return parsed ? *parsed : coi::Address{"", "fallback", "example.org"};
}

TEST(IdentityProperty, AJidStandsForTheAddressItWasMadeOf) {
    Random random(20261121);
    int made = 0;
    std::map<std::string, std::string> owners;
    for (int turn = 0; turn < 5000; ++turn) {
        const auto address = some_address(random);
        const auto jid = jid_of(address, "coi.jabber.example");
        if (!jid) continue;
        ++made;
        const auto back = address_of(*jid);
        ASSERT_TRUE(back) << jid->full();
        EXPECT_EQ(back->canonical(), address.canonical()) << jid->full();
        EXPECT_EQ(jid_of(*back, "coi.jabber.example"), jid) << jid->full();
        // What a server makes of it is the same JID.
        EXPECT_EQ(xmpp::JID(jid->full()).full(), jid->full());
        EXPECT_EQ(owners.emplace(jid->bare(), address.canonical()).first->second, address.canonical());
    }
    EXPECT_GT(made, 4500);
}

TEST(IdentityProperty, EscapingIsUndoneByUnescaping) {
    Random random(7);
    for (int turn = 0; turn < 5000; ++turn) {
        const auto text = pick(random, nasty, 12);
        const auto node = xmpp::xep0106::escape_node(text);
        EXPECT_EQ(xmpp::xep0106::unescape_node(node), text);
        EXPECT_EQ(node.find_first_of(" \"&'/:<>@"), node.npos) << node;
    }
}

TEST(IdentityProperty, RelayUsersComeBack) {
    Random random(42);
    for (int turn = 0; turn < 2000; ++turn) {
        const auto user = user_of(coi::Address{"", pick(random, nasty, 6), "jabber.example"});
        if (!user) continue;
        const auto address = relay_address_of(*user);
        ASSERT_TRUE(address) << user->full();
        const auto again = user_of(*address);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->full(), user->full());
    }
}

}  // namespace
}  // namespace gateway
