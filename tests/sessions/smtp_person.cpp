// One mail to several addresses of one person [RFC 5321 §3.3]: one that is taken is enough.

#include <gtest/gtest.h>

#include "coi/net/smtp_client.h"
#include "tests/support/scripted_stream.h"

namespace {

using coi::net::Envelope;
using coi::net::SmtpClient;
using support::awaitable;
using support::Play;
using support::run;
using Result = coi::Result<void>;

const std::string mail = "Subject: hi\r\n\r\nhello\r\n";

void greets(Play& play, const std::string& offers = "250-PIPELINING\r\n250 8BITMIME\r\n") {
    play.gives("220 mx.example.org ESMTP\r\n").expects("EHLO gw.example\r\n").gives("250-mx.example.org\r\n" + offers);
}

const Envelope to_dora{"a@b.example", {"dora@one.example", "dora@two.example"}, "", false, false, true};

awaitable<Result> send_to_dora(std::unique_ptr<coi::net::Stream> stream) {
    SmtpClient client(std::move(stream), "gw.example");
    auto opened = co_await client.open({"mx.example.org", 587, coi::net::Security::none}, {});
    if (!opened) co_return opened;
    co_return co_await client.send(to_dora, mail);
}

awaitable<bool> succeeds(awaitable<Result> work) { co_return (co_await std::move(work)).has_value(); }

TEST(SmtpPerson, OneOfAPersonsAddressesIsEnough) {
    for (const char* replies : {"550 5.1.1 unknown\r\n250 ok\r\n", "250 ok\r\n451 4.7.1 later\r\n"}) {
        support::fail_at_every_step(
            [replies](Play& play) {
                greets(play);
                play.expects(
                    "MAIL FROM:<a@b.example>\r\nRCPT TO:<dora@one.example>\r\nRCPT TO:<dora@two.example>\r\nDATA\r\n");
                play.gives("250 ok\r\n" + std::string(replies) + "354 go\r\n");
                play.expects(mail + ".\r\n").gives("250 2.0.0 queued as 1\r\n");
            },
            [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(send_to_dora(std::move(stream))); });
    }
}

/// Who did not get it, with the code of the reply.
awaitable<std::string> left_out_of(std::unique_ptr<coi::net::Stream> stream) {
    SmtpClient client(std::move(stream), "gw.example");
    co_await client.open({"mx.example.org", 587, coi::net::Security::none}, {});
    std::string names;
    if (!co_await client.send(to_dora, mail)) co_return names;
    for (const auto& [address, error] : client.left_out()) names += address + " " + std::to_string(error.code);
    co_return names;
}

awaitable<bool> names_one(std::unique_ptr<coi::net::Stream> stream) {
    co_return co_await left_out_of(std::move(stream)) == "dora@two.example 550";
}

TEST(SmtpPerson, WhoDidNotGetItIsNamed) {
    support::fail_at_every_step(
        [](Play& play) {
            greets(play);
            play.expects(
                "MAIL FROM:<a@b.example>\r\nRCPT TO:<dora@one.example>\r\nRCPT TO:<dora@two.example>\r\nDATA\r\n");
            play.gives("250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n");
            play.expects(mail + ".\r\n").gives("250 2.0.0 queued as 1\r\n");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return names_one(std::move(stream)); });
}

TEST(SmtpPerson, OneOfAPersonsAddressesIsEnoughWithoutPipelining) {
    support::fail_at_every_step(
        [](Play& play) {
            greets(play, "250 8BITMIME\r\n");
            play.expects("MAIL FROM:<a@b.example>\r\n").gives("250 ok\r\n");
            play.expects("RCPT TO:<dora@one.example>\r\n").gives("550 5.1.1 unknown\r\n");
            play.expects("RCPT TO:<dora@two.example>\r\n").gives("250 ok\r\n");
            play.expects("DATA\r\n").gives("354 go\r\n");
            play.expects(mail + ".\r\n").gives("250 2.0.0 queued as 1\r\n");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(send_to_dora(std::move(stream))); });
}

TEST(SmtpPerson, WhereNoneOfAPersonsAddressesIsTakenTheOneToBeTriedAgainCounts) {
    for (const char* replies :
         {"550 5.1.1 unknown\r\n451 4.7.1 later\r\n", "451 4.7.1 later\r\n550 5.1.1 unknown\r\n"}) {
        Play play;
        greets(play);
        play.expects("MAIL FROM:<a@b.example>\r\nRCPT TO:<dora@one.example>\r\nRCPT TO:<dora@two.example>\r\nDATA\r\n");
        play.gives("250 ok\r\n" + std::string(replies) + "503 5.5.1 no recipients\r\n");
        const auto result = run(send_to_dora(play.stream()));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, 451);
        EXPECT_FALSE(result.error().permanent);
    }
}

TEST(SmtpPerson, ARefusedSenderIsRefusedWhoeverTheMailIsFor) {
    Play play;
    greets(play, "250 8BITMIME\r\n");
    play.expects("MAIL FROM:<a@b.example>\r\n").gives("550 5.7.1 no\r\n");
    EXPECT_EQ(run(send_to_dora(play.stream())).error().code, 550);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

}  // namespace
