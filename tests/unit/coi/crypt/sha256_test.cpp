// SHA-256: the first test vector of its standard.

#include "coi/crypt/sha256.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

TEST(Sha256, Test1) {
    const std::string digest(
        "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff"
        "\x61"
        "\xf2\x00\x15\xad",
        32);
    EXPECT_EQ(sha256("abc"), digest);
}

}  // namespace
}  // namespace coi
