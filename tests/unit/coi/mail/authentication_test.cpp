// Whose word counts about who wrote a mail, and what it has to say.

#include "coi/mail/authentication.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

const Address bob{"Bob", "bob", "example.org"};

Authentication found(std::string_view field, std::string_view envelope = "bob@example.org",
                     std::string_view trusted = "mx.jabber.example") {
    return authenticated("Authentication-Results: " + std::string(field) + "\r\nFrom: bob@example.org\r\n\r\n", trusted,
                         bob, envelope);
}

bool sender(std::string_view field, std::string_view envelope = "bob@example.org",
            std::string_view trusted = "mx.jabber.example") {
    return found(field, envelope, trusted).sender;
}

TEST(Authentication, dmarc_proves_the_author_and_a_sender_of_the_same_domain) {
    const auto proven =
        found("mx.jabber.example 1; dmarc=pass (p=none) header.from=example.org", "bounces@example.org");
    EXPECT_TRUE(proven.author);
    EXPECT_TRUE(proven.sender);
    EXPECT_FALSE(sender("mx.jabber.example; dmarc=pass header.from=example.org", "bob@elsewhere.example"));
    EXPECT_FALSE(sender("mx.jabber.example; dmarc=pass header.from=elsewhere.example"));
}

TEST(Authentication, spf_proves_the_envelope_sender_only) {
    const auto proven =
        found("mx.jabber.example; spf=pass smtp.mailfrom=bob@lists.example; dkim=pass header.d=example.org",
              "bob@lists.example");
    EXPECT_TRUE(proven.sender);
    EXPECT_FALSE(proven.author);
    EXPECT_FALSE(sender("mx.jabber.example; spf=fail smtp.mailfrom=example.org"));
    EXPECT_FALSE(sender("mx.jabber.example; spf=pass smtp.mailfrom=other.example"));
}

TEST(Authentication, only_the_trusted_server_is_believed) {
    EXPECT_TRUE(sender("MX.jabber.example; spf=pass smtp.mailfrom=example.org"));
    EXPECT_FALSE(sender("mx.attacker.example; spf=pass smtp.mailfrom=example.org"));
    EXPECT_FALSE(sender("mx.jabber.example; spf=pass smtp.mailfrom=example.org", "bob@example.org", ""));
    EXPECT_FALSE(sender("mx.jabber.example.attacker.example; spf=pass smtp.mailfrom=example.org"));
}

TEST(Authentication, words_in_comments_and_quotes_do_not_count) {
    EXPECT_FALSE(sender("mx.jabber.example; spf=fail (spf=pass smtp.mailfrom=example.org) smtp.mailfrom=example.org"));
    EXPECT_FALSE(sender("mx.jabber.example; spf=fail reason=\"; spf=pass smtp.mailfrom=example.org; \""));
    EXPECT_FALSE(sender("mx.jabber.example; (; spf=pass smtp.mailfrom=example.org"));
    EXPECT_FALSE(sender("mx.jabber.example; none"));
    EXPECT_FALSE(sender(""));
}

TEST(Authentication, the_null_sender_is_never_proven) {
    EXPECT_FALSE(sender("mx.jabber.example; spf=pass smtp.mailfrom=; dmarc=pass header.from=example.org", ""));
}

TEST(Authentication, the_field_is_read_as_it_came) {
    const auto author = [](std::string_view field) { return found(field).author; };
    EXPECT_TRUE(author("mx.jabber.example; dmarc=pass header.from=example.org"));
    EXPECT_TRUE(author("\"mx.jabber.example\" 1; dmarc/1 = pass (ok (p=none)) header.from = \"EXAMPLE.org\""));
    EXPECT_TRUE(author("mx.jabber.example;\r\n\tdmarc=pass\r\n\theader.from=example.org"));
    for (const std::string_view field :
         {"=?utf-8?q?mx.jabber.example=3B_dmarc=3Dpass_header.from=3Dexample.org?=",
          "=?utf-8?q?mx.jabber.example?=; dmarc=pass header.from=example.org",
          "mx.jabber.example; =?utf-8?q?dmarc=3Dpass?= header.from=example.org",
          "mx.jabber.example 2; dmarc=pass header.from=example.org",
          "mx.jabber.example; dmarc/2=pass header.from=example.org", "mx.jabber.example; dmarc=pass",
          "mx.jabber.example; dmarc=pass header.from=evil.example",
          "mx.jabber.example; dmarc=pass header.from=evil.example header.from=example.org",
          "mx.jabber.example; dmarc=pass header.from=evil@example.org",
          "mx.jabber.example; dmarc=fail header.from=example.org; dmarc=pass header.from=example.org",
          "mx.jabber.example; dkim=pass reason=x dmarc=pass header.from=example.org",
          "mx.jabber.example; dkim=pass (\\) ; dmarc=pass header.from=example.org",
          "mx.jabber.example; spf=pass smtp.mailfrom=\"a; dmarc=pass header.from=example.org",
          "mx.jabber.example; none dmarc=pass header.from=example.org",
          "mx.jabber.example dmarc=pass header.from=example.org",
          "mx.jabber.example; dmarc=pass\r header.from=example.org"}) {
        EXPECT_FALSE(author(field)) << field;
    }
    EXPECT_FALSE(
        author("mx.other.example; none\r\nAuthentication-Results: mx.jabber.example; dmarc=pass "
               "header.from=example.org"))
        << "only the first field is our server's";
    EXPECT_FALSE(
        author("mx.jabber.example; none\r\n\r\nAuthentication-Results: mx.jabber.example; dmarc=pass "
               "header.from=example.org"))
        << "a mail's text is no header";
}

TEST(Authentication, what_the_server_says_is_forged_is_known_to_be) {
    EXPECT_TRUE(found("mx.jabber.example; dmarc=fail header.from=example.org").forged);
    EXPECT_FALSE(found("mx.jabber.example; dmarc=none header.from=example.org").forged);
    EXPECT_FALSE(found("mx.other.example; dmarc=fail header.from=example.org").forged);
}

}  // namespace
}  // namespace coi
