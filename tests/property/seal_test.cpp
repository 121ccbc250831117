// Laws of the seal: open(close(x)) is x for any bytes, and not one changed or missing bit opens.

#include "gateway/store/seal.h"

#include <gtest/gtest.h>

#include <random>

#include "gateway/store/sqlite/database.h"

namespace gateway {
namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t most) {
    std::string bytes(random() % (most + 1), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

TEST(SealLaw, what_was_closed_opens_as_it_was) {
    std::mt19937_64 random(8188);
    for (int round = 0; round < 300; ++round) {
        const auto seal = Seal::from_file_bytes(std::string(32, static_cast<char>(random())));
        const auto plain = random_bytes(random, round % 10 == 0 ? 100'000 : 200), purpose = random_bytes(random, 40);
        EXPECT_EQ(seal.open(seal.close(plain, purpose), purpose), plain);
    }
}

TEST(SealLaw, no_flipped_bit_and_no_cut_opens) {
    std::mt19937_64 random(38);
    const auto seal = Seal::from_file_bytes(std::string(32, 'k'));
    const auto sealed = seal.close("the meeting is at nine", "purpose");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_THROW(seal.open(changed, "purpose"), StoreError) << "bit " << bit;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_THROW(seal.open(sealed.substr(0, length), "purpose"), StoreError) << "length " << length;
    }
    for (int round = 0; round < 300; ++round) {
        EXPECT_THROW(seal.open(random_bytes(random, 100), "purpose"), StoreError);
    }
}

}  // namespace
}  // namespace gateway
