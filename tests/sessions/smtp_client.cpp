// The SMTP client against scripted servers: the dialogues of [RFC 5321], [RFC 2920], [RFC 4954], [RFC 3207], broken at
// every step.

#include <gtest/gtest.h>

#include "coi/net/smtp_client.h"

#include <algorithm>
#include "tests/support/scripted_stream.h"

namespace {

using coi::ErrorKind;
using coi::net::Endpoint;
using coi::net::Envelope;
using coi::net::Login;
using coi::net::Security;
using coi::net::SmtpClient;
using support::awaitable;
using support::Play;
using support::run;
using Result = coi::Result<void>;

const Endpoint mx{"mx.example.org", 587, Security::none};
const Endpoint submission{"mx.example.org", 587, Security::starttls};
const Envelope to_bob{"alice@jabber.example", {"bob@example.org"}, "", false};
const std::string mail = "Subject: hi\r\n\r\nhello\r\n";

void greets(Play& play, const std::string& offers = "250-PIPELINING\r\n250 8BITMIME\r\n") {
    play.gives("220 mx.example.org ESMTP\r\n").expects("EHLO gw.example\r\n").gives("250-mx.example.org\r\n" + offers);
}

void takes_mail(Play& play) {
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n");
    play.expects(mail + ".\r\n").gives("250 2.0.0 queued as 1\r\n");
}

/// Opens the session and sends one mail.
awaitable<Result> send_one(std::unique_ptr<coi::net::Stream> stream, Endpoint server = mx,
                           std::optional<Login> login = {}, Envelope envelope = to_bob, std::string text = mail) {
    SmtpClient client(std::move(stream), "gw.example");
    auto opened = co_await client.open(server, login);
    if (!opened) {
        EXPECT_FALSE(client.usable());
        co_return opened;
    }
    co_return co_await client.send(envelope, text);
}

awaitable<bool> succeeds(awaitable<Result> work) { co_return (co_await std::move(work)).has_value(); }

TEST(SmtpClient, SendsAMailWithPipeliningAndFailsWhereverTheServerBreaks) {
    support::fail_at_every_step(
        [](Play& play) {
            greets(play);
            takes_mail(play);
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(send_one(std::move(stream))); });
}

TEST(SmtpClient, SendsCommandByCommandWithoutPipelining) {
    support::fail_at_every_step(
        [](Play& play) {
            greets(play, "250 8BITMIME\r\n");
            play.expects("MAIL FROM:<alice@jabber.example>\r\n").gives("250 ok\r\n");
            play.expects("RCPT TO:<bob@example.org>\r\n").gives("250 ok\r\n");
            play.expects("DATA\r\n").gives("354 go\r\n").expects(mail + ".\r\n").gives("250 ok\r\n");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(send_one(std::move(stream))); });
}

TEST(SmtpClient, StartsTlsGreetsAgainAndLogsIn) {
    support::fail_at_every_step(
        [](Play& play) {
            greets(play, "250-STARTTLS\r\n250 AUTH LOGIN\r\n");
            play.expects("STARTTLS\r\n").gives("220 2.0.0 ready\r\n").starts_tls("mx.example.org");
            play.expects("EHLO gw.example\r\n").gives("250-mx\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n");
            play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("235 2.7.0 welcome\r\n");
            takes_mail(play);
        },
        [](std::unique_ptr<coi::net::Stream> stream) {
            return succeeds(send_one(std::move(stream), submission, Login{"alice", "secret", false}));
        });
}

TEST(SmtpClient, LogsInByLoginWhereThereIsNothingBetter) {
    Play play;
    play.encrypted();
    greets(play, "250 AUTH=LOGIN\r\n");
    play.expects("AUTH LOGIN\r\n").gives("334 VXNlcm5hbWU6\r\n").expects("YWxpY2U=\r\n");
    play.gives("334 UGFzc3dvcmQ6\r\n").expects("c2VjcmV0\r\n").gives("235 ok\r\n");
    SmtpClient client(play.stream(), "gw.example");
    EXPECT_TRUE(run(client.open({"mx.example.org", 465, Security::tls}, Login{"alice", "secret", false})))
        << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, RefusesTextThatWasPutBeforeTheHandshake) {
    Play play;
    greets(play, "250 STARTTLS\r\n");
    play.expects("STARTTLS\r\n").gives("220 ready\r\n250-mx\r\n250 AUTH PLAIN\r\n").starts_tls("mx.example.org");
    auto result = run(send_one(play.stream(), submission, Login{"alice", "secret", false}));
    EXPECT_EQ(result.error().kind, ErrorKind::tls);
    EXPECT_TRUE(play.closed());
}

TEST(SmtpClient, GivesUpWhereStarttlsIsWantedAndNotOffered) {
    Play play;
    greets(play, "250 AUTH PLAIN\r\n");
    auto result = run(send_one(play.stream(), submission, Login{"alice", "secret", false}));
    EXPECT_EQ(result.error().kind, ErrorKind::tls);
    EXPECT_FALSE(result.error().permanent);  // someone between us may have cut it out
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, NeverSendsAPasswordInTheClear) {
    Play play;
    greets(play, "250 AUTH PLAIN LOGIN\r\n");
    auto result = run(send_one(play.stream(), mx, Login{"alice", "secret", false}));
    EXPECT_EQ(result.error().kind, ErrorKind::forbidden);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, TellsARefusedPassword) {
    Play play;
    play.encrypted();
    greets(play, "250 AUTH PLAIN\r\n");
    play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("535 5.7.8 no such luck\r\n");
    auto result = run(send_one(play.stream(), mx, Login{"alice", "secret", false}));
    EXPECT_EQ(result.error().kind, ErrorKind::auth);
    EXPECT_TRUE(result.error().permanent);
    EXPECT_EQ(result.error().code, 535);
    EXPECT_EQ(result.error().text.find("secret"), std::string::npos);
}

TEST(SmtpClient, AMechanismThatTheServerDoesNotKnowIsFollowedByAnother) {
    Play play;
    play.encrypted();
    greets(play, "250 AUTH PLAIN LOGIN\r\n");
    play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("504 5.5.4 unrecognized\r\n");
    play.expects("AUTH PLAIN\r\n").gives("504 5.5.4 unrecognized\r\n");
    play.expects("AUTH LOGIN\r\n").gives("334 VXNlcm5hbWU6\r\n").expects("YWxpY2U=\r\n");
    play.gives("334 UGFzc3dvcmQ6\r\n").expects("c2VjcmV0\r\n").gives("235 ok\r\n");
    SmtpClient client(play.stream(), "gw.example");
    EXPECT_TRUE(run(client.open({"mx.example.org", 465, Security::tls}, Login{"alice", "secret", false})))
        << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, AWrongPasswordIsNotTriedByAnotherMechanism) {
    Play play;
    play.encrypted();
    greets(play, "250 AUTH PLAIN LOGIN\r\n");
    play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("535 5.7.8 no such luck\r\n");
    SmtpClient client(play.stream(), "gw.example");
    const auto result = run(client.open({"mx.example.org", 465, Security::tls}, Login{"alice", "secret", false}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, 535);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, AScramThatDoesNotWorkForThisUserIsFollowedByPlain) {
    Play play;
    play.encrypted();
    greets(play, "250 AUTH SCRAM-SHA-256 PLAIN\r\n");
    play.answers([](const std::string& line) {
        return line.starts_with("AUTH SCRAM-SHA-256 ") ? "535 5.7.8 no SCRAM secret\r\n" : "";
    });
    play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("235 ok\r\n");
    SmtpClient client(play.stream(), "gw.example");
    EXPECT_TRUE(run(client.open({"mx.example.org", 465, Security::tls}, Login{"alice", "secret", false})))
        << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, AnswersARefusedTokenBeforeItHearsTheVerdict) {  // [RFC 7628 §3.2.3]
    Play play;
    play.encrypted();
    greets(play, "250 AUTH OAUTHBEARER PLAIN\r\n");
    play.answers([](const std::string& line) {
        return line.starts_with("AUTH OAUTHBEARER ") ? "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n" : "";
    });
    play.expects("AQ==\r\n").gives("535 5.7.8 token is old\r\n");
    auto result = run(send_one(play.stream(), mx, Login{"alice", "token", true}));
    EXPECT_EQ(result.error().kind, ErrorKind::auth);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, StuffsDotsAndMakesLineEndsCrlf) {
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
        .gives("250 ok\r\n250 ok\r\n354 go\r\n");
    play.expects("..first\r\n..\r\nbare\r\n...\r\ncr\r\nend\r\n.\r\n").gives("250 ok\r\n");
    EXPECT_TRUE(run(send_one(play.stream(), mx, {}, to_bob, ".first\r\n.\r\nbare\n..\r\ncr\rend"))) << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, StuffsDotsAcrossBlocksOfABigMail) {
    std::string text, wire;
    while (text.size() < 1'000'000) {
        const std::string line(text.size() % 997, 'x');
        text += "." + line + "\r\n";
        wire += ".." + line + "\r\n";
    }
    text += std::string(200'000, 'y') + "\r\n.\r\n";
    wire += std::string(200'000, 'y') + "\r\n..\r\n.\r\n";
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
        .gives("250 ok\r\n250 ok\r\n354 go\r\n");
    play.expects(wire).gives("250 ok\r\n");
    EXPECT_TRUE(run(send_one(play.stream(), mx, {}, to_bob, text)));
    EXPECT_TRUE(play.finished());
}

TEST(SmtpClient, GivesTheServersWordsWhenARecipientIsRefusedAndResetsBeforeTheNextMail) {
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 ok\r\n550-5.1.1 no such\r\n550 5.1.1 user\r\n554 5.5.1 no valid recipients\r\n");
    play.expects("RSET\r\nMAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n").expects(mail + ".\r\n").gives("250 ok\r\n");
    SmtpClient client(play.stream(), "gw.example");
    ASSERT_TRUE(run(client.open(mx, {})));
    auto refused = run(client.send(to_bob, mail));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::refused);
    EXPECT_TRUE(refused.error().permanent);
    EXPECT_EQ(refused.error().code, 550);
    EXPECT_EQ(refused.error().enhanced, "5.1.1");
    EXPECT_NE(refused.error().text.find("no such user"), std::string::npos);
    EXPECT_TRUE(client.usable());
    EXPECT_TRUE(run(client.send(to_bob, mail))) << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, EndsAnEmptyMailWhenDataIsTakenWithoutRecipients) {  // [RFC 2920 §3.1]
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 ok\r\n450 4.2.1 later\r\n354 go\r\n").expects(".\r\n").gives("554 5.5.1 nobody\r\n");
    auto result = run(send_one(play.stream()));
    EXPECT_EQ(result.error().code, 450);
    EXPECT_FALSE(result.error().permanent);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, LeavesRatherThanSendToHalfOfTheRecipients) {
    Play play;
    greets(play);
    play.expects("MAIL FROM:<a@b.example>\r\nRCPT TO:<one@c.example>\r\nRCPT TO:<two@c.example>\r\nDATA\r\n");
    play.gives("250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n");
    EXPECT_FALSE(
        run(send_one(play.stream(), mx, {}, Envelope{"a@b.example", {"one@c.example", "two@c.example"}, "", false})));
    EXPECT_TRUE(play.finished()) << play.complaint();
    EXPECT_TRUE(play.closed());
}

TEST(SmtpClient, BelievesOnlyTheReplyToTheFinalDot) {
    for (const auto& [verdict, permanent] : {std::pair{"552 5.2.2 full\r\n", true}, {"451 4.3.0 later\r\n", false}}) {
        Play play;
        greets(play);
        play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
        play.gives("250 ok\r\n250 ok\r\n354 go\r\n").expects(mail + ".\r\n").gives(verdict);
        auto result = run(send_one(play.stream()));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().permanent, permanent);
    }
}

TEST(SmtpClient, ABlankLineBeforeAReplyIsNoReply) {  // the mail would be sent again and again
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 ok\r\n250 ok\r\n354 go\r\n").expects(mail + ".\r\n").gives("\r\n250 2.0.0 queued as 1\r\n");
    EXPECT_TRUE(run(send_one(play.stream()))) << play.complaint();
}

TEST(SmtpClient, AReplyTooManyIsNotTheNextMails) {
    Play play;
    greets(play);
    play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    play.gives("250 ok\r\n250 ok\r\n354 go\r\n").expects(mail + ".\r\n").gives("250 ok\r\n550 5.7.1 spam\r\n");
    SmtpClient client(play.stream(), "gw.example");
    ASSERT_TRUE(run(client.open(mx, {})));
    EXPECT_TRUE(run(client.send(to_bob, mail))) << play.complaint();
    EXPECT_EQ(run(client.send(to_bob, mail)).error().kind, ErrorKind::closed);
    EXPECT_FALSE(client.usable());
}

TEST(SmtpClient, Takes421AsTheEndOfTheSessionWhereverItComes) {
    for (int replies = 0; replies < 4; ++replies) {
        Play play;
        greets(play);
        play.expects("MAIL FROM:<alice@jabber.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
        std::string said;
        for (int i = 0; i < std::min(replies, 2); ++i) said += "250 ok\r\n";
        if (replies == 3)
            play.gives(said + "354 go\r\n").expects(mail + ".\r\n").gives("421 4.3.2 bye\r\n");
        else
            play.gives(said + "421 4.3.2 bye\r\n");
        SmtpClient client(play.stream(), "gw.example");
        ASSERT_TRUE(run(client.open(mx, {})));
        auto result = run(client.send(to_bob, mail));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, 421);
        EXPECT_FALSE(result.error().permanent);
        EXPECT_FALSE(client.usable());
        EXPECT_EQ(run(client.send(to_bob, mail)).error().kind, ErrorKind::closed);
    }
}

TEST(SmtpClient, AsksForAReportOfSuccess) {  // [RFC 3461 §4.1]
    Play play;
    greets(play, "250-DSN\r\n250 PIPELINING\r\n");
    play.expects(
        "MAIL FROM:<alice@jabber.example> RET=HDRS ENVID=1\r\n"
        "RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE,DELAY\r\nDATA\r\n");
    play.gives("250 ok\r\n250 ok\r\n354 go\r\n").expects("Subject: hi\r\n\r\nhello\r\n.\r\n").gives("250 ok\r\n");
    EXPECT_TRUE(
        run(send_one(play.stream(), mx, {}, Envelope{"alice@jabber.example", {"bob@example.org"}, "1", false, true},
                     "Subject: hi\r\n\r\nhello\r\n")))
        << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, AsksForReportsWhereTheServerMakesThem) {  // [RFC 3461]
    Play play;
    greets(play, "250-SIZE 1000\r\n250-DSN\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
    play.expects(
        "MAIL FROM:<alice@jabber.example> SIZE=23 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb+3D1\r\n"
        "RCPT TO:<b\xc3\xbc"
        "b@example.org> NOTIFY=FAILURE,DELAY\r\nDATA\r\n");
    play.gives("250 ok\r\n250 ok\r\n354 go\r\n")
        .expects("Subject: h\xc3\xbc\r\n\r\nhello\r\n.\r\n")
        .gives("250 ok\r\n");
    EXPECT_TRUE(run(send_one(play.stream(), mx, {},
                             Envelope{"alice@jabber.example",
                                      {"b\xc3\xbc"
                                       "b@example.org"},
                                      "a+b=1",
                                      false},
                             "Subject: h\xc3\xbc\r\n\r\nhello\r\n")))
        << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(SmtpClient, KnowsBeforehandWhatTheServerCannotCarry) {
    const auto fails = [](const std::string& offers, const Envelope& envelope, const std::string& text) {
        Play play;
        greets(play, offers);
        auto result = run(send_one(play.stream(), mx, {}, envelope, text));
        EXPECT_TRUE(play.finished()) << play.complaint();
        return result.error();
    };
    EXPECT_EQ(fails("250 SIZE 10\r\n", to_bob, mail).kind, ErrorKind::limit);
    EXPECT_EQ(fails("250 8BITMIME\r\n", {"a@b.example", {"\xc3\xbc@c.example"}, "", false}, mail).kind,
              ErrorKind::unsupported);
    EXPECT_EQ(fails("250 SMTPUTF8\r\n", to_bob, "\xc3\xbc\r\n").kind, ErrorKind::unsupported);
}

TEST(SmtpClient, LetsNoAddressBreakOutOfItsCommand) {
    for (const char* evil : {"bob@example.org>\r\nRCPT TO:<eve@example.org", "bob@example.org> NOTIFY=NEVER",
                             "b ob@example.org", "", "\"open@example.org", "a\tb@example.org"}) {
        Play play;
        greets(play);
        auto result = run(send_one(play.stream(), mx, {}, Envelope{"a@b.example", {evil}, "", false}));
        EXPECT_EQ(result.error().kind, ErrorKind::malformed) << evil;
        EXPECT_TRUE(play.finished()) << play.complaint();
    }
    Play play;
    greets(play);
    play.expects("MAIL FROM:<>\r\nRCPT TO:<\"a> b\\\"\"@example.org>\r\nDATA\r\n")
        .gives("250 ok\r\n250 ok\r\n354 go\r\n");
    play.expects(mail + ".\r\n").gives("250 ok\r\n");
    EXPECT_TRUE(run(send_one(play.stream(), mx, {}, Envelope{"", {"\"a> b\\\"\"@example.org"}, "", false})))
        << play.complaint();
}

TEST(SmtpClient, SaysAnInitialResponseThatIsRefusedWhenItIsAskedFor) {
    for (const bool in : {true, false}) {
        Play play;
        play.encrypted();
        greets(play, "250 AUTH PLAIN\r\n");
        play.expects("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n").gives("501 5.5.4 syntax\r\n");
        play.expects("AUTH PLAIN\r\n").gives(in ? "334 \r\n" : "504 5.5.4 unknown\r\n");
        if (in) play.expects("AGFsaWNlAHNlY3JldA==\r\n").gives("235 2.7.0 welcome\r\n");
        coi::net::SmtpClient client(play.stream(), "gw.example");
        const auto opened = run(client.open({"mx.example.org", 465, Security::tls}, Login{"alice", "secret", false}));
        EXPECT_EQ(opened.has_value(), in) << play.complaint();
        if (!opened) EXPECT_EQ(opened.error().kind, ErrorKind::unsupported) << "nothing was said of the password";
        EXPECT_TRUE(play.finished()) << play.complaint();
    }
}

TEST(SmtpClient, SaysHeloToAServerOfOld) {
    Play play;
    play.gives("220 old\r\n")
        .expects("EHLO gw.example\r\n")
        .gives("502 what\r\n")
        .expects("HELO gw.example\r\n")
        .gives("250 hi\r\n");
    play.expects("MAIL FROM:<alice@jabber.example>\r\n")
        .gives("250 ok\r\n")
        .expects("RCPT TO:<bob@example.org>\r\n")
        .gives("250 ok\r\n");
    play.expects("DATA\r\n").gives("354 go\r\n").expects(mail + ".\r\n").gives("250 ok\r\n");
    EXPECT_TRUE(run(send_one(play.stream()))) << play.complaint();
}

TEST(SmtpClient, MakesNothingPermanentOfAServerThatIsNotUpToIt) {
    for (const char* greeting :
         {"554 no service\r\n", "421 busy\r\n", "HTTP/1.1 400 Bad Request\r\n", "220-a\r\n250 b\r\n"}) {
        Play play;
        play.gives(greeting);
        auto result = run(send_one(play.stream()));
        ASSERT_FALSE(result) << greeting;
        EXPECT_FALSE(result.error().permanent) << greeting;
    }
}

TEST(SmtpClient, QuitsPolitelyAndOnlyOnce) {
    Play play;
    greets(play);
    play.expects("QUIT\r\n").gives("221 bye\r\n");
    SmtpClient client(play.stream(), "gw.example");
    ASSERT_TRUE(run(client.open(mx, {})));
    run(client.quit());
    run(client.quit());
    EXPECT_TRUE(play.finished()) << play.complaint();
    EXPECT_TRUE(play.closed());
}

TEST(SmtpClient, MayBeDestroyedWhileAnOperationWaits) {
    boost::asio::io_context context;
    Play play;
    play.pauses();
    auto client = std::make_unique<SmtpClient>(play.stream(), "gw.example");
    auto opening = client->open(mx, {});
    boost::asio::post(
        context, [&] { boost::asio::post(context, [&] { boost::asio::post(context, [&] { client.reset(); }); }); });
    EXPECT_EQ(run(context, std::move(opening)).error().kind, ErrorKind::closed);
}

}  // namespace
