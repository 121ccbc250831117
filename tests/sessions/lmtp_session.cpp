// The LMTP server's side of a dialogue, scripted: [RFC 2033], [RFC 2920], [RFC 3030], strict line ends, limits.

#include <gtest/gtest.h>

#include "coi/net/lmtp_session.h"
#include "tests/support/scripted_stream.h"

namespace {

using coi::net::Delivery;
using coi::net::LmtpServer;
using coi::net::LmtpSession;
using coi::net::Reply;
using support::awaitable;
using support::Play;
using support::run;

const std::string hello =
    "250-gw.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-"
    "CHUNKING\r\n250 SIZE 1000\r\n";

/// A server of one session, which takes anybody but "nobody@…" and keeps what it gets.
struct House {
    std::shared_ptr<LmtpSession::Shared> shared = std::make_shared<LmtpSession::Shared>();
    std::vector<Delivery> deliveries;
    std::vector<Reply> verdicts;  // of the next delivery; short ones are the test's wish

    House() {
        shared->host_name = "gw.example";
        shared->limits.mail_bytes = 1000;
        shared->limits.line_bytes = 200;
        shared->limits.recipients = 3;
        shared->calls.recipient = [](const std::string& to) -> Reply {
            if (to.starts_with("nobody")) return {550, "5.1.1", "no such user"};
            return {250, "2.1.5", "OK"};
        };
        shared->calls.deliver = [this](Delivery delivery) -> awaitable<std::vector<Reply>> {
            deliveries.push_back(delivery);
            if (!verdicts.empty()) co_return verdicts;
            co_return std::vector<Reply>(delivery.to.size());
        };
    }

