// The boundary of a multipart whose Content-Type cannot be read.

#include "coi/mail/boundary.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

const std::string body = "preamble\r\n--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1--\r\n";

TEST(Boundary, OneThatOccursStays) {
    EXPECT_EQ(better_boundary("b1", "multipart/mixed; boundary=b1", body), std::nullopt);
    EXPECT_EQ(better_boundary("b1", "multipart/mixed; boundary=other", body + "--other\r\n"), std::nullopt);
}

TEST(Boundary, IsFoundInTheFieldWhateverStandsAroundIt) {
    for (const char* field :
         {"multipart/mixed; charset; boundary=b1", "multipart/mixed, boundary=b1", "multipart/mixed; boundary = \"b1\"",
          "multipart/mixed; BOUNDARY='b1'", "multipart/mixed boundary:b1;", "multipart/mixed; boundary=\"b1"})
        EXPECT_EQ(better_boundary("", field, body), "b1") << field;
}

TEST(Boundary, IsSeenInTheBodyWhereTheFieldNamesAnother) {
    EXPECT_EQ(better_boundary("b2", "multipart/mixed; boundary=b2", body), "b1");
    EXPECT_EQ(better_boundary("", "multipart/mixed", body), "b1");
}

TEST(Boundary, WhatStandsAboveNoHeaderIsNone) {
    EXPECT_EQ(better_boundary("", "multipart/mixed", "Hello\r\n--\r\nBob\r\n-- \r\nContent-Type\r\n"), std::nullopt);
    EXPECT_EQ(better_boundary("", "multipart/mixed", "--b1\r\nhello\r\n--b1--\r\n"), std::nullopt);
    EXPECT_EQ(better_boundary("", "multipart/mixed", ""), std::nullopt);
    EXPECT_EQ(better_boundary("", "multipart/mixed", "--" + std::string(71, 'x') + "\r\nContent-Type: a/b\r\n"),
              std::nullopt)
        << "longer than one may be [RFC 2046 §5.1.1]";
}

TEST(Boundary, OnlyTheBeginOfTheBodyIsLookedAt) {
    EXPECT_EQ(better_boundary("", "multipart/mixed; boundary=b1", std::string(70'000, '\n') + body), std::nullopt);
}

}  // namespace
}  // namespace coi
