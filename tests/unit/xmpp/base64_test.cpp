// Base64 as it stands in vCards: in lines, padded or not, and never more than is wanted.

#include "xmpp/base64.h"

#include <gtest/gtest.h>

namespace xmpp {
namespace {

TEST(Base64, WhiteSpaceMeansNothing) {
    EXPECT_EQ(base64::decode("\n  aGVs\r\n\tbG8=\n", 100), "hello");
    EXPECT_EQ(base64::decode("aGVsbG8", 100), "hello");
    EXPECT_EQ(base64::decode(base64::encode(std::string("\0\1\xff", 3)), 100), std::string("\0\1\xff", 3));
}

TEST(Base64, WhatIsNoneIsNothing) {
    for (const char* text : {"", "a", "aGVs*G8=", "aG=sbG8="}) EXPECT_EQ(base64::decode(text, 100), "") << text;
}

TEST(Base64, MoreThanIsWantedIsNothing) {
    EXPECT_EQ(base64::decode(base64::encode(std::string(10, 'x')), 10).size(), 10u);
    EXPECT_EQ(base64::decode(base64::encode(std::string(11, 'x')), 10), "");
    EXPECT_EQ(base64::decode(std::string(1'000'000, ' ') + "aGVs", 10), "");
}

}  // namespace
}  // namespace xmpp
