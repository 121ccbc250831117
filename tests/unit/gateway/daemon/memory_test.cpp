// gateway/daemon/memory: what is given back after the start.

#include "gateway/daemon/memory.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <string>

namespace gateway {
namespace {

/// KiB of files that are mapped and resident.
int resident_of_files() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        int kib = 0;
        if (word == "RssFile:" && status >> kib) return kib;
    }
    return -1;
}

TEST(Memory, code_of_the_start_is_given_back_and_comes_again_when_it_is_needed) {
    const auto hash = [] {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        EVP_Digest("x", 1, digest.data(), nullptr, EVP_sha256(), nullptr);
        return digest;
    };
    const auto digest = hash();
    const int before = resident_of_files();
    memory::release_code();
    EXPECT_LT(resident_of_files(), before);
    EXPECT_EQ(hash(), digest);
}

}  // namespace
}  // namespace gateway
