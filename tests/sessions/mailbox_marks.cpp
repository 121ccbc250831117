// The setting of flags in a linked mailbox, against a scripted IMAP server: what goes into one session, and what is
// tried again.

#include "gateway/transport/mailbox_marks.h"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <mutex>

#include "gateway/store/accounts.h"
#include "gateway/store/mail_places.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/run_until.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using support::LineServer;
using testing::ElementsAre;
using testing::IsEmpty;

class MailboxMarksSession : public testing::Test {
  protected:
    ~MailboxMarksSession() override { marks.reset(); }
    std::string answer(const std::string& line) {
        const std::lock_guard lock(mutex);
        const std::string tag = line.substr(0, line.find(' ')), done = tag + " OK done\r\n";
        const auto says = [&](const char* words) { return line.find(words) != line.npos; };
        if (says(" CAPABILITY")) return "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n" + done;
        if (says(" SELECT \"Gone\"")) return tag + " NO [NONEXISTENT] gone\r\n";
        if (says(" SELECT")) return "* OK [UIDVALIDITY 7] \r\n* OK [PERMANENTFLAGS " + flags + "] \r\n" + done;
        if (says(" UID STORE") && refusals > 0) return --refusals, tag + " NO [INUSE] later\r\n";
        return done;
    }
    /// What was set, in order.
    std::vector<std::string> stored() {
        std::vector<std::string> said;
        for (const auto& line : server.heard()) {
            if (const auto at = line.find("UID STORE "); at != line.npos) said.push_back(line.substr(at + 10));
        }
        return said;
    }
    void start() {
        Account account;
        account.kind = Account::Kind::mailbox;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "post.example"};
        account.login.password = "secret";
        account.login.imap = {"127.0.0.1", server.port(), coi::net::Security::tls};
        accounts::save(store, account, {}, [&](const Store::Failure&, AccountId id) { account.id = alice = id; });
        ASSERT_TRUE(until([&] { return alice != AccountId{}; }));
        marks = std::make_unique<MailboxMarks>(io, tls, store, account,
                                               MailboxMarks::Settings{{true, true}, 10ms, 10ms, 20ms});
    }
    void lies(const std::string& message, const std::string& folder, std::uint32_t uid, std::uint32_t validity = 7) {
        Transactions(store).now([&](Database& db) {
            ids::Known known{alice, "bob@mail.example", {message}, {message}, false, "", "", true, Time{}};
            ids::remember(db, known);
            mail_places::put(db, alice, known.contact, known.message, {folder, validity, uid});
        });
    }
    void is_displayed(const std::string& message, bool is_reported = false) {
        Transactions(store).now([&](Database& db) {
            mail_places::displayed(db, alice, "bob@mail.example", {message}, true);
            if (is_reported) mail_places::reported(db, alice, "bob@mail.example", {message});
        });
        marks->set();
    }
    bool all_set() {
        return until([&] {
            bool any = true;
            Transactions(store).now([&](Database& db) { any = mail_places::any_to_mark(db, alice); });
            return !any;
        });
    }
    bool until(const std::function<bool()>& true_now) { return run_until(io, true_now); }

    std::mutex mutex;
    std::string flags = "(\\Seen \\*)";
    int refusals = 0;
    support::Authority ca{"Test CA"};
    LineServer server{ca.issue({"127.0.0.1"}), LineServer::Begin::tls, "* OK ready\r\n",
                      [this](const std::string& line) { return answer(line); }};
    coi::net::TlsContext tls{ca.file()};
    boost::asio::io_context io;
    Store store{"sqlite::memory:", test_seal(),
                [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }};
    AccountId alice{};
    std::unique_ptr<MailboxMarks> marks;
};

TEST_F(MailboxMarksSession, OneCommandForAllMailsOfAFolder) {
    start();
    for (std::uint32_t uid : {3, 4, 8}) lies("m" + std::to_string(uid), "INBOX", uid);
    is_displayed("m8", true);
    ASSERT_TRUE(all_set());
    EXPECT_THAT(stored(), ElementsAre("8 +FLAGS.SILENT ($MDNSent)", "3:4,8 +FLAGS.SILENT (\\Seen)"));
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(MailboxMarksSession, NoKeywordIsSetWhereTheServerKeepsNone) {  // [RFC 3503 §3.1]
    flags = "(\\Seen)";
    start();
    lies("m3", "INBOX", 3);
    is_displayed("m3", true);
    ASSERT_TRUE(all_set());
    EXPECT_THAT(stored(), ElementsAre("3 +FLAGS.SILENT (\\Seen)"));
}

TEST_F(MailboxMarksSession, NoMailIsMarkedUnderAnotherUidvalidity) {
    start();
    lies("m3", "INBOX", 3, 6);
    is_displayed("m3");
    ASSERT_TRUE(all_set());
    EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(MailboxMarksSession, WhatTheServerRefusesForNowIsTriedAgain) {
    refusals = 2;
    start();
    lies("m3", "INBOX", 3);
    is_displayed("m3");
    ASSERT_TRUE(all_set());
    EXPECT_EQ(stored().size(), 3U);
}

TEST_F(MailboxMarksSession, AFolderThatIsGoneHoldsUpNoOther) {
    start();
    lies("m3", "Gone", 3);
    lies("m4", "INBOX", 4);
    is_displayed("m4");
    ASSERT_TRUE(all_set());
    EXPECT_THAT(stored(), ElementsAre("4 +FLAGS.SILENT (\\Seen)"));
}

}  // namespace
}  // namespace gateway
