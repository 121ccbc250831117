// Hashes of files: the elements of XEP-0300.

#include "xmpp/xep/xep0300_hashes.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/base64.h"

namespace xmpp {
namespace {

constexpr const char* digest = "2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=";

TEST(Xep0300Hashes, TheElement) {
    const auto example = parsed(
        "<file><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>"
        "2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash></file>");
    const auto hash = xep0300::hash_in(*example);
    ASSERT_TRUE(hash);
    EXPECT_EQ(hash->algorithm, "sha-256");
    EXPECT_EQ(base64::encode(hash->digest), digest);
    Tag file("file");
    xep0300::add_hash(file, *hash);
    EXPECT_EXAMPLE(file, print(*example));
}

TEST(Xep0300Hashes, OfSeveralTheFirstThatIsKnown) {
    const auto hash = xep0300::hash_in(
        *parsed(R"(<file><hash xmlns='urn:xmpp:hashes:2' algo='sha-1'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash></file>)"));
    ASSERT_TRUE(hash);
    EXPECT_EQ(hash->algorithm, "sha-256");
}

TEST(Xep0300Hashes, WhatIsNoneThatIsKnown) {
    const std::string good = digest;
    for (const std::string& element :
         {std::string("<hash-used xmlns='urn:xmpp:hashes:2' algo='sha-256'/>"),
          "<hash algo='sha-256'>" + good + "</hash>",
          "<hash xmlns='urn:xmpp:hashes:1' algo='sha-256'>" + good + "</hash>",
          "<hash xmlns='urn:xmpp:hashes:2'>" + good + "</hash>",
          "<hash xmlns='urn:xmpp:hashes:2' algo='md5'>" + good + "</hash>",
          "<hash xmlns='urn:xmpp:hashes:2' algo='sha-512'>" + good + "</hash>",
          std::string("<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>552da749930852c69ae5d2141d3766b1</hash>"),
          std::string("<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>%%%</hash>")})
        EXPECT_FALSE(xep0300::hash_in(*parsed("<file>" + element + "</file>"))) << element;
}

/// Of "abc": FIPS 180-2, FIPS 202, RFC 7693.
TEST(Xep0300Hashes, EachFunction) {
    const std::vector<std::pair<std::string, std::string>> of_abc{
        {"sha-256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
        {"sha-512", "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="},
        {"sha3-256", "Ophdp0/iJbIEXBcta9OQvYVfCG4+nVJbRr/iRRFDFTI="},
        {"sha3-512", "t1GFCxpXFopWk82SS2sJbgj2IYJ0RPcNiE9dAkDScS4Q4RbpGSrzyRp+xXZH45NAVzQLTPQI1aVlkvgnTuxT8A=="},
        {"blake2b-512", "uoClP5gcTQ1qJ5e2nxL26UwhLxRoWsS3SxK7b9v/otF9h8U5Kqt5LcJS1d5FM8yVGNOKqNvxklq5I4bt1ACZIw=="}};
    for (const auto& [name, base64] : of_abc) {
        const xep0300::Hash hash{name, base64::decode(base64, 64)};
        EXPECT_TRUE(xep0300::fits("abc", hash)) << name;
        EXPECT_FALSE(xep0300::fits("abd", hash)) << name;
    }
    EXPECT_FALSE(xep0300::fits("abc", {"md5", ""}));
}

}  // namespace
}  // namespace xmpp
