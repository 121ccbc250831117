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

dialogue::Work finds_seen(std::vector<std::uint32_t> among, std::vector<std::uint32_t> expected) {
    return [=](ImapClient& client) -> awaitable<bool> {
        const auto seen = co_await client.seen_among(among);
        co_return seen && *seen == expected;
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
)",
          tls, finds_seen({3, 4, 5, 9}, {4, 9}));
    plays(opening + R"(
C: c2 UID SEARCH UID 3:5,9 SEEN
S: * ESEARCH (TAG "c2") UID ALL 1:4294967295
S: c2 OK done
)",
          tls, finds_seen({3, 4, 5, 9}, {3, 4, 5, 9}));
}

TEST(ImapFlags, LongListsAreAskedInSeveralCommands) {
    std::vector<std::uint32_t> odd;
    std::string first, second;
    for (std::uint32_t uid = 1; uid < 1200; uid += 2) {
        odd.push_back(uid);
        (uid < 600 ? first : second) += (uid == 1 || uid == 601 ? "" : ",") + std::to_string(uid);
    }
    plays(opening + "C: c2 UID SEARCH UID " + first + " SEEN\nS: * SEARCH 1\nS: c2 OK\nC: c3 UID SEARCH UID " + second +
              " SEEN\nS: * SEARCH 601\nS: c3 OK\n",
          tls, finds_seen(odd, {1, 601}));
}

}  // namespace
