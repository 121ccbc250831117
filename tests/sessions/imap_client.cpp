// What is done with an open mailbox: folders, EXAMINE, new UIDs, mails, copies, settings; each failed at every step.

#include "coi/server_settings.h"
#include "tests/sessions/imap_works.h"

namespace {

using coi::ErrorKind;
using coi::net::awaitable;
using coi::net::ImapClient;
using dialogue::plays;
using dialogue::Session;

const Session tls;

std::string opening(const std::string& capabilities) {
    return "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
           "C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\n"
           "S: c1 OK [CAPABILITY IMAP4rev1 " +
           capabilities + "] in\n";
}

/// One operation in an open session; gives what the operation gives.
template <class T>
T once(const std::string& text, const std::function<awaitable<T>(ImapClient&)>& work) {
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(text));
    ImapClient client(std::make_unique<dialogue::Silent>(play.stream()));
    EXPECT_TRUE(support::run(client.open(tls.server, tls.login)));
    T value = support::run(work(client));
    EXPECT_TRUE(play.finished()) << play.complaint();
    return value;
}

TEST(ImapMailbox, SelectsByExamine) {
    plays(opening("") + R"(
C: c2 EXAMINE "INBOX"
S: * 17 EXISTS
S: * 2 RECENT
S: * OK [UNSEEN 8] Message 8 is first unseen
S: * OK [UIDVALIDITY 3857529045] UIDs valid
S: * OK [UIDNEXT 4392] Predicted next UID
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS ()] No permanent flags permitted
S: * OK [HIGHESTMODSEQ 715194045007]
S: c2 OK [READ-ONLY] EXAMINE completed
)",
          tls, dialogue::selects("INBOX", {3857529045, 4392, 17, 715194045007}));
}

const auto select_inbox = [](ImapClient& client) -> awaitable<coi::Result<coi::net::Selected>> {
    co_return co_await client.select("INBOX");
};
using Selection = coi::Result<coi::net::Selected>;

TEST(ImapMailbox, FindsUidnextWhereTheServerDoesNotSayIt) {
    const std::string start = opening("CONDSTORE") + "C: c2 EXAMINE \"INBOX\" (CONDSTORE)\n";
    auto full = once<Selection>(start + R"(
S: * 3 EXISTS
S: * OK [UIDVALIDITY 1]
S: c2 OK
C: c3 UID SEARCH UID *
S: * SEARCH 91
S: c3 OK
)",
                                select_inbox);
    EXPECT_EQ(full->uid_next, 92u);
    auto rev2 = once<Selection>(start + R"(
S: * 3 EXISTS
S: * OK [UIDVALIDITY 1]
S: c2 OK
C: c3 UID SEARCH UID *
S: * ESEARCH (TAG "c3") UID ALL 91
S: c3 OK
)",
                                select_inbox);
    EXPECT_EQ(rev2->uid_next, 92u);
    auto empty = once<Selection>(start + "S: * 0 EXISTS\nS: * OK [UIDVALIDITY 1]\nS: c2 OK\n", select_inbox);
    EXPECT_EQ(empty->uid_next, 1u);
}

TEST(ImapMailbox, SelectTellsWhyItFails) {
    const std::string start = opening("") + "C: c2 EXAMINE \"INBOX\"\n";
    const auto gone = once<Selection>(start + "S: c2 NO [NONEXISTENT] no such folder\n", select_inbox);
    EXPECT_TRUE(gone.error().permanent);
    const auto busy = once<Selection>(start + "S: c2 NO [INUSE] locked\n", select_inbox);
    EXPECT_FALSE(busy.error().permanent);
    const auto unstable = once<Selection>(start + "S: * 1 EXISTS\nS: c2 OK\n", select_inbox);
    EXPECT_EQ(unstable.error().kind, ErrorKind::unsupported) << "no UIDVALIDITY";
}

TEST(ImapMailbox, SinceGivesUidsAscendingWithoutTheLastOld) {
    plays(opening("") + R"(
C: c2 UID FETCH 100:* (UID RFC822.SIZE)
S: * 7 FETCH (UID 102 FLAGS (\Seen $Chat) RFC822.SIZE 20)
S: * 2 FETCH (FLAGS (\Seen))
S: * 5 FETCH (UID 100 RFC822.SIZE 4000000000000)
S: * 5 FETCH (UID 100 FLAGS (\Flagged))
S: * 1 FETCH (UID 3 FLAGS () RFC822.SIZE 5)
S: c2 OK done
)",
          tls, dialogue::lists(100, {{100, 4000000000000}, {102, 20}}));
}

