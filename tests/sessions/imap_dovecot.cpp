// The same client on a real Dovecot: logins, folders, mails, copies, waits, a COI server's settings, the search for a
// key, and the check before a mailbox is linked.
//
// Capabilities of Dovecot can be hidden from the client, which then takes the older way of the protocol. What
// imap_works.h does and expects is the same in the scripted dialogues.

#include <gmock/gmock.h>

#include "coi/crypt/autocrypt.h"
#include "coi/key_search.h"
#include "coi/mail/date.h"
#include "coi/net/connect.h"
#include "coi/server_settings.h"
#include "gateway/transport/mailbox_check.h"
#include "tests/sessions/imap_works.h"
#include "tests/support/dovecot_peer.h"
#include "tests/support/run_until.h"

namespace {

using coi::ErrorKind;
using coi::KeyTrace;
using coi::Result;
using coi::net::awaitable;
using coi::net::ImapClient;
using coi::net::Stream;
using coi::net::Timeout;
using namespace dialogue;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// What client and server said.
struct Heard {
    std::string client, server;
};

/// Notes what is said, and makes words of the server illegible.
class Overheard : public Stream {
  public:
    Overheard(std::unique_ptr<Stream> inner, std::shared_ptr<Heard> heard, std::vector<std::string> hidden)
        : inner_(std::move(inner)), heard_(std::move(heard)), hidden_(std::move(hidden)) {}

    awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout timeout) override {
        if (said_.empty()) {
            std::string said(64 * 1024, '\0');  // more than a line of capabilities, which comes at once
            auto count = co_await inner_->read_some(said, timeout);
            if (!count) co_return count;
            said.resize(*count);
            for (const auto& word : hidden_)
                for (auto at = said.find(word); at != std::string::npos; at = said.find(word, at))
                    said.replace(at, word.size(), word.size(), 'X');
            heard_->server += said;
            said_ = std::move(said);
        }
        const std::size_t count = said_.copy(into.data(), into.size());
        said_.erase(0, count);
        co_return count;
    }
    awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) override {
        heard_->client += bytes;
        return inner_->write(bytes, timeout);
    }
    awaitable<Result<void>> start_tls(const std::string& host, Timeout timeout) override {
        return inner_->start_tls(host, timeout);
    }
    bool encrypted() const override { return inner_->encrypted(); }
    void close() noexcept override { inner_->close(); }

  private:
    std::unique_ptr<Stream> inner_;
    std::shared_ptr<Heard> heard_;
    std::vector<std::string> hidden_;
    std::string said_;
};

struct ImapDovecot : testing::Test {
    support::Dovecot dovecot;
    coi::net::TlsContext tls{dovecot.ca().file()};
    boost::asio::io_context context;
    std::shared_ptr<Heard> heard;
    std::unique_ptr<ImapClient> client;
    std::optional<Result<bool>> ended;  // the wait of wait()

    Result<void> open(const coi::net::Endpoint& server, const coi::net::Login& login,
                      std::vector<std::string> hidden = {}) {
        auto stream = support::run(context, coi::net::connect(tls, server, {true, true}, 5s));
        if (!stream) return stream.error();
        heard = std::make_shared<Heard>();
        if (!hidden.empty()) hidden.emplace_back("IMAP4rev2");  // has most of the others in it
        client =
            std::make_unique<ImapClient>(std::make_unique<Overheard>(std::move(*stream), heard, std::move(hidden)));
        return support::run(context, client->open(server, login));
    }
    /// A session in which the server has none of the words `hidden`.
    void session(std::vector<std::string> hidden = {}) {
        const auto opened = open(dovecot.tls(), dovecot.login(), std::move(hidden));
        if (!opened) throw std::runtime_error(opened.error().text);
    }
    bool does(const Work& work) { return support::run(context, work(*client)); }

