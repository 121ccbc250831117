// IMAP responses: the examples of the RFCs as they stand there, what living servers write instead, and what must be
// refused.

#include "coi/net/imap_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace coi::net;
using coi::ErrorKind;
using coi::Result;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;
using Entry = std::pair<std::string, std::optional<std::string>>;

Result<ImapResponse> parse(std::string_view bytes) {
    auto line = take_imap_line(bytes, {});
    if (!line) return line.error();
    if (!*line) return coi::malformed("not complete");
    EXPECT_EQ(bytes, "") << "bytes are left";
    return parse_imap(std::move(**line));
}

template <class T>
T read(std::string_view bytes) {
    auto response = parse(bytes);
    if (!response) {
        ADD_FAILURE() << response.error().text;
        return {};
    }
    if (auto* data = std::get_if<T>(&response->data)) return std::move(*data);
    ADD_FAILURE() << "read as something else: " << bytes;
    return {};
}

void refuses(std::string_view bytes) {
    auto response = parse(bytes);
    ASSERT_FALSE(response) << bytes;
    EXPECT_EQ(response.error().kind, ErrorKind::malformed) << bytes;
}

/// A response that cannot be read is passed by: it ends no session.
ImapResponse breaks(std::string_view bytes) {
    auto response = parse(bytes);
    if (!response || !response->broken) ADD_FAILURE() << bytes;
    return response ? std::move(*response) : ImapResponse{};
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs(const std::vector<ImapRange>& ranges) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (const auto& range : ranges) out.emplace_back(range.first, range.last);
    return out;
}

