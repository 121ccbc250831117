// Searches: whose mails are found, and when they came; each dialogue failed at every step.

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

/// "uid size date" of each mail.
dialogue::Work finds(std::size_t most, std::vector<std::string> expected) {
    return [=](ImapClient& client) -> awaitable<bool> {
        const auto mails = co_await client.search_talk("juliet@capulet.example", most);
        if (!mails) co_return false;
        std::vector<std::string> found;
        for (const auto& mail : *mails)
            found.push_back(std::to_string(mail.uid) + " " + std::to_string(mail.size) + " " + mail.came);
        co_return found == expected;
    };
}

TEST(ImapSearch, TheNewestMailsOfATalkWithTheirDates) {
    plays(opening + R"(
C: c2 UID SEARCH OR FROM "juliet@capulet.example" TO "juliet@capulet.example"
S: * SEARCH 2 9 4 17
S: c2 OK done
C: c3 UID FETCH 4,9,17 (UID INTERNALDATE RFC822.SIZE)
S: * 1 FETCH (UID 9 INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 300)
S: * 2 FETCH (UID 17 RFC822.SIZE 400)
s: * 3 FETCH (UID 5 RFC822.SIZE 500)
s: c3 OK done
)",
          tls, finds(3, {"9 300 17-Jul-1996 02:44:25 -0700", "17 400 "}));
}

TEST(ImapSearch, AServerThatGivesNothingOfWhatItFoundHasFailed) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(opening + R"(
C: c2 UID SEARCH OR FROM "juliet@capulet.example" TO "juliet@capulet.example"
S: * SEARCH 2
S: c2 OK done
C: c3 UID FETCH 2 (UID INTERNALDATE RFC822.SIZE)
S: c3 NO Server error while fetching messages
)"));
    EXPECT_FALSE(support::run(dialogue::play(play.stream(), tls, finds(3, {}))));
}

TEST(ImapSearch, NothingIsFetchedWhereNothingIsFound) {
    plays(opening + R"(
C: c2 UID SEARCH OR FROM "juliet@capulet.example" TO "juliet@capulet.example"
S: * SEARCH
S: c2 OK done
)",
          tls, finds(3, {}));
}

}  // namespace