    /// Another program puts a mail into a folder.
    void put(const std::string& mail, const std::string& folder = "INBOX") {
        dovecot.other({"append", folder, "", mail});
    }
    void put(int mails) {
        for (int i = 0; i < mails; ++i) put("From: a\r\n\r\n" + std::string(static_cast<std::size_t>(i), 'x'));
    }
    std::string flags_of(const std::string& uid, const std::string& folder = "INBOX") {
        dovecot.other({"select", folder});
        return dovecot.other({"uid", "FETCH", uid, "(FLAGS)"});
    }
    void expunge(const std::string& uid) {
        dovecot.other({"select", "INBOX"});
        dovecot.other({"uid", "STORE", uid, "+FLAGS", "(\\Deleted)"});
        dovecot.other({"expunge"});
    }

    void wait(Timeout poll = 1min) {
        ended.reset();
        boost::asio::co_spawn(context, client->wait_for_news(20min, poll),
                              [this](std::exception_ptr, Result<bool> result) { ended = std::move(result); });
    }
    bool until_server_says(const std::string& words) {
        return run_until(context, [&] { return heard->server.find(words) != std::string::npos; });
    }
    bool until_news() {
        return run_until(context, [&] { return ended.has_value(); }) && *ended && **ended;
    }
};

// Login

TEST_F(ImapDovecot, EachWayToLogIn) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> ways = {
        {{}, "c1 AUTHENTICATE SCRAM-SHA-256 "},
        {{"SCRAM-SHA-256"}, "c1 AUTHENTICATE SCRAM-SHA-1 "},
        {{"SCRAM-"}, "c1 AUTHENTICATE PLAIN AHJvbWVv"},
        {{"SCRAM-", "SASL-IR"}, "c1 AUTHENTICATE PLAIN\r\nAHJvbWVv"},
        {{"SCRAM-", "AUTH=PLAIN"}, "c1 AUTHENTICATE LOGIN\r\n"},
        {{"AUTH="}, "c1 LOGIN \"romeo@mail.test\" \"secret\"\r\n"}};
    for (const auto& [hidden, way] : ways) {
        const auto opened = open(dovecot.tls(), dovecot.login(), hidden);
        ASSERT_TRUE(opened) << way << ": " << opened.error().text;
        EXPECT_THAT(heard->client, HasSubstr(way));
        EXPECT_TRUE(client->can("COI")) << "which is announced only after the login";
        EXPECT_FALSE(client->can("AUTH=PLAIN"));
        EXPECT_TRUE(does(selects("INBOX", {0, 1, 0})));
    }
}

TEST_F(ImapDovecot, StarttlsComesBeforeThePassword) {
    const auto opened = open(dovecot.starttls(), dovecot.login(), {"SCRAM-"});
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_TRUE(heard->client.starts_with("c1 STARTTLS\r\nc2 CAPABILITY\r\nc3 AUTHENTICATE PLAIN ")) << heard->client;
    ASSERT_FALSE(open(dovecot.starttls(), dovecot.login(), {"STARTTLS"}));
    EXPECT_EQ(heard->client, "") << "without STARTTLS nothing is said";
}

TEST_F(ImapDovecot, AWrongPasswordIsPermanentAndInNoError) {
    for (const std::vector<std::string>& hidden : {std::vector<std::string>{}, {"SCRAM-"}, {"AUTH="}}) {
        const auto opened = open(dovecot.tls(), {"romeo@mail.test", "hunter2", false}, hidden);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, ErrorKind::auth) << opened.error().text;
        EXPECT_TRUE(opened.error().permanent);
        EXPECT_THAT(opened.error().text, Not(HasSubstr("hunter2")));
        EXPECT_FALSE(client->usable());
    }
}

TEST_F(ImapDovecot, LogoutSaysFarewell) {
    session();
    support::run(context, client->logout());
    EXPECT_THAT(heard->server, HasSubstr("* BYE "));
    EXPECT_FALSE(client->usable());
}

// Folders

