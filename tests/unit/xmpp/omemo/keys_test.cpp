// The keys of an account: made, stored, used up and renewed.

#include "xmpp/omemo/keys.h"

#include <gmock/gmock.h>

#include <set>

namespace xmpp::omemo {
namespace {

using namespace std::chrono_literals;
using testing::Each;

const OwnKeys::Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 1234ms;
constexpr auto day = std::chrono::days(1);

std::set<std::uint32_t> ids(const Bundle& bundle) {
    std::set<std::uint32_t> all;
    for (const auto& each : bundle.pre_keys) all.insert(each.id);
    return all;
}

TEST(OmemoKeys, AreMadeWhole) {
    const OwnKeys keys = OwnKeys::generate(now);
    EXPECT_GE(keys.device(), 1U);
    EXPECT_LE(keys.device(), xep0384::max_device);
    const Bundle bundle = keys.bundle();
    EXPECT_EQ(bundle.identity_key, keys.identity_key());
    for (const auto& key : {bundle.identity_key, bundle.signed_pre_key}) {
        EXPECT_EQ(key.size(), 33U);
        EXPECT_EQ(key.front(), 5);
    }
    EXPECT_EQ(bundle.signature.size(), 64U);
    EXPECT_EQ(ids(bundle).size(), 100U) << "[XEP-0384 §4.3]";
    std::set<std::string> all;
    for (const auto& each : bundle.pre_keys) {
        EXPECT_EQ(each.key.size(), 33U);
        all.insert(each.key);
    }
    EXPECT_EQ(all.size(), 100U);
    EXPECT_NE(OwnKeys::generate(now).device(), keys.device());
}

TEST(OmemoKeys, AreStored) {
    OwnKeys keys = OwnKeys::generate(now);
    keys.use(5);
    keys.maintain(now + 8 * day);
    keys.use(6);
    const auto again = OwnKeys::load(keys.save().bytes());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, keys);
    EXPECT_EQ(again->bundle(), keys.bundle());
}

TEST(OmemoKeys, BrokenBytesAreNone) {
    const OwnKeys keys = OwnKeys::generate(now);
    const std::string good(keys.save().bytes());
    EXPECT_FALSE(OwnKeys::load(""));
    EXPECT_FALSE(OwnKeys::load(good + "x"));
    for (std::size_t size = 0; size < good.size(); size += 7) EXPECT_FALSE(OwnKeys::load(good.substr(0, size))) << size;
    for (std::size_t at = 0; at < 21 + 20; ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(0xFF);
        if (const auto loaded = OwnKeys::load(bad)) EXPECT_LE(loaded->device(), xep0384::max_device) << at;
    }
}

TEST(OmemoKeys, UsedPrekeysAreReplacedByNewIds) {
    OwnKeys keys = OwnKeys::generate(now);
    EXPECT_FALSE(keys.maintain(now));
    EXPECT_TRUE(keys.find_pre_key(7));
    keys.use(7);
    keys.use(7);
    keys.use(100);
    keys.use(12345);
    EXPECT_FALSE(keys.find_pre_key(7));
    EXPECT_EQ(keys.bundle().pre_keys.size(), 98U);
    EXPECT_TRUE(keys.maintain(now));
    EXPECT_FALSE(keys.maintain(now));
    const auto all = ids(keys.bundle());
    EXPECT_EQ(all.size(), 100U);
    EXPECT_FALSE(all.contains(7));
    EXPECT_FALSE(all.contains(100));
    EXPECT_TRUE(all.contains(101));
    EXPECT_TRUE(all.contains(102));
}

TEST(OmemoKeys, IdsOfPrekeysWrap) {
    const OwnKeys keys = OwnKeys::generate(now);
    std::string saved(keys.save().bytes());
    const std::size_t at = std::string("coigate OMEMO keys 1\n").size() + 4;
    saved.replace(at, 4, std::string("\0\xFF\xFF\xFD", 4));  // the next id: one before the last
    auto last = OwnKeys::load(saved);
    ASSERT_TRUE(last);
    for (const std::uint32_t id : {1U, 2U, 50U}) last->use(id);
    EXPECT_TRUE(last->maintain(now));
    const auto all = ids(last->bundle());
    EXPECT_EQ(all.size(), 100U);
    EXPECT_TRUE(all.contains(0xFFFFFD));
    EXPECT_TRUE(all.contains(0xFFFFFE));
    EXPECT_TRUE(all.contains(1)) << "not 0xFFFFFF, and no id that is in use";
    EXPECT_FALSE(all.contains(0xFFFFFF));
    EXPECT_FALSE(all.contains(0));
}

TEST(OmemoKeys, TheSignedPrekeyIsReplacedAfterAWeekAndForgottenAMonthLater) {
    OwnKeys keys = OwnKeys::generate(now);
    const auto first = keys.bundle().signed_pre_key_id;
    EXPECT_FALSE(keys.maintain(now + 7 * day - 2s));
    EXPECT_TRUE(keys.maintain(now + 7 * day));
    const auto second = keys.bundle().signed_pre_key_id;
    EXPECT_NE(second, first);
    EXPECT_TRUE(keys.find_signed_pre_key(first));
    EXPECT_TRUE(keys.find_signed_pre_key(second));
    keys.maintain(now + 14 * day);
    EXPECT_TRUE(keys.find_signed_pre_key(first));
    keys.maintain(now + 37 * day - 2s);
    EXPECT_TRUE(keys.find_signed_pre_key(first));
    EXPECT_TRUE(keys.maintain(now + 37 * day));
    EXPECT_FALSE(keys.find_signed_pre_key(first));
    EXPECT_TRUE(keys.find_signed_pre_key(second));
    EXPECT_EQ(OwnKeys::load(keys.save().bytes()), keys);
}

TEST(OmemoKeys, AClockThatWasWrongDoesNotKeepASignedPrekey) {
    OwnKeys keys = OwnKeys::generate(now + 3650 * day);
    const auto first = keys.bundle().signed_pre_key_id;
    EXPECT_TRUE(keys.maintain(now));
    EXPECT_NE(keys.bundle().signed_pre_key_id, first);
    EXPECT_FALSE(keys.maintain(now));
}

TEST(OmemoKeys, ManySignedPrekeysAreNotKept) {
    OwnKeys keys = OwnKeys::generate(now);
    for (int week = 1; week <= 52; ++week) keys.maintain(now + week * 7 * day);
    EXPECT_LT(keys.save().bytes().size(), 8500U);
    EXPECT_EQ(OwnKeys::load(keys.save().bytes()), keys);
}

TEST(OmemoKeys, FingerprintsAreOfThe32Bytes) {
    std::string key = "\5";
    for (int i = 0; i < 32; ++i) key += static_cast<char>(i * 8);
    const std::string text = "00081018 20283038 40485058 60687078 80889098 a0a8b0b8 c0c8d0d8 e0e8f0f8";
    EXPECT_EQ(print_fingerprint(key), text);
    EXPECT_EQ(parse_fingerprint(text), key);
    EXPECT_EQ(parse_fingerprint("00081018202830384048505860687078 80889098A0A8B0B8C0C8D0D8E0E8F0F8"), key);
    EXPECT_EQ(print_fingerprint(key.substr(1)), "");
    EXPECT_EQ(print_fingerprint('\6' + key.substr(1)), "");
    for (const std::string& bad :
         {std::string(), text.substr(1), text + "0", text + "00", "+" + text.substr(1), "0x" + text.substr(2)})
        EXPECT_EQ(parse_fingerprint(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace xmpp::omemo