TEST(ImapMailbox, AFetchThatNobodyAskedForIsNoMail) {
    const auto listed = once<coi::Result<std::vector<coi::net::Listed>>>(opening("") + R"(
C: c2 UID FETCH 1:* (UID RFC822.SIZE)
S: * 51989 FETCH (FLAGS (NonJunk) UID 51990)
S: c2 OK done
C: c3 UID SEARCH UID 1:*
S: * SEARCH
S: c3 OK done
)",
                                                                         [](ImapClient& c) { return c.since(1); });
    EXPECT_TRUE(listed->empty());
}

TEST(ImapMailbox, WhatASearchSaysManyTimesIsOneList) {
    std::string script =
        opening("") + "C: c2 UID FETCH 5:* (UID RFC822.SIZE)\nS: c2 NO what?\nC: c3 UID SEARCH UID 5:*\n";
    for (int i = 0; i < 2000; ++i)
        script += "S: * ESEARCH (TAG \"c3\") UID ALL 1:9,12,8:10,4294967295,11,14:3000000000\n";
    const auto listed = once<coi::Result<std::vector<coi::net::Listed>>>(script + "S: c3 OK done\n",
                                                                         [](ImapClient& c) { return c.since(5); });
    ASSERT_TRUE(listed) << listed.error().text;
    ASSERT_EQ(listed->size(), 10'000u);
    EXPECT_EQ(listed->front().uid, 5u);
    EXPECT_EQ((*listed)[7].uid, 12u);
    EXPECT_EQ((*listed)[8].uid, 14u);
    EXPECT_EQ(listed->back().uid, 10'005u);
}

TEST(ImapMailbox, SinceOfAnOldLastMailIsEmpty) {
    const auto listed = once<coi::Result<std::vector<coi::net::Listed>>>(opening("") + R"(
C: c2 UID FETCH 100:* (UID RFC822.SIZE)
S: * 7 FETCH (UID 99 FLAGS () RFC822.SIZE 20)
S: c2 OK done
)",
                                                                         [](ImapClient& c) { return c.since(100); });
    EXPECT_TRUE(listed->empty());
}

TEST(ImapMailbox, FetchesAMailWithoutMarkingIt) {
    plays(opening("") + R"(
C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.1001>)
S: * 3 EXPUNGE
S: * 2 FETCH (UID 8 FLAGS (\Seen))
S: * 4 FETCH (UID 9 BODY[]<0> {12}
S: From: a
S: 
S: ))
S: c2 OK done
)",
          tls, dialogue::fetches(9, 1000, "From: a\r\n\r\n)"));
}

using Mail = coi::Result<std::optional<std::string>>;
const auto fetch_nine = [](ImapClient& client) { return client.fetch(9, 10); };

TEST(ImapMailbox, AMailThatIsGoneIsNoError) {
    const std::string start = opening("") + "C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.11>)\n";
    const std::string ask = "C: c3 UID FETCH 9 (UID RFC822.SIZE)\n";
    const Mail gone = once<Mail>(start + "S: c2 OK nothing there\n" + ask + "S: c3 OK\n", fetch_nine);
    ASSERT_TRUE(gone);
    EXPECT_FALSE(*gone);
    const Mail issued = once<Mail>(
        start + "S: * 4 FETCH (UID 9 BODY[]<0> NIL)\nS: c2 NO [EXPUNGEISSUED] gone\n" + ask + "S: c3 OK\n", fetch_nine);
    ASSERT_TRUE(issued);
    EXPECT_FALSE(*issued);
    const Mail unreadable = once<Mail>(start + "S: * 4 FETCH (UID 9 BODY[]<0> NIL)\nS: c2 OK\n", fetch_nine);
    ASSERT_FALSE(unreadable) << "a mail that is there but cannot be read is not gone";
    EXPECT_EQ(unreadable.error().kind, ErrorKind::refused);
}