TEST_F(ImapDovecot, SelectsByExamine) {
    put(3);
    session();
    EXPECT_TRUE(does(selects("INBOX", {0, 4, 3})));
    EXPECT_THAT(heard->client, HasSubstr(" EXAMINE \"INBOX\"\r\n"));
    EXPECT_THAT(flags_of("3"), HasSubstr("\\\\Recent")) << "our look at the folder took nothing from other programs";
    const auto gone = support::run(context, client->select("Nowhere"));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, ErrorKind::refused);
    EXPECT_THAT(gone.error().text, HasSubstr("doesn't exist")) << "without a code of RFC 5530";
    EXPECT_TRUE(does(selects("INBOX", {0, 4, 3}))) << "the session goes on";
    session({"ENABLE"});
    EXPECT_TRUE(does(selects("INBOX", {0, 4, 3})));
    EXPECT_THAT(heard->client, HasSubstr(" EXAMINE \"INBOX\" (CONDSTORE)\r\n"));
}

TEST_F(ImapDovecot, AFolderThatIsMadeAnewHasAnotherUidvalidity) {
    session();
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 3; ++i) {
        dovecot.other({"create", "Box"});
        put("From: a\r\n\r\n", "Box");
        const auto box = support::run(context, client->select("Box"));
        ASSERT_TRUE(box) << box.error().text;
        EXPECT_EQ(box->uid_next, 2u);
        EXPECT_TRUE(seen.insert(box->uid_validity).second);
        EXPECT_TRUE(does(selects("INBOX", {0, 1, 0})));
        dovecot.other({"delete", "Box"});
    }
}

TEST_F(ImapDovecot, FindsFolders) {
    for (const std::vector<std::string>& hidden : {std::vector<std::string>{}, {"SPECIAL-USE", "NAMESPACE"}}) {
        session(hidden);
        EXPECT_TRUE(does(finds_sent("Sent")));
        EXPECT_TRUE(does(has_space("", '.')));
    }
    EXPECT_THAT(heard->client, Not(HasSubstr("NAMESPACE")));
}

TEST_F(ImapDovecot, FolderNamesMayBeOfAnyLanguage) {
    session();
    dovecot.other({"create", "Entw&APw-rfe"});
    EXPECT_TRUE(does(all({appends("Entwürfe", "", "A: b\r\n\r\n"), selects("Entwürfe", {0, 2, 1})}))) << heard->client;
}

// Mails

TEST_F(ImapDovecot, ListsFromAUidOn) {
    session();
    EXPECT_TRUE(does(all({selects("INBOX", {0, 1, 0}), lists(1, {})}))) << "an empty folder";
    put(3);
    EXPECT_TRUE(does(all({selects("INBOX", {0, 4, 3}), lists(1, {{1, 11}, {2, 12}, {3, 13}}), lists(3, {{3, 13}})})));
    EXPECT_TRUE(does(lists(4, {}))) << "not the last one again";
    expunge("2");
    EXPECT_TRUE(does(all({selects("INBOX", {0, 4, 2}), lists(1, {{1, 11}, {3, 13}})})));
}

TEST_F(ImapDovecot, FetchesAMailWithoutMarkingIt) {
    const std::string mail = "From: a\r\n\r\n) {12}\r\n* BYE\r\nc4 OK\r\n)";
    std::string large = "From: a\r\n\r\n";
    for (int i = 0; large.size() < 3'000'000; ++i) large += std::to_string(i) + "\r\n";
    put(mail);
    put(large);
    session();
    EXPECT_TRUE(does(selects("INBOX", {0, 3, 2})));
    EXPECT_TRUE(does(fetches(1, 1000, mail)));
    EXPECT_TRUE(does(fetches(2, 4'000'000, large)));
    EXPECT_TRUE(does(finds_too_big(2, large.size() - 1)));
    EXPECT_TRUE(does(fetches(2, large.size(), large)));
    EXPECT_THAT(heard->client, HasSubstr("(UID BODY.PEEK[]<0.1001>)"));
    EXPECT_THAT(flags_of("1,2"), Not(HasSubstr("Seen")));
    const auto header = support::run(context, client->fetch_header(2, 1000));
    EXPECT_TRUE(header && *header == "From: a\r\n\r\n");
}

