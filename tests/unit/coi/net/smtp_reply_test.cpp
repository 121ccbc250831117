// SMTP replies and offers, on the standards' examples and on what is no reply.
//
// [RFC 5321 §4.2], [RFC 2034].

#include "coi/net/smtp_reply.h"

#include <gtest/gtest.h>

namespace {

using coi::ErrorKind;
using coi::net::enhanced_code;
using coi::net::parse_offer;
using coi::net::SmtpReply;
using coi::net::SmtpReplyReader;

coi::Result<SmtpReply> read(const std::vector<std::string>& lines) {
    SmtpReplyReader reader;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto last = reader.take(lines[i]);
        if (!last) return last.error();
        EXPECT_EQ(*last, i + 1 == lines.size()) << lines[i];
    }
    return std::move(reader).reply();
}

TEST(SmtpReply, ExampleOfRfc5321Section4_2_1) {
    const auto reply =
        read({"250-First line", "250-Second line", "250-234 Text beginning with numbers", "250 The last line"});
    EXPECT_EQ(reply->code, 250);
    EXPECT_EQ(reply->text(), "First line Second line 234 Text beginning with numbers The last line");
    EXPECT_TRUE(reply->positive());
    EXPECT_EQ(read({"354"})->code, 354);
    EXPECT_TRUE(read({"354 "})->intermediate());
}

TEST(SmtpReply, TakesTheEnhancedCodeOffEachLine) {  // [RFC 2034 §4]
    const auto reply = read({"550-5.1.1 no such", "550 5.1.1 user"});
    EXPECT_EQ(reply->enhanced, "5.1.1");
    EXPECT_EQ(reply->text(), "no such user");
    EXPECT_EQ(enhanced_code("5.1.1", 550), "5.1.1");
    EXPECT_EQ(enhanced_code("4.12.345 x", 421), "4.12.345");
    for (const char* none : {"2.0.0 x", "5.1 x", "5.1.1x", "5.1234.1 x", "5..1 x", "5.1. x", "", "5.1.1.1"}) {
        EXPECT_EQ(enhanced_code(none, 550), "") << none;
    }
    EXPECT_EQ(enhanced_code("3.3.4 x", 334), "");
}

TEST(SmtpReply, RefusesWhatIsNoReply) {
    for (const char* bad : {"", "25", "2500 x", "250_x", "650 x", "150 x", "abc x", "HTTP/1.1 400", " 250 x"}) {
        EXPECT_EQ(read({bad}).error().kind, ErrorKind::malformed) << bad;
    }
}

TEST(SmtpReply, TheLastOfTwoCodesCounts) {
    EXPECT_EQ(read({"550-no such user", "501 sorry"})->code, 501);
    EXPECT_EQ(read({"250-fine", "550 5.1.1 or not"})->code, 550);
}

TEST(SmtpReply, AnEnhancedCodeOfAnotherClassIsNone) {  // found by fuzz_smtp_reply
    const auto reply = read({"550-5.7.26 This mail has been blocked", "250 ok"});
    EXPECT_EQ(reply->code, 250);
    EXPECT_EQ(reply->enhanced, "");
}

TEST(SmtpReply, StopsWhereAReplyHasNoEnd) {
    SmtpReplyReader many, big;
    for (std::size_t i = 0; i < SmtpReplyReader::most_lines; ++i) ASSERT_TRUE(many.take("250-x"));
    EXPECT_EQ(many.take("250-x").error().kind, ErrorKind::limit);
    EXPECT_EQ(big.take("250-" + std::string(SmtpReplyReader::most_bytes, 'x')).error().kind, ErrorKind::limit);
}

TEST(SmtpReply, CleansTextForPeople) {
    EXPECT_EQ(read({"550 a\tb\x1b[31m\xff\xc3\xbc"})->text(), "a b [31m\xef\xbf\xbd\xc3\xbc");
}

TEST(SmtpReply, ReadsWhatAServerOffers) {
    const auto offer = parse_offer(
        *read({"250-mx greets you with PIPELINING", "250-size 35882577", "250-8bitmime", "250-AUTH PLAIN LOGIN",
               "250-AUTH=LOGIN XOAUTH2", "250-DSN", "250-ENHANCEDSTATUSCODES", "250-STARTTLS", "250 SMTPUTF8"}));
    EXPECT_FALSE(offer.pipelining);  // the first line is no offer
    EXPECT_TRUE(offer.size && offer.eight_bit && offer.dsn && offer.starttls && offer.utf8);
    EXPECT_EQ(offer.most_bytes, 35882577u);
    EXPECT_EQ(offer.auth, (std::vector<std::string>{"PLAIN", "LOGIN", "XOAUTH2"}));
    EXPECT_EQ(parse_offer(*read({"250-x", "250 SIZE 99999999999999999999999"})).most_bytes, 0u);
    EXPECT_EQ(parse_offer(*read({"250-x", "250 SIZE 12x"})).most_bytes, 0u);
}

}  // namespace