TEST(ImapMailbox, AMailThatIsTooBigIsRefusedAndTheSessionGoesOn) {
    const bool done =
        once<bool>(opening("") + R"(
C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.11>)
S: * 4 FETCH (UID 9 BODY[]<0> {11}
S: 12345678901)
S: c2 OK
C: c3 UID FETCH 9 (UID BODY.PEEK[]<0.12>)
S: * 4 FETCH (UID 9 BODY[]<0> {11}
S: 12345678901)
S: c3 OK
)",
                   dialogue::all({dialogue::finds_too_big(9, 10), dialogue::fetches(9, 11, "12345678901")}));
    EXPECT_TRUE(done);
}

TEST(ImapMailbox, ALiteralBeyondWhatWasAskedEndsTheSession) {
    const Mail mail = once<Mail>(
        opening("") + "C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.11>)\nS: * 4 FETCH (UID 9 BODY[]<0> {99999999}\n",
        fetch_nine);
    EXPECT_EQ(mail.error().kind, ErrorKind::limit);
}

TEST(ImapMailbox, SinceWithoutAnswerOrWithTooMany) {
    using Found = coi::Result<std::vector<coi::net::Listed>>;
    const auto since_seven = [](ImapClient& c) { return c.since(7); };
    const std::string asks = "C: c2 UID FETCH 7:* (UID RFC822.SIZE)\n", searches = "C: c3 UID SEARCH UID 7:*\n";
    for (const char* no : {"BAD The specified message set is invalid.", "NO what?"}) {
        const auto found = once<Found>(
            opening("") + asks + "S: c2 " + no + "\n" + searches + "S: * SEARCH 3 9 7\nS: c3 OK\n", since_seven);
        ASSERT_TRUE(found) << no;
        ASSERT_EQ(found->size(), 2u);
        EXPECT_EQ(found->front().uid, 7u);
    }
    const auto unnamed =
        once<Found>(opening("") + asks + "S: * 1 FETCH (RFC822.SIZE 5)\nS: * 2 FETCH (UID 8 RFC822.SIZE 6)\n" +
                        "S: c2 OK\n" + searches + "S: * ESEARCH (TAG \"c3\") UID ALL 7:8\nS: c3 OK\n",
                    since_seven);
    ASSERT_EQ(unnamed->size(), 2u);
    EXPECT_EQ(unnamed->back().size, 6u);
    std::string many;
    for (int i = 20'000; i > 0; --i) many += "S: * 1 FETCH (UID " + std::to_string(i + 6) + " RFC822.SIZE 5)\n";
    const auto first = once<Found>(opening("") + asks + many + "S: c2 OK\n", since_seven);
    ASSERT_EQ(first->size(), 10'000u) << "the others come with the next";
    EXPECT_EQ(first->front().uid, 7u);
    const auto last = once<Found>(opening("") + asks + "S: * 1 FETCH (UID 4294967295)\nS: c2 OK\n", since_seven);
    EXPECT_TRUE(last->empty()) << "nothing could come after it";
}

TEST(ImapMailbox, AnEmptyFolderThatAnswersBadIsEmpty) {
    const auto found = once<coi::Result<std::vector<coi::net::Listed>>>(
        opening("") + R"(
C: c2 EXAMINE "INBOX"
S: * 0 EXISTS
S: * OK [UIDVALIDITY 1]
S: * OK [UIDNEXT 1]
S: c2 OK
C: c3 UID FETCH 1:* (UID RFC822.SIZE)
S: c3 BAD The specified message set is invalid.
)",
        [](ImapClient& client) -> awaitable<coi::Result<std::vector<coi::net::Listed>>> {
            co_await client.select("INBOX");
            co_return co_await client.since(1);
        });
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
}

TEST(ImapMailbox, FetchesWholeWhereNoPartIsGiven) {
    const Mail mail = once<Mail>(opening("") + R"(
C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.11>)
S: c2 BAD Command Argument Error. 11
C: c3 UID FETCH 9 (UID BODY.PEEK[])
S: * 4 FETCH (UID 9 BODY[] {4}
S: hi
S: 
S: )
S: c3 OK
)",
                                 fetch_nine);
    ASSERT_TRUE(mail && *mail);
    EXPECT_EQ(**mail, "hi\r\n");
}