TEST_F(ImapDovecot, AMailThatIsGoneIsNoError) {
    put(3);
    session();
    EXPECT_TRUE(does(selects("INBOX", {0, 4, 3})));
    EXPECT_TRUE(does(lists(1, {{1, 11}, {2, 12}, {3, 13}})));
    expunge("2");
    EXPECT_TRUE(does(all({fetches(2, 1000, {}), fetches(3, 1000, "From: a\r\n\r\nxx"), fetches(9, 1000, {})})));
}

TEST_F(ImapDovecot, AppendsWithAndWithoutWaiting) {
    const std::string mail = "A: b\r\n\r\n" + std::string(100'000, 'x') + "\r\n";
    for (const std::vector<std::string>& hidden : {std::vector<std::string>{}, {"LITERAL+"}}) {
        session(hidden);
        EXPECT_TRUE(does(cannot_append("Nowhere", mail)));
        EXPECT_TRUE(does(appends("Sent", "\\Seen $Chat", mail)));
        EXPECT_THAT(heard->client,
                    HasSubstr(hidden.empty() ? " (\\Seen $Chat) {100010+}\r\n" : " (\\Seen $Chat) {100010}\r\n"));
    }
    EXPECT_TRUE(does(all({selects("Sent", {0, 3, 2}), fetches(1, mail.size(), mail), fetches(2, mail.size(), mail)})));
    EXPECT_THAT(flags_of("2", "Sent"), testing::AllOf(HasSubstr("\\\\Seen"), HasSubstr("$Chat")));
}

// Waiting

TEST_F(ImapDovecot, IdleEndsWithNewMailAndWithNothingElse) {
    put(3);
    session();
    EXPECT_TRUE(does(selects("INBOX", {0, 4, 3})));
    EXPECT_TRUE(does(lists(4, {})));
    wait();
    ASSERT_TRUE(until_server_says("+ idling"));
    dovecot.other({"select", "INBOX"});
    dovecot.other({"uid", "STORE", "1", "+FLAGS", "(\\Seen)"});
    ASSERT_TRUE(until_server_says("\\Seen"));
    expunge("2");
    ASSERT_TRUE(until_server_says("* VANISHED 2")) << "by QRESYNC, which the client enables";
    EXPECT_FALSE(ended);
    put(1);
    EXPECT_TRUE(until_news());
    EXPECT_TRUE(does(lists(4, {{4, 11}})));
    wait();  // the session goes on, and the news were taken
    put(1);
    EXPECT_TRUE(until_news());
    EXPECT_TRUE(does(lists(5, {{5, 11}})));
}

TEST_F(ImapDovecot, ExpungeIsToldToServersOldWay) {
    put(2);
    session({"QRESYNC"});
    EXPECT_TRUE(does(all({selects("INBOX", {0, 3, 2}), lists(3, {})})));
    wait();
    ASSERT_TRUE(until_server_says("+ idling"));
    expunge("1");
    ASSERT_TRUE(until_server_says("* 1 EXPUNGE"));
    EXPECT_FALSE(ended);
    put(1);  // as many as before
    EXPECT_TRUE(until_news());
}

TEST_F(ImapDovecot, NewsThatCameDuringAnotherCommandAreNotLost) {
    put(1);
    session();
    EXPECT_TRUE(does(all({selects("INBOX", {0, 2, 1}), lists(2, {})})));
    put(1);
    EXPECT_TRUE(does(all({fetches(1, 1000, "From: a\r\n\r\n"), waits(true)})));
}

TEST_F(ImapDovecot, NoopIsUsedWhereThereIsNoIdle) {
    session({"IDLE"});
    EXPECT_TRUE(does(all({selects("INBOX", {0, 1, 0}), lists(1, {})})));
    wait(1ms);
    put(1);
    EXPECT_TRUE(until_news());
    EXPECT_THAT(heard->client, testing::AllOf(HasSubstr(" NOOP\r\n"), Not(HasSubstr(" IDLE\r\n"))));
}

TEST_F(ImapDovecot, CloseEndsAWait) {
    session();
    EXPECT_TRUE(does(selects("INBOX", {0, 1, 0})));
    wait();
    ASSERT_TRUE(until_server_says("+ idling"));
    client.reset();  // the wait outlives its client
    ASSERT_TRUE(run_until(context, [&] { return ended.has_value(); }));
    EXPECT_EQ(ended->error().kind, ErrorKind::closed);
}

TEST_F(ImapDovecot, AnotherProgramsSeenFlagEndsAWait) {
    for (const std::vector<std::string>& hidden : {std::vector<std::string>{}, {"QRESYNC", "CONDSTORE"}, {"IDLE"}}) {
        put(2);
        session(hidden);
        const auto selected = support::run(context, client->select("INBOX"));
        ASSERT_TRUE(selected) << selected.error().text;
        wait(1s);
        const std::string uid = std::to_string(selected->uid_next - 1);
        dovecot.other({"select", "INBOX"});
        dovecot.other({"uid", "STORE", uid, "+FLAGS", "(\\Seen)"});
        ASSERT_TRUE(run_until(context, [&] { return ended.has_value(); }));
        ASSERT_TRUE(*ended);
        EXPECT_FALSE(**ended) << "it is no new mail";
        EXPECT_TRUE(client->take_seen_news());
        const auto seen = support::run(context, client->fates_of({selected->uid_next - 2, selected->uid_next - 1}));
        ASSERT_TRUE(seen) << seen.error().text;
        EXPECT_THAT(seen->seen, testing::ElementsAre(selected->uid_next - 1));
        EXPECT_THAT(seen->gone, testing::IsEmpty());
        dovecot.other({"uid", "STORE", std::to_string(selected->uid_next - 2), "+FLAGS", "(\\Deleted)"});
        dovecot.other({"expunge"});
        support::run(context, client->wait_for_news(200ms, 100ms));  // the server looks at its mailbox
        const auto fates = support::run(context, client->fates_of({selected->uid_next - 2, selected->uid_next - 1}));
        ASSERT_TRUE(fates) << fates.error().text;
        EXPECT_THAT(fates->gone, testing::ElementsAre(selected->uid_next - 2));
    }
}

TEST_F(ImapDovecot, TheMailsOfATalkAreFound) {
    put("From: juliet@capulet.example\r\nTo: romeo@mail.test\r\n\r\n");
    put("From: nurse@capulet.example\r\nTo: romeo@mail.test\r\n\r\njuliet@capulet.example\r\n");
    put("From: romeo@mail.test\r\nTo: Juliet <juliet@capulet.example>\r\n\r\n");
    session();
    ASSERT_TRUE(does(selects("INBOX", {0, 4, 3})));
    const auto mails = support::run(context, client->search_talk("juliet@capulet.example", 10));
    ASSERT_TRUE(mails) << mails.error().text;
    ASSERT_EQ(mails->size(), 2u);
    EXPECT_EQ((*mails)[0].uid, 1u);
    EXPECT_EQ((*mails)[1].uid, 3u);
    const auto came = coi::read_internal_date((*mails)[1].came);
    ASSERT_TRUE(came) << (*mails)[1].came;
    EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - *came), 1h);
    EXPECT_EQ(support::run(context, client->search_talk("juliet@capulet.example", 1))->at(0).uid, 3u);
}