TEST(ImapResponse, StatusOfRfc9051Section7_1) {
    const auto alert = read<ImapStatus>("* OK [ALERT] System shutdown in 10 minutes\r\n");
    EXPECT_EQ(alert.kind, ImapStatus::Kind::ok);
    EXPECT_EQ(alert.code.name, "ALERT");
    EXPECT_EQ(alert.text, "System shutdown in 10 minutes");
    EXPECT_EQ(read<ImapStatus>("* BYE Autologout; idle for too long\r\n").kind, ImapStatus::Kind::bye);
    EXPECT_EQ(read<ImapStatus>("* PREAUTH IMAP4rev2 server logged in as Smith\r\n").kind, ImapStatus::Kind::preauth);
    const auto disk = read<ImapStatus>("* NO Disk is 98% full, please delete unnecessary data\r\n");
    EXPECT_EQ(disk.kind, ImapStatus::Kind::no);
    EXPECT_EQ(disk.code.name, "");
    auto tagged = parse("A223 NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
    ASSERT_TRUE(tagged);
    EXPECT_EQ(tagged->tag, "A223");
    EXPECT_TRUE(tagged->tagged());
    EXPECT_EQ(std::get<ImapStatus>(tagged->data).code.name, "AUTHENTICATIONFAILED");
}

TEST(ImapResponse, CodesWithNumbersListsAndBrackets) {
    const auto uidnext = read<ImapStatus>("* OK [UIDNEXT 4392] Predicted next UID\r\n");
    EXPECT_EQ(uidnext.code.name, "UIDNEXT");
    EXPECT_EQ(uidnext.code.number, 4392u);
    EXPECT_EQ(read<ImapStatus>("* OK [HIGHESTMODSEQ 18446744073709551615]\r\n").code.number, UINT64_MAX);
    const auto flags = read<ImapStatus>("* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited\r\n");
    EXPECT_EQ(flags.code.argument, "(\\Deleted \\Seen \\*)");
    EXPECT_EQ(flags.text, "Limited");
    const auto quoted = read<ImapStatus>("* NO [BADCHARSET (\"a]b\" utf-8)] no\r\n");
    EXPECT_EQ(quoted.code.argument, "(\"a]b\" utf-8)");
    EXPECT_EQ(quoted.text, "no");
    EXPECT_EQ(read<ImapStatus>("* OK [capability IMAP4rev1 Idle] hi\r\n").code.name, "CAPABILITY");
    EXPECT_EQ(read<ImapStatus>("* OK [no end of this code\r\n").text, "[no end of this code");
    EXPECT_EQ(read<ImapStatus>("* OK\r\n").text, "");
}

TEST(ImapResponse, FreeTextAnnouncesNoLiteral) {
    EXPECT_EQ(read<ImapStatus>("* OK see chapter {12}\r\n").text, "see chapter {12}");
    EXPECT_EQ(read<ImapStatus>("a1 NO {3}\r\n").text, "{3}");
    EXPECT_EQ(read<ImapContinuation>("+ ready for {10}\r\n").text, "ready for {10}");
}

TEST(ImapResponse, ContinuationsWithAndWithoutText) {
    EXPECT_EQ(read<ImapContinuation>("+ idling\r\n").text, "idling");
    EXPECT_EQ(read<ImapContinuation>("+ \r\n").text, "");
    EXPECT_EQ(read<ImapContinuation>("+\r\n").text, "");
}

TEST(ImapResponse, CapabilitiesOfRfc9051Section7_2_2) {
    EXPECT_THAT(
        read<ImapCapabilities>("* CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED XPIG-LATIN\r\n").names,
        ElementsAre("STARTTLS", "AUTH=GSSAPI", "IMAP4REV2", "LOGINDISABLED", "XPIG-LATIN"));
    EXPECT_THAT(read<ImapEnabled>("* ENABLED CONDSTORE X-GOOD-IDEA\r\n").names,
                ElementsAre("CONDSTORE", "X-GOOD-IDEA"));
    EXPECT_THAT(read<ImapEnabled>("* ENABLED\r\n").names, ElementsAre());
    EXPECT_THAT(read<ImapCapabilities>("* CAPABILITY  IMAP4rev1  IDLE \r\n").names, ElementsAre("IMAP4REV1", "IDLE"));
}

TEST(ImapResponse, MailboxCounts) {
    EXPECT_EQ(read<ImapExists>("* 23 EXISTS\r\n").count, 23u);
    EXPECT_EQ(read<ImapExpunge>("* 44 EXPUNGE\r\n").sequence, 44u);
    EXPECT_EQ(read<ImapOther>("* 5 RECENT\r\n").name, "RECENT");
    EXPECT_EQ(read<ImapOther>("* FLAGS (\\Answered \\Flagged)\r\n").name, "FLAGS");
    EXPECT_EQ(read<ImapOther>("* XNONSENSE ((( \"\r\n").name, "XNONSENSE");
    breaks("* 99999999999 EXISTS\r\n");
}

TEST(ImapResponse, FetchOfRfc9051Section7_5_2) {
    const auto fetch = read<ImapFetch>("* 23 FETCH (FLAGS (\\Seen) RFC822.SIZE 44827 UID 447)\r\n");
    EXPECT_EQ(fetch.sequence, 23u);
    EXPECT_EQ(fetch.uid, 447u);
    EXPECT_EQ(fetch.size, 44827u);
    EXPECT_FALSE(fetch.has_body);
}

TEST(ImapResponse, FetchTellsWhetherAMailIsSeenAndWhenItCame) {
    EXPECT_TRUE(read<ImapFetch>("* 23 FETCH (FLAGS (\\Seen) UID 447)\r\n").seen);
    EXPECT_TRUE(read<ImapFetch>("* 23 FETCH (FLAGS ($Chat \\SEEN))\r\n").seen);
    EXPECT_FALSE(read<ImapFetch>("* 23 FETCH (FLAGS (\\Seenot $Seen))\r\n").seen);
    EXPECT_FALSE(read<ImapFetch>("* 23 FETCH (FLAGS ())\r\n").seen);
    // [RFC 3501 §7.4.2]
    EXPECT_EQ(read<ImapFetch>("* 2 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" UID 9)\r\n").date,
              "17-Jul-1996 02:44:25 -0700");
}

TEST(ImapResponse, FetchWithABodyAsLiteral) {
    const auto fetch =
        read<ImapFetch>("* 12 FETCH (BODY[] {14}\r\nA: b\r\n\r\n) {3}\n UID 7 FLAGS ($Chat NonJunk))\r\n");
    EXPECT_EQ(fetch.body, "A: b\r\n\r\n) {3}\n");
    EXPECT_EQ(fetch.uid, 7u);
    EXPECT_EQ(read<ImapFetch>("* 1 FETCH (BODY[]<0> {2}\r\nhi)\r\n").body, "hi");
    EXPECT_EQ(read<ImapFetch>("* 1 FETCH (BODY[] ~{2}\r\nh\xff)\r\n").body, "h\xff");
    EXPECT_EQ(read<ImapFetch>("* 1 FETCH (BODY[] {2+}\r\nhi)\r\n").body, "hi");
    EXPECT_EQ(read<ImapFetch>("* 1 FETCH (BODY[] {0}\r\n)\r\n").body, "");
    EXPECT_EQ(read<ImapFetch>("* 1 FETCH (body[] \"a\\\"\\\\b\")\r\n").body, "a\"\\b");
    const auto none = read<ImapFetch>("* 1 FETCH (UID 3 BODY[] NIL)\r\n");
    EXPECT_TRUE(none.has_body);
    EXPECT_FALSE(none.body);
    EXPECT_FALSE(read<ImapFetch>("* 1 FETCH (BODY[]<7> {2}\r\nhi)\r\n").has_body) << "the middle of a mail";
}

TEST(ImapResponse, FetchItemsThatAreNotOursAreSkipped) {
    const auto fetch = read<ImapFetch>(
        "* 12 FETCH (BODY[HEADER.FIELDS (DATE \"FR]OM\")] {4}\r\nDate ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 "
        "(PDT)\" "
        "\"IMAP4rev2 WG mtg\" ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) NIL NIL) BODYSTRUCTURE ((\"TEXT\" "
        "\"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)(\"TEXT\" \"PLAIN\" NIL NIL NIL \"BASE64\" 4554 "
        "73) "
        "\"MIXED\") X-GM-LABELS (\\Inbox \"\\\\Sent\" Foo) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" MODSEQ (65402) "
        "UID 9)\r\n");
    EXPECT_EQ(fetch.uid, 9u);
    EXPECT_EQ(fetch.modseq, 65402u);
    EXPECT_FALSE(fetch.has_body);
}

TEST(ImapResponse, OfBrokenFetchesIsKeptWhatStandsBeforeTheBreak) {
    const auto fetch = [](const std::string& bytes) { return std::get<ImapFetch>(breaks(bytes).data); };
    EXPECT_EQ(fetch("* 12 FETCH (UID 7\r\n").uid, 7u);
    EXPECT_EQ(fetch("* 12 FETCH (UID )\r\n").uid, 0u);
    EXPECT_EQ(fetch("* 12 FETCH UID 7\r\n").uid, 0u);
    EXPECT_FALSE(fetch("* 12 FETCH (BODY[ {1}\r\nx)\r\n").has_body);
    EXPECT_FALSE(fetch("* 12 FETCH (BODY[] \"no end)\r\n").has_body);
    EXPECT_EQ(fetch("* 12 FETCH (UID 7) and more\r\n").uid, 7u);
    EXPECT_EQ(fetch("* 12 FETCH (UID 4294967296)\r\n").uid, 0u);
    EXPECT_EQ(fetch("* 12 FETCH (UID 7 X " + std::string(100, '(') + std::string(100, ')') + ")\r\n").uid, 7u);
    EXPECT_TRUE(fetch("* 12 FETCH (UID 7 BODY[]<0> {2}\r\nhi there)\r\n").has_body) << "but it is broken";
    const auto blank =
        read<ImapFetch>("* 12 FETCH (UID 7 BODY[]<0> {2}\r\nhi\r\n");  // its ")" comes on a line of its own
    EXPECT_EQ(blank.body, "hi");
}

TEST(ImapResponse, FlagsAreWhateverProgramsSet) {
    for (const char* flags :
         {"(\\Seen OIB-Seen-[Gmail]/Important)", "(\\Seen [css3-page)", "(a]b)", "(Caf\xc3\xa9)", "(\"My (Flag)\" x)",
          "(\\Seen  \\Answered )", "NIL", "(\\*)", "(a{b})", "(a\\b)", "(a%b)", "(\\)", "()", "(x{3})"}) {
        const auto fetch = read<ImapFetch>("* 2 FETCH (FLAGS " + std::string(flags) + " RFC822.SIZE 5 UID 9 )\r\n");
        EXPECT_EQ(fetch.uid, 9u) << flags;
        EXPECT_EQ(fetch.size, 5u) << flags;
    }
}

TEST(ImapResponse, ListOfRfc9051Section7_3_1) {
    const auto folder = read<ImapFolder>("* LIST (\\Marked \\NoSelect) \"/\" ~/Mail/foo\r\n");
    EXPECT_EQ(folder.name, "~/Mail/foo");
    EXPECT_EQ(folder.separator, '/');
    EXPECT_THAT(folder.attributes, UnorderedElementsAre("\\marked", "\\noselect"));
    EXPECT_EQ(read<ImapFolder>("* LIST () \"/\" inbox\r\n").name, "INBOX");
    EXPECT_EQ(read<ImapFolder>("* LIST () \"\\\\\" {5}\r\na\"b c\r\n").name, "a\"b c");
    EXPECT_EQ(read<ImapFolder>("* LIST () \"\\\\\" x\r\n").separator, '\\');
    EXPECT_EQ(read<ImapFolder>("* LIST (\\NonExistent) NIL \"\"\r\n").separator, '\0');
    EXPECT_EQ(read<ImapFolder>("* LIST (\\Sent) \".\" \"Gesendete Objekte\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n").name,
              "Gesendete Objekte");
    EXPECT_EQ(read<ImapFolder>("* LIST () \"/\" INBOX/[Gmail]\r\n").name, "INBOX/[Gmail]");
    breaks("* LIST \"/\" x\r\n");
}

TEST(ImapResponse, FoldersWithNamesThatAreNotQuotedAsTheyShouldBe) {
    const auto name = [](const std::string& rest) { return read<ImapFolder>("* LIST (\\Sent) " + rest + "\r\n").name; };
    EXPECT_EQ(name("\"/\" Posta in uscita"), "Posta in uscita");
    EXPECT_EQ(name("\"/\" INBOX/Da\tOggetto\tRicevuto\t"), "INBOX/Da\tOggetto\tRicevuto\t");
    EXPECT_EQ(name("\"/\" \"ab\"cd\""), "ab\"cd");
    EXPECT_EQ(name("\"/\" Mail(old)"), "Mail(old)");
    EXPECT_EQ(name("\"/\" Entw\xc3\xbcrfe"), "Entw\xc3\xbcrfe");
    EXPECT_EQ(name("\"\\\" INBOX\\x"), "INBOX\\x");
    EXPECT_EQ(name("\"/\" {5}\r\na \"b\""), "a \"b\"");
    const auto bare = read<ImapFolder>("* LIST (\\HasNoChildren \\ \\Sent) \"/\" \"Argos\"\r\n");
    EXPECT_TRUE(bare.attributes.contains("\\sent"));
    EXPECT_EQ(bare.name, "Argos");
}

TEST(ImapResponse, SearchAndEsearch) {
    EXPECT_THAT(pairs(read<ImapSearch>("* SEARCH 2 3 6\r\n").found), ElementsAre(Pair(2, 2), Pair(3, 3), Pair(6, 6)));
    EXPECT_THAT(pairs(read<ImapSearch>("* SEARCH\r\n").found), ElementsAre());
    EXPECT_THAT(pairs(read<ImapSearch>("* SEARCH \r\n").found), ElementsAre());
    EXPECT_THAT(pairs(read<ImapSearch>("* SEARCH 2 5 (MODSEQ 917162500)\r\n").found),
                ElementsAre(Pair(2, 2), Pair(5, 5)));
    // RFC 4731 §3.1, RFC 9051 §7.3.4
    const auto found = read<ImapSearch>("* ESEARCH (TAG \"A285\") UID MIN 7 MAX 3800 COUNT 3 ALL 1:17,21\r\n");
    EXPECT_EQ(found.min, 7u);
    EXPECT_EQ(found.max, 3800u);
    EXPECT_EQ(found.count, 3u);
    EXPECT_THAT(pairs(found.found), ElementsAre(Pair(1, 17), Pair(21, 21)));
    EXPECT_FALSE(read<ImapSearch>("* ESEARCH (TAG \"A283\")\r\n").count);
    EXPECT_THAT(pairs(std::get<ImapSearch>(breaks("* SEARCH 2 x\r\n").data).found), ElementsAre(Pair(2, 2)));
}

TEST(ImapResponse, VanishedOfRfc7162Section3_2_10) {
    const auto earlier = read<ImapVanished>("* VANISHED (EARLIER) 41,43:116,118,120:211,214:540\r\n");
    EXPECT_TRUE(earlier.earlier);
    EXPECT_THAT(pairs(earlier.uids),
                ElementsAre(Pair(41, 41), Pair(43, 116), Pair(118, 118), Pair(120, 211), Pair(214, 540)));
    const auto now = read<ImapVanished>("* VANISHED 505,510:507\r\n");
    EXPECT_FALSE(now.earlier);
    EXPECT_THAT(pairs(now.uids), ElementsAre(Pair(505, 505), Pair(507, 510)));
    breaks("* VANISHED 5,\r\n");
    breaks("* VANISHED 1:*\r\n");
}

TEST(ImapResponse, MetadataOfRfc5464Section4_4) {
    const auto one = read<ImapMetadata>("* METADATA \"\" (/shared/comment \"Shared comment\")\r\n");
    EXPECT_EQ(one.mailbox, "");
    EXPECT_THAT(one.entries, ElementsAre(Entry("/shared/comment", "Shared comment")));
    const auto literal = read<ImapMetadata>(
        "* METADATA \"\" (/private/vendor/vendor.dovecot/coi/config/enabled {3}\r\nyes "
        "/private/vendor/vendor.dovecot/coi/config/"
        "mailbox-root {3}\r\nCOI /private/x NIL)\r\n");
    ASSERT_EQ(literal.entries.size(), 3u);
    EXPECT_EQ(literal.entries[1].second, "COI");
    EXPECT_EQ(literal.entries[2].second, std::nullopt);
    EXPECT_THAT(read<ImapMetadata>("* METADATA \"INBOX\" /shared/comment /private/comment\r\n").entries,
                ElementsAre(Entry("/shared/comment", std::nullopt), Entry("/private/comment", std::nullopt)));
    EXPECT_THAT(read<ImapMetadata>("* METADATA \"\" (/private/x yes)\r\n").entries,
                ElementsAre(Entry("/private/x", "yes")));
    breaks("* METADATA \"\" (/private/x)\r\n");
}

TEST(ImapResponse, NamespaceOfRfc2342Section5) {
    const auto simple = read<ImapNamespaces>("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
    EXPECT_THAT(simple.personal, ElementsAre(Pair("", '/')));
    const auto cyrus = read<ImapNamespaces>("* NAMESPACE ((\"INBOX.\" \".\")) NIL  NIL\r\n");
    EXPECT_THAT(cyrus.personal, ElementsAre(Pair("INBOX.", '.')));
    const auto all = read<ImapNamespaces>(
        "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) ((\"~\" \"/\")) ((\"#shared/\" "
        "\"/\")"
        "(\"#public/\" \"/\"))\r\n");
    EXPECT_THAT(all.personal, ElementsAre(Pair("", '/'), Pair("#mh/", '/')));
    EXPECT_THAT(all.others, ElementsAre(Pair("~", '/')));
    EXPECT_THAT(all.shared, ElementsAre(Pair("#shared/", '/'), Pair("#public/", '/')));
}

TEST(ImapResponse, IdOfRfc2971Section3_2) {
    EXPECT_THAT(read<ImapId>("* ID (\"name\" \"Cyrus\" \"version\" \"1.5\" \"os\" NIL)\r\n").fields,
                ElementsAre(Entry("name", "Cyrus"), Entry("version", "1.5"), Entry("os", std::nullopt)));
    EXPECT_THAT(read<ImapId>("* ID NIL\r\n").fields, ElementsAre());
}

TEST(ImapResponse, LinesThatAreNoResponseAreRefused) {
    refuses("\r\n");
    refuses("220 mx ESMTP\r\n");
    refuses("HTTP/1.1 400 Bad Request\r\n");
    refuses("a1 FETCH\r\n");
    refuses("a1 BYE\r\n");
    refuses("*\r\n");
    breaks("* \r\n");
    refuses(std::string(40, 'a') + " OK\r\n");
}

TEST(ImapResponse, IsTakenFromTheWireOnlyWhenItIsComplete) {
    const std::string whole = "* 1 FETCH (BODY[] {3}\r\nabc FLAGS ())\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::string_view part(whole.data(), size);
        auto line = take_imap_line(part, {});
        ASSERT_TRUE(line);
        EXPECT_FALSE(*line) << size;
        EXPECT_EQ(part.size(), size);
    }
    const std::string two = whole + "* 2 EXISTS\r\n";
    std::string_view rest = two;
    EXPECT_TRUE(*take_imap_line(rest, {}));
    EXPECT_EQ(rest, "* 2 EXISTS\r\n");
}

TEST(ImapResponse, KeepsItsLimits) {
    const auto over = [](std::string_view bytes, ImapLimits limits) {
        auto line = take_imap_line(bytes, limits);
        return !line && line.error().kind == ErrorKind::limit;
    };
    const std::string literal = "* 1 FETCH (BODY[] {5}\r\nabcde)\r\n";
    EXPECT_FALSE(over(literal, {.literal = 5}));
    EXPECT_TRUE(over(literal, {.literal = 4}));
    EXPECT_TRUE(over("* 1 FETCH (BODY[] {9999999999999999999}\r\n", {}));
    EXPECT_TRUE(over("* LIST {1}\r\na {1}\r\nb {1}\r\nc\r\n", {.literals = 2}));
    EXPECT_TRUE(over("* LIST {3}\r\nabc {3}\r\ndef\r\n", {.literal = 5}));
    EXPECT_TRUE(over("* OK " + std::string(100, 'x'), {.line = 50})) << "even before its end";
    EXPECT_TRUE(
        over("* LIST {0}\r\n" + std::string(40, 'x') + " {0}\r\n" + std::string(40, 'x') + "\r\n", {.text = 60}));
}

}  // namespace
