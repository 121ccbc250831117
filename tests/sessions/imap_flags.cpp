// Flags: which mails are seen, and setting some; each dialogue failed at every step.

#include "tests/sessions/imap_works.h"

namespace {

using coi::net::awaitable;
using coi::net::ImapClient;
using dialogue::plays;
using dialogue::Session;

const Session tls;

const std::string opening =
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
    "C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\n"
    "S: c1 OK [CAPABILITY IMAP4rev1] in\n";

dialogue::Work opens_to_change(std::uint32_t uid_validity, bool keeps_seen, bool keeps_keywords) {
    return [=](ImapClient& client) -> awaitable<bool> {
        const auto open = co_await client.select_to_change("INBOX");
        co_return open && open->uid_validity == uid_validity && open->keeps_seen == keeps_seen &&
            open->keeps_keywords == keeps_keywords;
    };
}

dialogue::Work sets(std::vector<std::uint32_t> uids, std::string flags) {
    return
        [=](ImapClient& client) -> awaitable<bool> { co_return (co_await client.add_flags(uids, flags)).has_value(); };
}

dialogue::Work finds(std::vector<std::uint32_t> among, std::vector<std::uint32_t> seen,
                     std::vector<std::uint32_t> gone = {}) {
    return [=](ImapClient& client) -> awaitable<bool> {
        const auto fates = co_await client.fates_of(among);
        co_return fates && fates->seen == seen && fates->gone == gone;
    };
}

TEST(ImapFlags, AreAddedInSilenceToAllMailsAtOnce) {
    plays(opening + R"(
C: c2 SELECT "INBOX"
S: * 17 EXISTS
S: * FLAGS (\Answered \Seen)
S: * OK [PERMANENTFLAGS (\Answered \Seen \*)] Limited
S: * OK [UIDVALIDITY 7]
S: c2 OK [READ-WRITE] in
C: c3 UID STORE 3:5,9 +FLAGS.SILENT (\Seen)
S: c3 OK done
)",
          tls, dialogue::all({opens_to_change(7, true, true), sets({9, 4, 3, 5, 4}, "\\Seen"), sets({}, "\\Seen")}));
}

TEST(ImapFlags, AUidvalidityThatIsTooLargeIsTheSameInBothSessions) {  // servers that take the time in milliseconds
    const std::string said = "S: * OK [UIDVALIDITY 1713632002544]\nS: * OK [UIDNEXT 5]\n";
    const auto cut = static_cast<std::uint32_t>(1713632002544);
    plays(opening + "C: c2 SELECT \"INBOX\"\n" + said + "S: c2 OK [READ-WRITE] in\n", tls,
          opens_to_change(cut, true, false));
    plays(opening + "C: c2 EXAMINE \"INBOX\"\nS: * 4 EXISTS\n" + said + "S: c2 OK [READ-ONLY] in\n", tls,
          [](ImapClient& client) -> awaitable<bool> {
              const auto selected = co_await client.select("INBOX");
              co_return selected && selected->uid_validity == cut && selected->uid_next == 5;
          });
}

TEST(ImapFlags, OfWhichTheServerKeepsOnlyWhatItSays) {
    const std::string start = opening + "C: c2 SELECT \"INBOX\"\nS: * OK [UIDVALIDITY 7]\n";
    plays(start + "S: * OK [PERMANENTFLAGS (\\Seen $mdnsent)] Limited\nS: c2 OK in\n", tls,
          opens_to_change(7, true, false));
    plays(start + "S: * OK [PERMANENTFLAGS ()] None\nS: c2 OK in\n", tls, opens_to_change(7, false, false));
    plays(start + "S: * OK [PERMANENTFLAGS (\\Seen \\*)] All\nS: c2 OK [READ-ONLY] in\n", tls,
          opens_to_change(7, false, false));
    // [RFC 9051 §7.1] a server that does not say it keeps all of its flags
    plays(start + "S: c2 OK in\n", tls, opens_to_change(7, true, false));
}

TEST(ImapFlags, SeenMailsAreFoundByTheServersSearch) {
    plays(opening + R"(
C: c2 UID SEARCH UID 3:5,9 SEEN
S: * SEARCH 4 9 12
S: c2 OK done
C: c3 UID SEARCH UID 3,5
S: * SEARCH 5 3
S: c3 OK done
)",
          tls, finds({3, 4, 5, 9}, {4, 9}));
    plays(opening + R"(
C: c2 UID SEARCH UID 3:5,9 SEEN
S: * ESEARCH (TAG "c2") UID ALL 1:4294967295
S: c2 OK done
)",
          tls, finds({3, 4, 5, 9}, {3, 4, 5, 9}));
}

support::Play told(const std::string& answer) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(opening + "C: c2 UID SEARCH UID 3:4 SEEN\nS: * SEARCH 4\nS: c2 OK done\n" +
                                           "C: c3 UID SEARCH UID 3\n" + answer + "S: c3 OK done\n"));
    return play;
}

TEST(ImapFlags, WhatTheServerDoesNotHaveIsGone) {
    for (const std::string answer : {"S: * SEARCH\n", "S: * ESEARCH (TAG \"c3\") UID\n", "S: * SEARCH 4\n"}) {
        auto play = told(answer);
        EXPECT_TRUE(support::run(dialogue::play(play.stream(), tls, finds({3, 4}, {4}, {3})))) << answer;
    }
    for (const std::string answer : {"", "S: * SEARCH 3\n", "S: * SEARCH x\n", "S: * OK hello\n"}) {
        auto play = told(answer);
        EXPECT_TRUE(support::run(dialogue::play(play.stream(), tls, finds({3, 4}, {4})))) << "silence proves nothing";
    }
}

TEST(ImapFlags, LongListsAreAskedInSeveralCommands) {
    std::vector<std::uint32_t> odd;
    std::string first, second;
    for (std::uint32_t uid = 1; uid < 1200; uid += 2) {
        odd.push_back(uid);
        (uid < 600 ? first : second) += (uid == 1 || uid == 601 ? "" : ",") + std::to_string(uid);
    }
    plays(opening + "C: c2 UID SEARCH UID " + first + " SEEN\nS: * SEARCH 1\nS: c2 OK\nC: c3 UID SEARCH UID " + second +
              " SEEN\nS: * SEARCH 601\nS: c3 OK\nC: c4 UID SEARCH UID 3" + first.substr(3) +
              ",603\nS: * ESEARCH (TAG \"c4\") UID ALL 3:603\nS: c4 OK\nC: c5 UID SEARCH UID " + second.substr(8) +
              "\nS: * ESEARCH (TAG \"c5\") UID ALL 603:1300\nS: c5 OK\n",
          tls, finds(odd, {1, 601}));
}

}  // namespace