TEST_F(ImapDovecot, FlagsAreAdded) {
    put(3);
    dovecot.other({"select", "INBOX"});
    dovecot.other({"uid", "STORE", "2", "+FLAGS", "($Chat)"});
    session();
    const auto open = support::run(context, client->select_to_change("INBOX"));
    ASSERT_TRUE(open) << open.error().text;
    EXPECT_NE(open->uid_validity, 0u);
    EXPECT_TRUE(open->keeps_seen);
    EXPECT_TRUE(open->keeps_keywords);
    ASSERT_TRUE(support::run(context, client->add_flags({1, 2, 77}, "\\Seen $MDNSent")));
    EXPECT_THAT(flags_of("2"), testing::AllOf(HasSubstr("$Chat"), HasSubstr("\\Seen"), HasSubstr("$MDNSent")));
    EXPECT_THAT(flags_of("3"), Not(HasSubstr("\\Seen")));
    const auto gone = support::run(context, client->select_to_change("Nowhere"));
    ASSERT_FALSE(gone);
    EXPECT_TRUE(gone.error().permanent);
    EXPECT_TRUE(client->usable());
}

// A COI server

TEST_F(ImapDovecot, SettingsOfACoiServer) {
    session();
    EXPECT_TRUE(does(has_entry("/private/vendor/vendor.dovecot/coi/config/enabled", {})));
    auto settings = support::run(context, coi::read_server_settings(*client));
    ASSERT_TRUE(settings) << settings.error().text;
    EXPECT_TRUE(settings->coi);
    EXPECT_FALSE(settings->enabled);
    dovecot.other({"enables_coi"});
    session();
    EXPECT_TRUE(does(has_entry("/private/vendor/vendor.dovecot/coi/config/mailbox-root", "Talk")));
    settings = support::run(context, coi::read_server_settings(*client));
    EXPECT_TRUE(settings && settings->enabled && settings->filter == "active" &&
                settings->chats_folder == "Talk.Chats");
}

