// Waiting for new mail: by IDLE and by NOOP, what is news and what is not, and how a wait ends.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tests/sessions/imap_works.h"

namespace {

using coi::ErrorKind;
using coi::Result;
using coi::net::awaitable;
using coi::net::ImapClient;
using coi::net::Timeout;
using dialogue::plays;
using dialogue::Session;
using namespace std::chrono_literals;

const Session tls;

std::string opening(const std::string& capabilities) {
    return "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
           "C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\n"
           "S: c1 OK [CAPABILITY IMAP4rev1 " +
           capabilities + R"(] in
C: c2 EXAMINE "INBOX"
S: * 5 EXISTS
S: * OK [UIDVALIDITY 1]
S: * OK [UIDNEXT 9]
S: c2 OK
)";
}

/// A session that selects INBOX and waits; true if the wait ends with `expected`.
dialogue::Work waits(bool expected, Timeout longest = 20min, Timeout poll = 1min) {
    return dialogue::all({dialogue::selects("INBOX", {1, 9, 5}), dialogue::waits(expected, longest, poll)});
}

TEST(ImapWait, IdleEndsWithNewMail) {
    plays(opening("IDLE") + R"(
C: c3 IDLE
s: + idling
s: * OK Still here
s: * 2 FETCH (FLAGS (\Seen))
s: * 3 EXPUNGE
s: * 4 EXISTS
s: * 5 EXISTS
C: DONE
s: c3 OK done
)",
          tls, waits(true));
}

TEST(ImapWait, ASeenFlagEndsAWaitAfterItsCalm) {  // Z: the two seconds for which others may come
    plays(opening("IDLE") + R"(
C: c3 IDLE
s: + idling
s: * 2 FETCH (FLAGS (\Answered))
s: * 3 FETCH (FLAGS (\Seen))
s: * 4 FETCH (UID 8 FLAGS (\Flagged \Seen))
Z:
C: DONE
s: c3 OK done
)",
          tls, dialogue::all({waits(false), [](ImapClient& client) -> awaitable<bool> {
                                  const bool first = client.take_seen_news();
                                  co_return first && !client.take_seen_news();
                              }}));
}

TEST(ImapWait, ExistsThatDoesNotGrowIsLookedAt) {  // one mail may have gone and one come
    plays(opening("IDLE") + R"(
C: c3 IDLE
s: + idling
s: * 5 EXISTS
Z:
C: DONE
s: c3 OK done
)",
          tls, waits(true));
}

TEST(ImapWait, IdleIsRenewedAndEndsInTime) {
    plays(opening("IDLE") + R"(
C: c3 IDLE
s: + idling
Z:
C: DONE
s: c3 OK done
C: c4 IDLE
s: + idling
s: * 3 EXPUNGE
Z:
C: DONE
s: c4 OK done
C: c5 IDLE
s: + idling
Z:
C: DONE
s: c5 OK done
)",
          tls, waits(false, 20min));
}

TEST(ImapWait, NoIdleIsLongerThanRfc2177Allows) {
    support::Play play;
    play.encrypted();
    dialogue::script(play,
                     dialogue::lines(opening("IDLE") + "C: c3 IDLE\nS: + idling\nS: * 6 EXISTS\nC: DONE\nS: c3 OK\n"));
    Timeout longest{};
    ImapClient client(std::make_unique<dialogue::Silent>(play.stream(), &longest));
    ASSERT_TRUE(support::run(client.open(tls.server, tls.login)));
    ASSERT_TRUE(support::run(client.select("INBOX")));
    EXPECT_TRUE(*support::run(client.wait_for_news(48h, 1min)));
    EXPECT_LT(longest, 29min);
    EXPECT_GT(longest, 1min);
}

TEST(ImapWait, NewsBetweenDoneAndItsEndCount) {
    plays(opening("IDLE") + R"(
C: c3 IDLE
s: + idling
Z:
C: DONE
s: * 6 EXISTS
s: c3 OK done
)",
          tls, waits(true, 5min));
}

TEST(ImapWait, NewsThatCameDuringAnotherCommandAreNotLost) {
    plays(opening("IDLE") + R"(
C: c3 UID FETCH 9:* (UID RFC822.SIZE)
S: * 6 EXISTS
S: c3 OK done
)",
          tls, [](ImapClient& client) -> awaitable<bool> {
              auto selected = co_await client.select("INBOX");
              if (!selected) co_return false;
              auto listed = co_await client.since(9);
              if (!listed) co_return false;
              auto news = co_await client.wait_for_news(20min, 1min);
              co_return news && *news;
          });
}

