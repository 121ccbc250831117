// The addresses that a key of chatmail's lists: the newest signature counts, whatever copies are put together.

#include "coi/crypt/key_relays.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/packets.h"
#include "coi/crypt/relay_list.h"
#include "tests/support/chatmail_keys.h"

namespace coi::openpgp {
namespace {

namespace keys = tests::chatmail;

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

std::string listed(const std::string& key) {
    const auto info = inspect(key, now);
    if (!info) return info.error().text;
    return info->relays ? print_relays(*info->relays) : "not inspected";
}

/// The signatures of a key.
std::vector<Packet> signatures(const std::string& key) {
    auto packets = split_packets(key, 100).value();
    std::erase_if(packets, [](const Packet& packet) { return packet.tag != Tag::signature; });
    return packets;
}

TEST(KeyRelays, AKeyListsTheAddressesOfItsOwner) {
    EXPECT_EQ(listed(keys::one()), "dora@one.example");
    EXPECT_EQ(listed(keys::two()), "dora@two.example,dora@one.example");
    EXPECT_EQ(inspect(keys::two(), now)->fingerprint, keys::fingerprint);
}

TEST(KeyRelays, AKeyWithoutTheNotationListsNone) {
    const Address alice{"", "alice", "example.org"};
    EXPECT_EQ(listed(public_key(generate(alice, now).value(), alice).value()), "");
}

TEST(KeyRelays, TheNewestSignatureCountsWhicheverCopyIsTheLaterOne) {
    EXPECT_EQ(listed(merge(keys::one(), keys::two()).value()), "dora@two.example,dora@one.example");
    EXPECT_EQ(listed(merge(keys::two(), keys::one()).value()), "dora@two.example,dora@one.example");
    EXPECT_EQ(listed(merge(keys::three(), keys::moved()).value()), "dora@three.example");
    EXPECT_EQ(listed(merge(keys::moved(), keys::two()).value()), "dora@three.example") << "an address comes not back";
}

TEST(KeyRelays, AKeyDoesNotGrowWithEachChange) {
    std::string key = keys::one();
    for (const auto& copy : {keys::two(), keys::three(), keys::one()}) key = merge(key, copy).value();
    EXPECT_EQ(signatures(key).size(), signatures(keys::three()).size());
    EXPECT_TRUE(inspect(key, now)->can_encrypt);
}

/// The list of one signature in the place of another one's.
TEST(KeyRelays, AListThatTheKeyHasNotSignedCountsNothing) {
    std::string forged = keys::two();
    const auto at = forged.find("dora@two.example");
    ASSERT_NE(at, std::string::npos);
    forged.replace(at, 4, "evil");
    EXPECT_EQ(listed(forged), "");
    EXPECT_EQ(listed(merge(keys::one(), forged).value()), "dora@one.example");
    EXPECT_EQ(listed(merge(forged, keys::one()).value()), "dora@one.example");
}

TEST(RelayList, AddressesWithCommasBetweenThemEachOnce) {
    EXPECT_EQ(print_relays(parse_relays("a@x.example,B@x.example,b@X.example")), "a@x.example,B@x.example");
    EXPECT_EQ(print_relays(parse_relays("")), "");
    EXPECT_EQ(print_relays(parse_relays(",no address,a@x.example,\r\nBcc: b@x.example,ä@x.example,")), "a@x.example");
}

TEST(RelayList, IsBounded) {
    std::string many;
    for (int i = 0; i < 30; ++i) many += "a" + std::to_string(i) + "@x.example,";
    EXPECT_EQ(parse_relays(many).size(), most_relays);
    EXPECT_TRUE(parse_relays(std::string(1'000'000, 'a')).empty());
}

}  // namespace
}  // namespace coi::openpgp
