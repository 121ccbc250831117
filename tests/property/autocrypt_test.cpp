// Laws of Autocrypt's peer state: whatever order mails arrive in, the youngest field wins [Autocrypt §"Updating
// Autocrypt Peer State"]; gossip and reports never touch what the owner said.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "coi/crypt/autocrypt.h"

namespace coi::autocrypt {
namespace {

using std::chrono::sys_seconds;

struct Mail {
    sys_seconds date{};
    enum { with_key, without, report, gossip } kind = with_key;
    std::string key;
    bool mutual = false;
};

void arrive(Peer& peer, const Mail& mail) {
    openpgp::KeyInfo info;
    info.fingerprint = "FPR-" + mail.key;
    info.can_encrypt = true;
    const Header header{{"", "alice", "autocrypt.example"}, mail.mutual, mail.key};
    if (mail.kind == Mail::gossip) {
        update_gossip(peer, header, info, mail.date);
    } else if (mail.kind == Mail::without) {
        update(peer, {mail.date, std::nullopt, std::nullopt, false});
    } else {
        update(peer, {mail.date, header, info, mail.kind == Mail::report});
    }
}

/// Mails with distinct dates, in the order of their dates.
std::vector<Mail> some_mails(std::mt19937& random) {
    std::vector<int> dates(400);
    std::iota(dates.begin(), dates.end(), 1'700'000'000);
    std::ranges::shuffle(dates, random);
    dates.resize(1 + random() % 12);
    std::ranges::sort(dates);
    std::vector<Mail> mails;
    for (const int date : dates) {
        mails.push_back({sys_seconds(std::chrono::seconds(date)), static_cast<decltype(Mail::kind)>(random() % 4),
                         "key" + std::to_string(random() % 3), random() % 2 == 0});
    }
    return mails;
}

TEST(AutocryptLaws, AnyOrderOfMailsEndsInTheSameKeys) {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        std::mt19937 random(seed);
        auto mails = some_mails(random);
        Peer expected;
        for (const auto& mail : mails) arrive(expected, mail);
        std::ranges::shuffle(mails, random);
        Peer peer;
        for (const auto& mail : mails) arrive(peer, mail);
        ASSERT_EQ(peer, expected) << "seed " << seed;  // last_seen too: a key is never later than it
    }
}

TEST(AutocryptLaws, NothingButTheYoungestFieldOfTheOwnerDecides) {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        std::mt19937 random(seed);
        auto mails = some_mails(random);
        const auto youngest = std::ranges::find_if(mails.rbegin(), mails.rend(),
                                                   [](const Mail& mail) { return mail.kind == Mail::with_key; });
        const std::string key = youngest == mails.rend() ? "" : youngest->key;
        std::ranges::shuffle(mails, random);
        Peer peer;
        for (const auto& mail : mails) {
            const auto before = peer.autocrypt_timestamp;
            arrive(peer, mail);
            ASSERT_TRUE(!before || peer.autocrypt_timestamp >= before);
            ASSERT_TRUE(!peer.autocrypt_timestamp || peer.last_seen >= peer.autocrypt_timestamp);
        }
        ASSERT_EQ(peer.key, key) << "seed " << seed;
    }
}

TEST(AutocryptLaws, AVerifiedKeyOutlastsEverything) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        std::mt19937 random(seed);
        Peer peer;
        arrive(peer, {sys_seconds(std::chrono::seconds(1)), Mail::with_key, "key1", false});
        ASSERT_TRUE(verify(peer, "FPR-key1"));
        for (const auto& mail : some_mails(random)) {
            arrive(peer, mail);
            ASSERT_EQ(key_of(peer), "key1");
            ASSERT_EQ(counted(peer), "FPR-key1");
            ASSERT_EQ(peer.key, "key1");
        }
    }
}

}  // namespace
}  // namespace coi::autocrypt