TEST(ImapWait, SinceTakesTheNews) {
    plays(opening("IDLE") + R"(
C: c3 UID FETCH 8 (UID BODY.PEEK[]<0.11>)
S: * 6 EXISTS
S: c3 OK gone
C: c4 UID FETCH 8 (UID RFC822.SIZE)
S: c4 OK nothing
C: c5 UID FETCH 9:* (UID RFC822.SIZE)
S: * 6 FETCH (UID 9 FLAGS () RFC822.SIZE 20)
S: c5 OK done
C: c6 IDLE
s: + idling
Z:
C: DONE
s: c6 OK done
)",
          tls, [](ImapClient& client) -> awaitable<bool> {
              auto selected = co_await client.select("INBOX");
              if (!selected) co_return false;
              auto gone = co_await client.fetch(8, 10);
              if (!gone) co_return false;
              auto listed = co_await client.since(9);
              if (!listed || listed->size() != 1) co_return false;
              auto news = co_await client.wait_for_news(5min, 1min);
              co_return news && !*news;
          });
}

TEST(ImapWait, MailThatComesWhileTheFolderIsOpenedIsNews) {
    plays(
        "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
        "C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\n"
        "S: c1 OK [CAPABILITY IMAP4rev1 IDLE] in\n"
        "C: c2 EXAMINE \"INBOX\"\n"
        "S: * 5 EXISTS\nS: * OK [UIDVALIDITY 1]\nS: * OK [UIDNEXT 9]\nS: * 6 EXISTS\nS: c2 OK\n",
        tls, dialogue::all({dialogue::selects("INBOX", {1, 9, 6}), dialogue::waits(true)}));
}

TEST(ImapWait, VanishedShrinksTheFolderSoThatTheNextMailIsNews) {
    plays(opening("IDLE QRESYNC") + R"(
C: c3 IDLE
s: + idling
s: * VANISHED (EARLIER) 1:3
s: * 5 EXISTS
s: * VANISHED 3,5:6
s: * 3 EXISTS
C: DONE
s: c3 OK done
)",
          tls, waits(true));
}

TEST(ImapWait, NoopIsUsedWhereThereIsNoIdle) {
    plays(opening("") + R"(
Z:
C: c3 NOOP
S: c3 OK
Z:
C: c4 NOOP
S: * 6 EXISTS
S: c4 OK
)",
          tls, waits(true, 20min, 1min));
    plays(opening("") + R"(
Z:
C: c3 NOOP
S: c3 OK
)",
          tls, waits(false, 1min, 5min));
}

TEST(ImapWait, ARefusedIdleBecomesNoop) {
    for (const char* refusal : {"c3 NO not now", "c3 BAD what?"}) {
        support::Play play;
        play.encrypted();
        dialogue::script(play, dialogue::lines(opening("IDLE") + "C: c3 IDLE\nS: " + refusal +
                                               "\nZ:\nC: c4 NOOP\nS: * 6 EXISTS\nS: c4 OK\n"));
        EXPECT_TRUE(support::run(dialogue::play(play.stream(), tls, waits(true))));
        EXPECT_TRUE(play.finished()) << play.complaint();
    }
}

TEST(ImapWait, AServerThatEndsIdleAtOnceMakesNoLoop) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(opening("IDLE") + "C: c3 IDLE\nS: + idling\nS: c3 OK that was it\n" +
                                           "Z:\nC: c4 NOOP\nS: c4 OK\n"));
    EXPECT_TRUE(support::run(dialogue::play(play.stream(), tls, waits(false, 1min))));
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(ImapWait, CloseEndsAWaitThatHangs) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(opening("IDLE") + "C: c3 IDLE\nS: + idling\n"));
    play.pauses();
    boost::asio::io_context context;
    auto client = std::make_unique<ImapClient>(play.stream());
    ASSERT_TRUE(support::run(context, client->open(tls.server, tls.login)));
    ASSERT_TRUE(support::run(context, client->select("INBOX")));
    std::optional<Result<bool>> ended;
    boost::asio::co_spawn(context, client->wait_for_news(20min, 1min),
                          [&](std::exception_ptr, Result<bool> result) { ended = std::move(result); });
    context.restart();
    context.poll();
    EXPECT_FALSE(ended);
    client.reset();  // the wait outlives its client
    context.restart();
    context.run();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->error().kind, ErrorKind::closed);
}

TEST(ImapWait, LogoutSaysFarewell) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(opening("") + "C: c3 LOGOUT\nS: * BYE see you\nS: c3 OK\n"));
    ImapClient client(play.stream());
    ASSERT_TRUE(support::run(client.open(tls.server, tls.login)));
    ASSERT_TRUE(support::run(client.select("INBOX")));
    support::run(client.logout());
    EXPECT_TRUE(play.finished()) << play.complaint();
    EXPECT_TRUE(play.closed());
    EXPECT_FALSE(client.usable());
    EXPECT_EQ(support::run(client.select("INBOX")).error().kind, ErrorKind::closed);
}

}  // namespace