TEST(ImapMailbox, AMailThatIsThereButNotGivenIsNotGone) {
    const std::string start = opening("") + "C: c2 UID FETCH 9 (UID BODY.PEEK[]<0.11>)\n";
    EXPECT_FALSE(once<Mail>(start + "S: * 4 FETCH (UID 9 FLAGS ())\nS: c2 OK\n", fetch_nine));
    EXPECT_FALSE(once<Mail>(start + "S: * 4 FETCH (UID 9 BODY[]<0> {2}\nS: hi there)\nS: c2 OK\n", fetch_nine))
        << "the size was wrong, and the rest of the mail stands between the responses";
}

const auto list_and_fetch_nine = [](ImapClient& client) -> awaitable<Mail> {
    auto listed = co_await client.since(9);
    EXPECT_TRUE(listed && listed->size() == 2);
    co_return co_await client.fetch(9, 10);
};

TEST(ImapMailbox, NothingOfAMailThatIsListedIsAFailureOfThisMail) {
    const std::string listed = opening("") + R"(
C: c2 UID FETCH 9:* (UID RFC822.SIZE)
S: * 4 FETCH (UID 9 RFC822.SIZE 4)
S: * 5 FETCH (UID 11 RFC822.SIZE 4)
S: c2 OK
C: c3 UID FETCH 9 (UID BODY.PEEK[]<0.11>)
)";
    const std::string ask = "C: c4 UID FETCH 9 (UID RFC822.SIZE)\n";
    for (const std::string still : {"S: c4 OK\n", "S: * 4 FETCH (UID 9 RFC822.SIZE 4)\nS: c4 OK\n"}) {
        const Mail nothing = once<Mail>(listed + "S: c3 OK\n" + ask + still, list_and_fetch_nine);
        ASSERT_FALSE(nothing) << still;
        EXPECT_EQ(nothing.error().kind, ErrorKind::refused);
    }
    for (const std::string gone : {"S: * 4 EXPUNGE\n", "S: * VANISHED 9\n"}) {
        const Mail nothing = once<Mail>(listed + gone + "S: c3 OK\n" + ask + "S: c4 OK\n", list_and_fetch_nine);
        ASSERT_TRUE(nothing) << gone;
        EXPECT_FALSE(*nothing) << gone;
    }
    const Mail another =
        once<Mail>(listed + "S: * 3 EXPUNGE\nS: c3 OK\n" + ask + "S: * 3 FETCH (UID 9 RFC822.SIZE 4)\nS: c4 OK\n",
                   list_and_fetch_nine);
    EXPECT_FALSE(another) << "another one is gone, and this one is there";
}

TEST(ImapMailbox, AppendsWithASynchronisingLiteral) {
    plays(opening("") + R"(
C: c2 APPEND "Sent Items" (\Seen $Chat) {8}
S: * 3 EXISTS
S: + go on
C: A: b
C: 
C: 
S: c2 OK [APPENDUID 38505 3955] done
)",
          tls, dialogue::appends("Sent Items", "\\Seen $Chat", "A: b\r\n\r\n"));
}

TEST(ImapMailbox, AppendsWithoutWaitingWhereTheServerAllows) {
    plays(opening("LITERAL+ APPENDLIMIT=100") + R"(
C: c2 APPEND "Sent" (\Seen) {8+}
C: A: b
C: 
C: 
S: c2 OK done
)",
          tls, [](ImapClient& client) -> awaitable<bool> {
              auto over = co_await client.append("Sent", "", std::string(101, 'x'));
              EXPECT_FALSE(over);
              if (over || over.error().kind != ErrorKind::limit) co_return false;
              co_return (co_await client.append("Sent", "(\\Seen)", "A: b\r\n\r\n")).has_value();
          });
}

TEST(ImapMailbox, ARefusedLiteralLeavesTheSessionUsable) {
    const bool done = once<bool>(opening("") + R"(
C: c2 APPEND "Sent" {2}
S: c2 NO [TRYCREATE] no such folder
C: c3 EXAMINE "INBOX"
S: * OK [UIDVALIDITY 1]
S: * OK [UIDNEXT 2]
S: c3 OK
)",
                                 [](ImapClient& client) -> awaitable<bool> {
                                     EXPECT_TRUE(co_await dialogue::cannot_append("Sent", "ab")(client));
                                     auto nul = co_await client.append("Sent", "", std::string_view("a\0b", 3));
                                     EXPECT_FALSE(nul);
                                     co_return (co_await client.select("INBOX")).has_value();
                                 });
    EXPECT_TRUE(done);
}