// The search for a key of another program

TEST_F(ImapDovecot, FindsTheKeyOfAnotherProgram) {
    const coi::Address own{"", "romeo", "mail.test"};
    const std::string key = "Autocrypt: addr=romeo@mail.test; keydata=AAAA\r\n";
    const auto trace = [&] {
        session();
        const auto is_ours = [](const coi::autocrypt::Header& header) { return header.mark == "0123ab"; };
        auto found = support::run(context, coi::find_key_trace(*client, own, is_ours));
        if (!found) throw std::runtime_error(found.error().text);
        return *found;
    };
    EXPECT_EQ(trace(), KeyTrace::none);
    put("From: juliet@mail.test\r\n" + key + "\r\n");
    put("From: romeo@mail.test\r\nAutocrypt: addr=romeo@mail.test; _coigate=0123ab; keydata=AAAA\r\n\r\n", "Sent");
    EXPECT_EQ(trace(), KeyTrace::none) << "others' mail, and what we sent ourselves";
    put("From: Romeo <romeo@mail.test>\r\n" + key + "\r\n");
    EXPECT_EQ(trace(), KeyTrace::unproven);
    put("From: Romeo <romeo@mail.test>\r\n" + key + "\r\n", "Sent");
    EXPECT_EQ(trace(), KeyTrace::own_mail);
    put("From: romeo@mail.test\r\nAutocrypt-Setup-Message: v1\r\n\r\n", "Sent");
    EXPECT_EQ(trace(), KeyTrace::setup_message);
}

// The check before a mailbox is linked

TEST_F(ImapDovecot, CheckOfALink) {
    put(2);
    const support::LineServer smtp(dovecot.ca().issue({"localhost"}), support::LineServer::Begin::tls, "220 hi\r\n",
                                   support::easy_smtp());
    gateway::LinkRequest request{{"", "romeo", "mail.test"}, "secret", "", false, {}, {}};
    request.smtp = coi::net::Endpoint{"localhost", smtp.port(), coi::net::Security::tls};
    for (const auto& imap : {dovecot.tls(), dovecot.starttls()}) {
        request.imap = imap;
        request.password = "secret";
        const auto good =
            support::run(context, gateway::check_link(tls, {true, true}, request, "gw.example", "en", {5s, 3s, 3s}));
        ASSERT_TRUE(good.login) << good.words;
        EXPECT_EQ(good.login->username, "romeo@mail.test");
        ASSERT_EQ(good.start.size(), 2u);
        EXPECT_EQ(good.start.front().uid_next, 3u);
        EXPECT_EQ(good.start.back().folder, "Sent") << "what other programs file there from now on is new";
        request.password = "hunter2";
        const auto bad =
            support::run(context, gateway::check_link(tls, {true, true}, request, "gw.example", "en", {5s, 3s, 3s}));
        EXPECT_FALSE(bad.login);
        EXPECT_THAT(bad.words, HasSubstr("refuses the user name or the password"));
    }
}

}  // namespace
