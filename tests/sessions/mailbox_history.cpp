// The fetching of old messages, against a scripted IMAP server: which mails, in which order, and that it ends whatever
// fails at whatever step.

#include "gateway/transport/mailbox_history.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>
#include <mutex>
#include <optional>

#include "gateway/store/accounts.h"
#include "gateway/store/sqlite/ids.h"
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

const coi::Address bob{"", "bob", "mail.example"};

struct Mail {
    std::string id, from, to, came;
};

/// A mailbox whose server may do something else at a step: each line that it hears is one.
class Mailbox {
  public:
    explicit Mailbox(const support::Authority& ca)
        : server_(ca.issue({"127.0.0.1"}), LineServer::Begin::tls, "* OK ready\r\n",
                  [this](const std::string& line) { return answer(line); }) {}
    coi::net::Endpoint endpoint() const { return {"127.0.0.1", server_.port(), coi::net::Security::tls}; }
    std::vector<std::string> heard() const { return server_.heard(); }
    std::size_t times(const std::string& words) const {
        const auto lines = server_.heard();
        return static_cast<std::size_t>(
            std::ranges::count_if(lines, [&](const auto& line) { return line.find(words) != line.npos; }));
    }
    /// From now on; `what` gets the tag, and "CLOSE" ends the connection. -1: at no step.
    void breaks_at(int step, std::string what) {
        const std::lock_guard lock(mutex_);
        left_ = step;
        instead_ = std::move(what);
    }
    std::map<std::string, std::map<std::uint32_t, Mail>> folders;
    std::string found;  // by a search, in place of what is there

  private:
    std::string answer(const std::string& line) {
        const std::lock_guard lock(mutex_);
        const std::string tag = line.substr(0, line.find(' ')), done = tag + " OK done\r\n";
        if (left_-- == 0) return instead_ == "CLOSE" ? instead_ : (instead_.starts_with("*") ? "" : tag) + instead_;
        const auto says = [&](const char* words) { return line.find(words) != line.npos; };
        if (says(" CAPABILITY")) return "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN SPECIAL-USE\r\n" + done;
        if (says(" LIST")) return "* LIST (\\Sent) \"/\" \"Sent\"\r\n" + done;
        if (says(" EXAMINE")) {
            selected_ = line.substr(line.find('"') + 1, line.rfind('"') - line.find('"') - 1);
            return "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] \r\n* OK [UIDNEXT 99] \r\n" + done;
        }
        std::string said;
        if (says(" UID SEARCH")) {
            for (const auto& [uid, mail] : folders[selected_]) said += " " + std::to_string(uid);
            return "* SEARCH" + (found.empty() ? said : found) + "\r\n" + done;
        }
        if (!says(" UID FETCH")) return done;
        for (const auto& [uid, mail] : folders[selected_]) {
            const std::string header = "From: " + mail.from + "\r\nTo: " + mail.to + "\r\nMessage-ID: <" + mail.id +
                                       ">\r\nChat-Version: 1.0\r\n\r\n";
            const std::string whole = header + "Hello\r\n", number = std::to_string(uid);
            const std::string begin = "* 1 FETCH (UID " + number;
            const auto literal = [&](const char* name, const std::string& bytes) {
                return begin + " " + name + "<0> {" + std::to_string(bytes.size()) + "}\r\n" + bytes + ")\r\n";
            };
            if (says("INTERNALDATE"))
                said +=
                    begin + " INTERNALDATE \"" + mail.came + "\" RFC822.SIZE " + std::to_string(whole.size()) + ")\r\n";
            else if (says(("FETCH " + number + " ").c_str()))
                said += says("[HEADER]") ? literal("BODY[HEADER]", header) : literal("BODY[]", whole);
        }
        return said + done;
    }

    mutable std::mutex mutex_;
    int left_ = -1;
    std::string instead_, selected_;
    LineServer server_;
};

