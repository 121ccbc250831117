// coi/mail/dsn: reading delivery reports [RFC 3464] and writing ours.

#include "coi/mail/dsn.h"

#include <gtest/gtest.h>

#include "coi/message.h"

namespace coi {
namespace {

Bounce bounce() {
    Bounce out;
    out.reporter = {"Mail Delivery System", "mailer-daemon", "jabber.example"};
    out.sender = {"Zoë", "zoe", "mail.example"};
    out.dsn.envelope_id = "q+17";
    out.dsn.recipients = {{"alice@jabber.example", Dsn::Action::failed, "5.1.1", "550 5.1.1 no such user"}};
    out.dsn.original = {"chat$1@mail.example"};
    out.explanation = "Ihre Nachricht an alice@jabber.example konnte nicht zugestellt werden – niemand heißt so.";
    out.original_headers = "From: zoe@mail.example\r\nMessage-ID: <chat$1@mail.example>\r\nSubject: hi\r\n";
    return out;
}

TEST(Dsn, EnvelopeIdIsDecodedFromXtext) {
    EXPECT_EQ("a+b=c", parse_dsn("Original-Envelope-Id: a+2Bb+3Dc\n\nFinal-Recipient: rfc822;x@y\nAction: failed\n")
                           .value()
                           .envelope_id);
}

TEST(Dsn, OriginalRecipientStandsInForAMissingFinalOne) {
    EXPECT_EQ("x@y", parse_dsn("Reporting-MTA: dns; m\n\nOriginal-Recipient: rfc822; x@y\nAction: failed\n")
                         .value()
                         .recipients[0]
                         .address);
}

TEST(Dsn, UnicodeAddressesAreDecoded) {
    EXPECT_EQ("jörg@x.example", parse_dsn("A: b\n\nFinal-Recipient: utf-8; j\\x{F6}rg@x.example\nAction: failed\n")
                                    .value()
                                    .recipients[0]
                                    .address);
    EXPECT_EQ(
        "jörg@x.example",
        parse_dsn("A: b\n\nFinal-Recipient: utf-8; jörg@x.example\nAction: failed\n").value().recipients[0].address);
}

TEST(Dsn, WithoutAnActionTheStatusSays) {
    EXPECT_EQ(Dsn::Action::delayed,
              parse_dsn("A: b\n\nFinal-Recipient: rfc822; x@y\nStatus: 4.4.7\n").value().recipients[0].action);
    EXPECT_EQ(Dsn::Action::failed,
              parse_dsn("A: b\n\nFinal-Recipient: rfc822; x@y\nStatus: 5.4.7\n").value().recipients[0].action);
}

TEST(Dsn, WithoutARecipientItIsAnError) {
    EXPECT_FALSE(parse_dsn("Reporting-MTA: dns; x\n\n"));
    EXPECT_FALSE(parse_dsn(""));
}

TEST(Bounce, IsReadBackAsTheDsnItReports) {
    const auto mail = print_bounce(bounce(), {"b1@jabber.example"}).value();
    const auto message = parse(mail).value();
    ASSERT_TRUE(message.dsn);
    EXPECT_EQ(bounce().dsn, *message.dsn);
    EXPECT_EQ(bounce().explanation, message.text);
    EXPECT_EQ("auto-replied", message.header("auto-submitted"));
    EXPECT_EQ((std::vector<Address>{bounce().sender}), message.to);
    EXPECT_EQ(bounce().dsn.original, message.in_reply_to.at(0));
    EXPECT_EQ("Undelivered Mail Returned to Sender", message.subject);
    EXPECT_TRUE(message.attachments.empty());
}

TEST(Bounce, IsSevenBitWithCrlf) {
    const auto mail = print_bounce(bounce(), {"b1@jabber.example"}).value();
    for (std::size_t i = 0; i < mail.size(); ++i) {
        ASSERT_LT(static_cast<unsigned char>(mail[i]), 0x80) << i;
        if (mail[i] == '\n') {
            ASSERT_EQ('\r', mail[i - 1]) << i;
        }
    }
}

TEST(Bounce, OfAMailThatIsGoneHasTwoParts) {
    auto gone = bounce();
    gone.original_headers.clear();
    const auto message = parse(print_bounce(gone, {"b1@jabber.example"}).value()).value();
    EXPECT_TRUE(message.report_original.empty());
    EXPECT_TRUE(message.dsn);
}

TEST(Bounce, InjectionIsRefused) {
    auto bad = bounce();
    bad.dsn.recipients[0].diagnostic = "550 no\r\nAction: delivered";
    EXPECT_FALSE(print_bounce(bad, {"b1@jabber.example"}));
    bad = bounce();
    bad.sender.name = "x\nBcc: all@example.org";
    EXPECT_FALSE(print_bounce(bad, {"b1@jabber.example"}));
    EXPECT_FALSE(print_bounce(bounce(), {"b1>\r\nX: y"}));
}

}  // namespace
}  // namespace coi
