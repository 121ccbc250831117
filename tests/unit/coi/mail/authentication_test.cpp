// Whose word counts about who wrote a mail, and what it has to say.

#include "coi/mail/authentication.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

const Address bob{"Bob", "bob", "example.org"};

bool sender(std::string_view field, std::string_view envelope = "bob@example.org",
            std::string_view trusted = "mx.jabber.example") {
    return authenticated(field, trusted, bob, envelope).sender;
}

TEST(Authentication, dmarc_proves_the_author_and_a_sender_of_the_same_domain) {
    const auto proven = authenticated("mx.jabber.example 1; dmarc=pass (p=none) header.from=example.org",
                                      "mx.jabber.example", bob, "bounces@example.org");
    EXPECT_TRUE(proven.author);
    EXPECT_TRUE(proven.sender);
    EXPECT_FALSE(sender("mx.jabber.example; dmarc=pass header.from=example.org", "bob@elsewhere.example"));
    EXPECT_FALSE(sender("mx.jabber.example; dmarc=pass header.from=elsewhere.example"));
}

TEST(Authentication, spf_proves_the_envelope_sender_only) {
    const auto proven =
        authenticated("mx.jabber.example; spf=pass smtp.mailfrom=bob@lists.example; dkim=pass header.d=example.org",
                      "mx.jabber.example", bob, "bob@lists.example");
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

}  // namespace
}  // namespace coi
