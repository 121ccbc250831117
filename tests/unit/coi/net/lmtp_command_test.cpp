// LMTP commands: what is read from a line, and with which code the rest is refused.
//
// [RFC 2033], [RFC 5321 §4.1.2], [RFC 3030 §2].

#include "coi/net/lmtp_command.h"

#include <gtest/gtest.h>

namespace {

using coi::net::LmtpCommand;
using coi::net::parse_lmtp_command;
using Verb = LmtpCommand::Verb;

int code(std::string_view line) {
    auto command = parse_lmtp_command(line);
    return command ? 0 : command.error().code;
}

TEST(LmtpCommand, KnowsItsVerbsInAnyCase) {
    EXPECT_EQ(parse_lmtp_command("lhlo mx.example.org")->verb, Verb::lhlo);
    EXPECT_EQ(parse_lmtp_command("Data")->verb, Verb::data);
    EXPECT_EQ(parse_lmtp_command("RSET ")->verb, Verb::rset);
    EXPECT_EQ(parse_lmtp_command("noop whatever you like")->verb, Verb::noop);
    EXPECT_EQ(parse_lmtp_command("VRFY bob")->verb, Verb::vrfy);
    EXPECT_EQ(parse_lmtp_command("QUIT")->verb, Verb::quit);
}

TEST(LmtpCommand, ReadsAddresses) {  // [RFC 5321 §4.1.2]
    EXPECT_EQ(parse_lmtp_command("MAIL FROM:<bob@example.org>")->address, "bob@example.org");
    EXPECT_EQ(parse_lmtp_command("MAIL FROM:<>")->address, "");
    EXPECT_EQ(parse_lmtp_command("mail from: <bob@example.org> size=5")->address, "bob@example.org");
    EXPECT_EQ(parse_lmtp_command("RCPT TO:<@one,@two:bob@example.org>")->address, "bob@example.org");
    EXPECT_EQ(parse_lmtp_command("RCPT TO:<\"a > b\\\"\"@example.org>")->address, "\"a > b\\\"\"@example.org");
    EXPECT_EQ(parse_lmtp_command("RCPT TO:<postmaster>")->address, "postmaster");
    EXPECT_EQ(parse_lmtp_command("RCPT TO:<b\xc3\xbc"
                                 "b@example.org>")
                  ->address,
              "b\xc3\xbc"
              "b@example.org");
}

TEST(LmtpCommand, ReadsParameters) {
    const auto mail = parse_lmtp_command("MAIL FROM:<a@b> BODY=8BITMIME SMTPUTF8 SIZE=12345");
    EXPECT_TRUE(mail->utf8);
    EXPECT_EQ(mail->size, 12345u);
    EXPECT_FALSE(parse_lmtp_command("MAIL FROM:<a@b>")->size);
    EXPECT_EQ(code("MAIL FROM:<a@b> BODY=BINARYMIME"), 501);
    EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=x"), 501);
    EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=99999999999999999999999"), 501);
    EXPECT_EQ(code("MAIL FROM:<a@b> RET=HDRS"), 555);
    EXPECT_EQ(code("RCPT TO:<a@b> NOTIFY=NEVER"), 555);
}

TEST(LmtpCommand, ReadsChunks) {  // [RFC 3030 §2]
    const auto chunk = parse_lmtp_command("BDAT 86 LAST");
    EXPECT_EQ(chunk->size, 86u);
    EXPECT_TRUE(chunk->last);
    EXPECT_FALSE(parse_lmtp_command("BDAT 0")->last);
    for (const char* bad :
         {"BDAT", "BDAT -1", "BDAT 1 LAS", "BDAT 1 LAST x", "BDAT 0x10", "BDAT 99999999999999999999"}) {
        EXPECT_EQ(code(bad), 501) << bad;
    }
}

TEST(LmtpCommand, RefusesWhatIsNoCommand) {
    for (const char* bad : {"", " NOOP", "EHLO mx", "HELO mx", "NOPE", "STARTTLS", "\x00", "DATAX"})
        EXPECT_EQ(code(bad), 500) << bad;
    for (const char* bad : {"MAIL", "MAIL FROM", "MAIL FROM:", "MAIL FROM:bob@example.org", "MAIL FROM:<bob",
                            "MAIL TO:<a@b>", "MAIL FROM:<a b@c>", "MAIL FROM:<a@b>x", "RCPT TO:<>", "RCPT TO:<@one>",
                            "RCPT TO:<\"a@b>", "RCPT TO:<a\tb@c>", "RCPT TO:<\xff@b>", "RCPT TO:<<a@b>>",
                            "RCPT TO:<\"\\\x01\"@b>", "LHLO", "DATA now", "QUIT now"}) {
        EXPECT_EQ(code(bad), 501) << bad;
    }
    EXPECT_EQ(code("RCPT TO:<" + std::string(600, 'a') + "@b>"), 501);
}

}  // namespace