class MailboxHistorySession : public testing::Test {
  protected:
    MailboxHistorySession() {
        account.kind = Account::Kind::mailbox;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "post.example"};
        account.login.password = "secret";
        account.login.imap = mailbox.endpoint();
        accounts::save(store, account, {}, [&](const Store::Failure&, AccountId id) { account.id = id; });
        EXPECT_TRUE(until([&] { return account.id != AccountId{}; }));
        const std::string alice = account.address.addr_spec();
        mailbox.folders["INBOX"] = {{3, {"m3", "bob@mail.example", alice, "17-Jul-2026 02:44:25 +0000"}},
                                    {4, {"m4", "notbob@mail.example", alice, "17-Jul-2026 02:45:25 +0000"}},
                                    {9, {"m9", "Bob@MAIL.example", alice, "19-Jul-2026 02:44:25 +0000"}}};
        mailbox.folders["Sent"] = {{2, {"s2", alice, "bob@mail.example", "18-Jul-2026 02:44:25 +0000"}}};
    }
    ~MailboxHistorySession() override { history.reset(); }
    bool until(const std::function<bool()>& true_now) { return run_until(io, true_now); }
    void begin(std::size_t most) {
        receiver.arrived.clear();
        result.reset();
        MailboxHistory::Settings settings{.reach = {true, true}, .limits = {}};
        settings.longest = 5s;
        history = std::make_unique<MailboxHistory>(io, tls, workers, crash_guard, receiver, store, account, settings);
        history->fetch(bob, most, [this](coi::Result<History> what) { result = std::move(what); });
    }
    bool ends(std::size_t most = 20) {
        begin(most);
        return until([&] { return result.has_value(); });
    }
    std::vector<std::string> ids() const {
        std::vector<std::string> all;
        for (const auto& mail : receiver.arrived) all.push_back(mail.mail.id.value);
        return all;
    }

    support::Authority ca{"Test CA"};
    Mailbox mailbox{ca};
    coi::net::TlsContext tls{ca.file()};
    boost::asio::io_context io;
    Store::Post post = [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); };
    Store store{"sqlite::memory:", test_seal(), post};
    Workers workers{1, post};
    CrashGuard crash_guard{"", store, Time{}};
    struct Receiver : MailReceiver {
        void take(IncomingMail mail, std::function<void(DeliveryResult)> done) override {
            arrived.push_back(std::move(mail));
            done({DeliveryResult::Kind::taken, ""});
        }
        std::vector<IncomingMail> arrived;
    } receiver;
    Account account;
    std::unique_ptr<MailboxHistory> history;
    std::optional<coi::Result<History>> result;
};

TEST_F(MailboxHistorySession, TheLastMailsComeInTheirOrderFromAllFolders) {
    ASSERT_TRUE(ends());
    ASSERT_TRUE(*result) << result->error().text;
    EXPECT_THAT(ids(), ElementsAre("m3", "s2", "m9"));
    EXPECT_EQ((*result)->found, 4U) << "the server finds a similar address, too";
    EXPECT_EQ((*result)->shown, 3U);
    for (const auto& mail : receiver.arrived) {
        EXPECT_TRUE(mail.is_history);
        EXPECT_EQ(mail.is_filed_as_sent, mail.mail.id.value == "s2");
        EXPECT_FALSE(mail.place) << "it asks for no marker";
    }
    EXPECT_EQ(mailbox.times("SELECT"), 0U) << "nothing can be changed";
    EXPECT_EQ(mailbox.times("LOGOUT"), 1U);
    ASSERT_TRUE(ends(2));
    EXPECT_THAT(ids(), ElementsAre("s2", "m9"));
}

TEST_F(MailboxHistorySession, WhatIsKnownIsNotFetched) {
    Transactions(store).now([&](Database& db) {
        ids::remember(db, {account.id, "bob@mail.example", {"m9"}, {"stanza"}, false, "", "", true, Time{}});
    });
    ASSERT_TRUE(ends());
    EXPECT_THAT(ids(), ElementsAre("m3", "s2"));
    EXPECT_EQ(mailbox.times("UID FETCH 9 (UID BODY.PEEK[HEADER]"), 1U);
    EXPECT_EQ(mailbox.times("UID FETCH 9 (UID BODY.PEEK[]"), 0U);
}

TEST_F(MailboxHistorySession, AServerThatFindsWhatIsNotThereGivesNothing) {
    mailbox.found = " 3 77 4294967295 9";
    ASSERT_TRUE(ends());
    EXPECT_THAT(ids(), ElementsAre("m3", "m9"));
}

TEST_F(MailboxHistorySession, ItEndsOnceWhateverFailsAtWhateverStep) {
    ASSERT_TRUE(ends());
    const auto whole = ids();
    const int steps = static_cast<int>(mailbox.heard().size());
    ASSERT_GT(steps, 10);
    for (const std::string what :
         {"CLOSE", " NO [UNAVAILABLE] later\r\n", " BAD what?\r\n", "* BYE I am tired\r\n", " OK but nothing\r\n"}) {
        for (int step = 0; step < steps; ++step) {
            mailbox.breaks_at(step, what);
            ASSERT_TRUE(ends()) << what << " at step " << step;
            mailbox.breaks_at(-1, "");
            auto left = whole.begin();  // what came is a part of it, in its order
            for (const auto& id : ids()) {
                left = std::find(left, whole.end(), id);
                ASSERT_NE(left, whole.end()) << id << ", " << what << " at step " << step;
                ++left;
            }
            if (*result) EXPECT_EQ((*result)->shown, ids().size()) << what << " at step " << step;
        }
    }
}

TEST_F(MailboxHistorySession, NothingIsSaidAfterItsEnd) {
    begin(20);
    ASSERT_TRUE(until([&] { return !receiver.arrived.empty(); }));
    history.reset();
    const auto came = receiver.arrived.size();
    io.run_for(200ms);
    EXPECT_FALSE(result);
    EXPECT_EQ(receiver.arrived.size(), came);
}

}  // namespace
}  // namespace gateway