TEST(ImapMailbox, FindsTheSentFolderByItsUse) {
    plays(opening("LIST-EXTENDED SPECIAL-USE") + R"(
C: c2 LIST "" "*" RETURN (SPECIAL-USE)
S: * LIST (\HasNoChildren) "/" INBOX
S: * LIST (\HasNoChildren) "/" Sent
S: * LIST (\HasNoChildren \Sent) "/" "Gesendet von mir"
S: c2 OK done
)",
          tls, dialogue::finds_sent("Gesendet von mir"));
}

TEST(ImapMailbox, FindsTheSentFolderByItsUsualNames) {
    const auto sent = [](const std::string& folders) {
        return *once<coi::Result<std::string>>(opening("") + "C: c2 LIST \"\" \"*\"\n" + folders + "S: c2 OK\n",
                                               [](ImapClient& client) { return client.sent_folder(); });
    };
    EXPECT_EQ(sent("S: * LIST () \".\" INBOX\nS: * LIST () \".\" INBOX.Sent\n"), "INBOX.Sent");
    EXPECT_EQ(sent("S: * LIST () \"/\" Archive/Sent\nS: * LIST () \"/\" Sent\n"), "Sent");
    EXPECT_EQ(sent("S: * LIST (\\Noselect) \"/\" Sent\nS: * LIST () \"/\" \"Sent Items\"\n"), "Sent Items");
    EXPECT_EQ(sent("S: * LIST () \"/\" \"Gesendete Elemente\"\n"), "Gesendete Elemente");
    EXPECT_EQ(sent("S: * LIST () \"/\" \"&AMk-l&AOk-ments envoy&AOk-s\"\n"), "&AMk-l&AOk-ments envoy&AOk-s");
    EXPECT_EQ(sent("S: * LIST () \"/\" INBOX\nS: * LIST () \"/\" Presents\n"), "");
}

TEST(ImapMailbox, KnowsThePersonalNamespace) {
    plays(opening("NAMESPACE") + R"(
C: c2 NAMESPACE
S: * NAMESPACE (("INBOX." ".")) NIL NIL
S: c2 OK done
)",
          tls, dialogue::has_space("INBOX.", '.'));
    const auto root = once<coi::Result<coi::net::PersonalSpace>>(
        opening("") + "C: c2 LIST \"\" \"\"\nS: * LIST (\\Noselect) \"/\" \"\"\nS: c2 OK\n",
        [](ImapClient& client) { return client.personal_space(); });
    EXPECT_EQ(root->separator, '/');
}

TEST(ImapMailbox, ReadsMetadata) {
    plays(opening("METADATA") + R"(
C: c2 GETMETADATA "" (/private/comment)
S: * METADATA "" (/private/comment {3}
S: yes)
S: c2 OK done
C: c3 GETMETADATA "" (/private/other)
S: * METADATA "" (/private/other NIL)
S: c3 OK done
)",
          tls,
          dialogue::all({dialogue::has_entry("/private/comment", "yes"), dialogue::has_entry("/private/other", {})}));
    const Mail none = once<Mail>(opening(""), [](ImapClient& client) { return client.metadata("/private/comment"); });
    EXPECT_EQ(none.error().kind, ErrorKind::unsupported);
}

const std::string config = "/private/vendor/vendor.dovecot/coi/config";
const auto read_settings = [](ImapClient& client) { return coi::read_server_settings(client); };
using Settings = coi::Result<coi::ServerSettings>;

TEST(CoiServer, SettingsAsTheSpecificationShowsThem) {
    plays(opening("METADATA COI NAMESPACE") + "C: c2 GETMETADATA (DEPTH 1) \"\" (" + config + ")\n" +
              "S: * METADATA \"\" (" + config + "/enabled {3}\nS: yes " + config + "/mailbox-root {3}\nS: COI " +
              config + "/message-filter {6}\nS: active)\n" + R"(
S: c2 OK Getmetadata completed
C: c3 NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: c3 OK
C: c4 LIST "" "COI/Chats"
S: * LIST (\HasNoChildren) "/" COI/Chats
S: c4 OK
)",
          tls, [](ImapClient& client) -> awaitable<bool> {
              auto settings = co_await coi::read_server_settings(client);
              co_return settings && settings->coi && settings->enabled && settings->filter == "active" &&
                  settings->chats_folder == "COI/Chats";
          });
}