    void serve(Play& play) {
        auto session = std::make_shared<LmtpSession>(play.stream(), shared);
        run(session->run());
        EXPECT_EQ(shared->buffered, 0u);
        EXPECT_TRUE(play.closed());
    }
};

Play begun() {
    Play play;
    play.full_duplex().expects("220 gw.example LMTP\r\n").gives("LHLO mx.example\r\n").expects(hello);
    return play;
}

/// Serves `play` and expects it to be played to its end.
void plays(House& house, Play play) {
    house.serve(play);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(LmtpSession, GivesOneReplyForEachRecipientAfterThePipelinedCommands) {  // [RFC 2033 §4.2]
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
        House house;
        house.verdicts = {{250, "2.0.0", "OK"}, {452, "4.2.2", "full"}};
        Play play = begun();
        play.in_pieces_of(piece);
        play.gives(
            "MAIL FROM:<bob@example.org> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<alice@jabber.example>\r\n"
            "RCPT TO:<nobody@jabber.example>\r\nRCPT TO:<carol@jabber.example>\r\nDATA\r\n");
        play.expects(
            "250 2.1.0 OK\r\n250 2.1.5 OK\r\n550 5.1.1 no such user\r\n250 2.1.5 OK\r\n354 go ahead, end with "
            "<CRLF>.<CRLF>\r\n");
        play.gives("Subject: x\r\n\r\n..dot\r\n.\r\n").expects("250 2.0.0 OK\r\n452 4.2.2 full\r\n");
        play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n");
        plays(house, play);
        ASSERT_EQ(house.deliveries.size(), 1u);
        EXPECT_EQ(house.deliveries[0].from, "bob@example.org");
        EXPECT_EQ(house.deliveries[0].to, (std::vector<std::string>{"alice@jabber.example", "carol@jabber.example"}));
        EXPECT_EQ(house.deliveries[0].mail, "Subject: x\r\n\r\n.dot\r\n");
    }
}

TEST(LmtpSession, TakesNothingFromAClientThatBreaksOff) {
    const auto script = [](Play& play) {
        play.expects("220 gw.example LMTP\r\n").gives("LHLO mx\r\n").expects(hello);
        play.gives("MAIL FROM:<>\r\nRCPT TO:<alice@jabber.example>\r\nDATA\r\n");
        play.expects("250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 go ahead, end with <CRLF>.<CRLF>\r\n");
        play.gives("Subject: x\r\n\r\n.\r\n");
    };
    for (std::size_t step = 0; step < 6; ++step) {
        for (auto how : {support::Break::closed, support::Break::timeout, support::Break::half}) {
            House house;
            Play play;
            script(play);
            play.breaks_at(step, how);
            house.serve(play);
            EXPECT_TRUE(house.deliveries.empty()) << "step " << step;
        }
    }
}

TEST(LmtpSession, TakesChunks) {  // [RFC 3030 §4]
    House house;
    Play play = begun();
    play.gives("MAIL FROM:<bob@example.org>\r\nRCPT TO:<alice@jabber.example>\r\nBDAT 6\r\nA: b\r\n");
    play.expects("250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.0.0 OK\r\n");
    play.gives("BDAT 5 LAST\r\n\r\n.\r\nNOOP\r\n").expects("250 2.0.0 OK\r\n250 2.0.0 OK\r\n");
    play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n");
    plays(house, play);
    ASSERT_EQ(house.deliveries.size(), 1u);
    EXPECT_EQ(house.deliveries[0].mail, "A: b\r\n\r\n.\r\n");
}

TEST(LmtpSession, ReadsARefusedChunkToItsEnd) {
    House house;
    Play play = begun();
    play.gives(
        "BDAT 6\r\nQUIT\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@b.example>\r\nBDAT 1001 LAST\r\n" +
        std::string(1001, 'x') + "NOOP\r\n");
    play.expects(
        "503 5.5.1 there are no recipients\r\n250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n"
        "552 5.3.4 the mail is too big\r\n552 5.3.4 the mail is too big\r\n250 2.0.0 OK\r\n");
    plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
    EXPECT_TRUE(house.deliveries.empty());
}

TEST(LmtpSession, RefusesBareLineEndsAndReadsNothingBehindThem) {  // no SMTP smuggling
    for (const char* evil :
         {"a\r\n.\nMAIL FROM:<x@y>\r\n.\r\n", "a\n.\r\n", "a\n.\nRSET\r\n", "a\r.\r\n", "a\r\n.\rRSET\r\n.\r\n"}) {
        House house;
        Play play = begun();
        play.gives("MAIL FROM:<bob@example.org>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n");
        play.expects("250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 go ahead, end with <CRLF>.<CRLF>\r\n");
        play.gives(evil).expects("554 5.6.0 a bare CR or LF in the mail\r\n");
        house.serve(play.gives("RSET\r\n").breaks_at(7, support::Break::closed));
        EXPECT_EQ(play.complaint(), "stopped before step 7: RSET\r\n") << evil;
        EXPECT_TRUE(house.deliveries.empty());
    }
    for (const char* evil : {"NOOP\n", "NO\rOP\r\n", "\n", "NOOP\r\r\n"}) {
        House house;
        Play play = begun();
        play.gives(evil).expects("500 5.5.2 lines end in CR LF\r\n");
        house.serve(play.gives("NOOP\r\n").breaks_at(5, support::Break::closed));
        EXPECT_EQ(play.complaint(), "stopped before step 5: NOOP\r\n") << evil;
    }
}

TEST(LmtpSession, KeepsItsLimits) {
    const std::string ok = "250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 go ahead, end with <CRLF>.<CRLF>\r\n";
    {
        House house;  // a mail that is too big is read to its end and refused for each recipient
        Play play = begun();
        play.gives("MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n").expects(ok);
        play.gives(std::string(999, 'x') + "\r\n.\r\nNOOP\r\n")
            .expects("552 5.3.4 the mail is too big\r\n250 2.0.0 OK\r\n");
        plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
        EXPECT_TRUE(house.deliveries.empty());
    }
    {
        House house;  // announced sizes are believed at once
        Play play = begun();
        play.gives("MAIL FROM:<> SIZE=1001\r\n").expects("552 5.3.4 the mail is too big\r\n");
        plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
    }
    {
        House house;
        Play play = begun();
        play.gives("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@b>\r\nRCPT TO:<d@b>\r\nRCPT TO:<e@b>\r\n");
        play.expects(
            "250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n452 4.5.3 too many recipients\r\n");
        plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
    }
    {
        House house;  // other sessions' mails fill the house
        house.shared->limits.buffered_bytes = 100;
        Play play = begun();
        play.gives("MAIL FROM:<> SIZE=101\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
        play.expects("452 4.3.1 no room for this mail now\r\n" + ok);
        play.gives(std::string(200, 'x') + "\r\n.\r\n").expects("452 4.3.1 no room for this mail now\r\n");
        plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
    }
    {
        House house;
        Play play = begun();
        play.gives(std::string(202, 'x')).expects("500 5.5.6 the line is too long\r\n");
        house.serve(play.gives("x").breaks_at(5, support::Break::closed));
        EXPECT_EQ(play.complaint(), "stopped before step 5: x");
    }
}

TEST(LmtpSession, SaysWhyAnIdleClientIsLeft) {
    House house;
    Play play = begun();
    play.gives("").breaks_at(3, support::Break::timeout);
    house.serve(play);
    Play other = begun();
    other.gives("NOOP\r\n").expects("250 2.0.0 OK\r\n");
    house.serve(other.breaks_at(5, support::Break::timeout));
}

TEST(LmtpSession, HoldsTheOrderOfCommands) {
    House house;
    Play play;
    play.expects("220 gw.example LMTP\r\n");
    play.gives(
        "EHLO mx\r\nMAIL FROM:<>\r\nLHLO mx\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL FROM:<>\r\nMAIL "
        "FROM:<>\r\nDATA\r\nRSET\r\nVRFY a\r\n"
        "RCPT TO:<a@b>\r\n");
    play.expects("500 5.5.1 this is LMTP: say LHLO\r\n503 5.5.1 say LHLO first\r\n" + hello +
                 "503 5.5.1 say MAIL first\r\n503 5.5.1 there are no recipients\r\n250 2.1.0 OK\r\n503 5.5.1 there is "
                 "a mail under way\r\n"
                 "503 5.5.1 there are no recipients\r\n250 2.0.0 OK\r\n252 2.5.0 send the mail and see\r\n503 5.5.1 "
                 "say MAIL first\r\n");
    plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
}

TEST(LmtpSession, EndsWithAClientThatKnowsNothing) {
    House house;
    Play play = begun();
    std::string said, heard;
    for (int i = 0; i < 21; ++i) said += "WHAT\r\n", heard += "500 5.5.2 this command is not known\r\n";
    play.gives(said).expects(heard + "421 4.7.0 gw.example has heard enough\r\n");
    house.serve(play.gives("NOOP\r\n").breaks_at(5, support::Break::closed));
    EXPECT_EQ(play.complaint(), "stopped before step 5: NOOP\r\n");
}

TEST(LmtpSession, AnswersForTheGatewayWhenItThrowsOrForgetsAReply) {
    House house;
    house.verdicts = {{250, "2.0.0", "OK\r\n250 forged"}};
    Play play = begun();
    play.gives("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@b>\r\nDATA\r\n");
    play.expects("250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n354 go ahead, end with <CRLF>.<CRLF>\r\n")
        .gives("\r\n.\r\n");
    play.expects("250 2.0.0 OK  250 forged\r\n451 4.3.0 the mail could not be taken now\r\n");
    plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));

    house.shared->calls.recipient = [](const std::string&) -> Reply { throw std::runtime_error("disk"); };
    Play broken = begun();
    broken.gives("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n")
        .expects("250 2.1.0 OK\r\n451 4.3.0 the mail could not be taken now\r\n");
    plays(house, broken.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
}

TEST(LmtpSession, AsksForSmtputf8WhereAnAddressNeedsIt) {  // [RFC 6531 §3.5]
    House house;
    Play play = begun();
    play.gives(
        "MAIL FROM:<\xc3\xbc@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<\xc3\xbc@b>\r\nRSET\r\nMAIL FROM:<\xc3\xbc@b> "
        "SMTPUTF8\r\nRCPT TO:<\xc3\xb6@b>\r\n");
    play.expects(
        "550 5.6.7 such an address needs SMTPUTF8\r\n250 2.1.0 OK\r\n553 5.6.7 such an address needs SMTPUTF8\r\n"
        "250 2.0.0 OK\r\n250 2.1.0 OK\r\n250 2.1.5 OK\r\n");
    plays(house, play.gives("QUIT\r\n").expects("221 2.0.0 bye\r\n"));
}

}  // namespace