TEST(CoiServer, AFreshAccountHasOnlyTheRootAndNoFolder) {
    const auto settings =
        once<Settings>(opening("METADATA COI NAMESPACE") + "C: c2 GETMETADATA (DEPTH 1) \"\" (" + config + ")\n" +
                           "S: * METADATA \"\" (" + config + "/mailbox-root {3}\nS: COI)\n" + R"(
S: c2 OK
C: c3 NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: c3 OK
C: c4 LIST "" "COI/Chats"
S: c4 OK
)",
                       read_settings);
    EXPECT_TRUE(settings->coi);
    EXPECT_FALSE(settings->enabled);
    EXPECT_EQ(settings->filter, "none");
    EXPECT_EQ(settings->chats_folder, "");
}

TEST(CoiServer, TheSeparatorIsTheServersAndThePrefixMayBePartOfTheRoot) {
    for (const std::string root : {"INBOX.COI", "COI"}) {
        const auto settings = once<Settings>(opening("METADATA COI NAMESPACE") + "C: c2 GETMETADATA (DEPTH 1) \"\" (" +
                                                 config + ")\n" + "S: * METADATA \"\" (" + config + "/enabled yes " +
                                                 config + "/mailbox-root \"" + root + "\")\n" + R"(
S: c2 OK
C: c3 NAMESPACE
S: * NAMESPACE (("INBOX." ".")) NIL NIL
S: c3 OK
C: c4 LIST "" "INBOX.COI.Chats"
S: * LIST () "." INBOX.COI.Chats
S: c4 OK
)",
                                             read_settings);
        EXPECT_EQ(settings->chats_folder, "INBOX.COI.Chats") << root;
    }
}

TEST(CoiServer, SettingsAreAskedOneByOneWhereDepthIsNotUnderstood) {
    const auto settings = once<Settings>(
        opening("METADATA COI NAMESPACE") + "C: c2 GETMETADATA (DEPTH 1) \"\" (" + config + ")\nS: c2 BAD what?\n" +
            "C: c3 GETMETADATA \"\" (" + config + "/enabled)\nS: * METADATA \"\" (" + config +
            "/enabled yes)\nS: c3 OK\n" + "C: c4 GETMETADATA \"\" (" + config + "/mailbox-root)\nS: * METADATA \"\" (" +
            config + "/mailbox-root NIL)\nS: c4 OK\n" + "C: c5 GETMETADATA \"\" (" + config +
            "/message-filter)\nS: * METADATA \"\" (" + config + "/message-filter seen)\nS: c5 OK\n" + R"(
C: c6 NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: c6 OK
C: c7 LIST "" "COI/Chats"
S: * LIST (\NonExistent) "/" COI/Chats
S: c7 OK
)",
        read_settings);
    EXPECT_TRUE(settings->enabled);
    EXPECT_EQ(settings->filter, "seen");
    EXPECT_EQ(settings->chats_folder, "");
}

TEST(CoiServer, TheFilterIsSetAndCoiIsSwitchedOff) {
    plays(opening("METADATA COI") + "C: c2 SETMETADATA \"\" (" + config + "/enabled \"yes\")\nS: c2 OK\n" +
              "C: c3 SETMETADATA \"\" (" + config + "/message-filter \"active\")\nS: c3 OK\n" +
              "C: c4 SETMETADATA \"\" (" + config + "/enabled NIL)\nS: c4 OK\n",
          tls, [](ImapClient& client) -> awaitable<bool> {
              co_return (co_await coi::write_server_settings(client, "active")).has_value() &&
                  (co_await coi::write_server_settings(client, "")).has_value();
          });
}

TEST(CoiServer, OtherServersAreAskedNothing) {
    const auto settings = once<Settings>(opening("METADATA NAMESPACE"), read_settings);
    EXPECT_FALSE(settings->coi);
}

}  // namespace
