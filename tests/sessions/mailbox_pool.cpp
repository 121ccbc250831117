// All linked mailboxes together, each against a scripted IMAP server: who is started, what a change of the account
// means for its session, and what its user is told.

#include "gateway/transport/mailbox_pool.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>
#include <mutex>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/support/run_until.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using support::LineServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// One mailbox on a server of its own, which takes one connection at a time.
class ImapServer {
  public:
    explicit ImapServer(const support::Authority& ca, std::string password = "secret")
        : password_(std::move(password)),
          server_(ca.issue({"127.0.0.1"}), LineServer::Begin::tls, "* OK ready\r\n",
                  [this](const std::string& line) { return answer(line); }) {}

    coi::net::Endpoint endpoint() const { return {"127.0.0.1", server_.port(), coi::net::Security::tls}; }
    int connections() const { return server_.connections(); }
    std::size_t times(const std::string& words) const {
        const auto lines = server_.heard();
        return static_cast<std::size_t>(
            std::ranges::count_if(lines, [&](const auto& line) { return line.find(words) != line.npos; }));
    }
    void accepts(const std::string& password) {
        const std::lock_guard lock(mutex_);
        password_ = password;
    }
    /// A mail lies in INBOX (UIDVALIDITY 7).
    void holds(std::uint32_t uid, const std::string& mail) {
        const std::lock_guard lock(mutex_);
        mails_[uid] = mail;
    }
    void has_seen(const std::string& uids) {
        const std::lock_guard lock(mutex_);
        seen_ = uids;
    }

  private:
    static std::string base64(const std::string& bytes) {
        std::string out(4 * ((bytes.size() + 2) / 3) + 1, 0);
        out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                            reinterpret_cast<const unsigned char*>(bytes.data()),
                                                            static_cast<int>(bytes.size()))));
        return out;
    }
    std::string answer(const std::string& line) {
        const std::lock_guard lock(mutex_);
        const std::string tag = line.substr(0, line.find(' ')), done = tag + " OK done\r\n";
        const auto says = [&](const char* words) { return line.find(words) != line.npos; };
        if (says(" CAPABILITY")) return "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n" + done;
        if (says(" AUTHENTICATE PLAIN")) {
            const std::string right = base64(std::string(1, 0) + "alice@post.example" + std::string(1, 0) + password_);
            return line.ends_with(" " + right) ? done : tag + " NO [AUTHENTICATIONFAILED] no\r\n";
        }
        if (says(" EXAMINE \"INBOX\"")) {
            const auto next = mails_.empty() ? 1 : mails_.rbegin()->first + 1;
            return "* " + std::to_string(mails_.size()) + " EXISTS\r\n* OK [UIDVALIDITY 7] \r\n* OK [UIDNEXT " +
                   std::to_string(next) + "] \r\n" + done;
        }
        if (line.ends_with(" SEEN")) return "* SEARCH " + seen_ + "\r\n" + done;
        if (says(" UID SEARCH")) return "* SEARCH\r\n" + done;
        if (says(" UID FETCH")) return fetch(line.substr(line.find("FETCH ") + 6), done);
        return done;
    }
    std::string fetch(const std::string& what, const std::string& done) {
        const auto first = static_cast<std::uint32_t>(std::stoul(what));
        const bool sizes = what.find("RFC822.SIZE") != what.npos;
        std::string said;
        std::size_t sequence = 0;
        for (const auto& [uid, mail] : mails_) {
            ++sequence;
            if (sizes ? uid < first : uid != first) continue;
            said += "* " + std::to_string(sequence) + " FETCH (UID " + std::to_string(uid);
            said += sizes ? " RFC822.SIZE " + std::to_string(mail.size()) + ")\r\n"
                          : " BODY[] {" + std::to_string(mail.size()) + "}\r\n" + mail + ")\r\n";
        }
        return said + done;
    }

    mutable std::mutex mutex_;
    std::string password_;
    std::map<std::uint32_t, std::string> mails_;
    std::string seen_;  // UIDs
    LineServer server_;
};

class MailboxPoolSession : public testing::Test {
  protected:
    ~MailboxPoolSession() override { pool.reset(); }
    bool until(const std::function<bool()>& true_now) { return run_until(io, true_now); }
    Store::Post post() {
        return [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); };
    }
    void flush() {
        bool through = false;
        store.flush([&](const Store::Failure&) { through = true; });
        EXPECT_TRUE(until([&] { return through; }));
    }
    Account mailbox(const coi::net::Endpoint& imap, const std::string& password = "secret") {
        Account account;
        account.kind = Account::Kind::mailbox;
        account.jid = "user" + std::to_string(++users) + "@jabber.example";
        account.address = {"", "alice", "post.example"};
        account.login.password = password;
        account.login.imap = imap;
        account.login.smtp = imap;  // nothing is sent here
        return account;
    }
    AccountId save(const Account& account) {
        AccountId id{};
        directory.save(account, [&](const Store::Failure& failure, AccountId saved) {
            EXPECT_FALSE(failure);
            id = saved;
        });
        flush();
        return id;
    }
    void start() {
        MailboxPool::Settings settings;
        settings.reach = {true, true};
        settings.limits.header_block_bytes = 2000;
        settings.poll = 2min;
        settings.ehlo_name = "gw.example";
        pool = std::make_unique<MailboxPool>(io, tls, directory, store, workers, crash_guard, receiver, read,
                                             mail_queue, notices, settings);
        pool->start();
    }
    std::string health(AccountId id) {
        for (const Account* account : directory.all())
            if (account->id == id) return pool->health(*account, "en");
        return "no such account";
    }
    bool is_connected(AccountId id) {
        return until([&] { return health(id).starts_with("Connected."); });
    }
    static std::string mail(const std::string& id) {
        return "From: bob@mail.example\r\nMessage-ID: <" + id + ">\r\n\r\nhello\r\n";
    }
    /// Its header is longer than is read.
    static std::string unreadable() { return "X-Long: " + std::string(3000, 'x') + "\r\n" + mail("long@mail.example"); }

    support::Authority ca{"Test CA"};
    coi::net::TlsContext tls{ca.file()};  // outlives the streams that io holds
    boost::asio::io_context io;
    Store store{"sqlite::memory:", test_seal(), post()};
    Directory directory{store};
    Workers workers{1, post()};
    CrashGuard crash_guard{"", store, Time{}};
    struct Receiver : MailReceiver {
        void take(IncomingMail mail, std::function<void(DeliveryResult)> done) override {
            arrived.push_back(std::move(mail));
            done({DeliveryResult::Kind::taken, ""});
        }
        std::vector<IncomingMail> arrived;
    } receiver;
    struct MailQueue : DestinationObserver {
        void destination_up(DestinationId id) override { ready.push_back(AccountId{id}); }
        std::vector<AccountId> ready;
    } mail_queue;
    FakeNotices notices;
    FakeRead read;
    std::unique_ptr<MailboxPool> pool;
    int users = 0;
    std::vector<IncomingMail>& arrived = receiver.arrived;
    std::vector<AccountId>& ready = mail_queue.ready;
    std::vector<std::string>& told = notices.said;
};

TEST_F(MailboxPoolSession, StartsTheMailboxesThatWork) {
    const ImapServer server(ca), never(ca);
    const AccountId works = save(mailbox(server.endpoint()));
    Account rests = mailbox(never.endpoint());
    rests.parked = true;
    const AccountId parked = save(rests);
    Account relay = mailbox(never.endpoint());
    relay.kind = Account::Kind::relay;
    const AccountId relayed = save(relay);
    start();
    EXPECT_TRUE(is_connected(works));
    EXPECT_THAT(ready, testing::Contains(works));
    EXPECT_THAT(ready, testing::Each(works));
    EXPECT_TRUE(pool->submission(works));
    EXPECT_FALSE(pool->submission(parked));
    EXPECT_FALSE(pool->submission(relayed));
    EXPECT_THAT(health(parked), HasSubstr("Parked"));
    EXPECT_EQ(health(relayed), "Ready.");
    EXPECT_EQ(never.connections(), 0);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(MailboxPoolSession, NewMailIsHandedOverFromWhereReadingStood) {
    ImapServer server(ca);
    for (std::uint32_t uid : {3, 5, 8}) server.holds(uid, mail("m" + std::to_string(uid) + "@mail.example"));
    const AccountId id = save(mailbox(server.endpoint()));
    Transactions(store).now([&](Database& db) { accounts::save(db, id, Cursor{"INBOX", 7, 4}); });
    start();
    ASSERT_TRUE(until([&] { return arrived.size() == 2; }));
    EXPECT_EQ(arrived[0].account, id);
    EXPECT_EQ(arrived[0].mail.id.value, "m5@mail.example");
    EXPECT_EQ(arrived[0].cursor, (Cursor{"INBOX", 7, 6}));
    EXPECT_EQ(arrived[1].cursor, (Cursor{"INBOX", 7, 9}));
    EXPECT_FALSE(arrived[0].wait_for_verdict) << "nobody waits for a reply";
}

TEST_F(MailboxPoolSession, WhatAnotherProgramHasMarkedAsSeenIsAskedAtTheBegin) {
    ImapServer server(ca);
    server.has_seen("2 5");
    const AccountId id = save(mailbox(server.endpoint()));
    Transactions(store).now([&](Database& db) {
        for (std::uint32_t uid : {4, 5}) {
            ids::Known known{
                id, "bob@mail.example", {std::to_string(uid)}, {std::to_string(uid)}, false, "", "", false, Time{}};
            ids::remember(db, known);
            mail_places::put(db, id, known.contact, known.message, {"INBOX", 7, uid});
        }
    });
    start();
    ASSERT_TRUE(until([&] { return !read.seen_mails.empty(); }));
    EXPECT_EQ(server.times("UID SEARCH UID 4:5 SEEN"), 1U);
    EXPECT_EQ(read.seen_mails[0].folder, "INBOX");
    EXPECT_EQ(read.seen_mails[0].uid_validity, 7U);
    EXPECT_THAT(read.seen_mails[0].seen, ElementsAre(5));
    EXPECT_THAT(read.seen_mails[0].gone, ElementsAre(4));
}

TEST_F(MailboxPoolSession, AHistoryGoesOnWhenTheMailboxIsReadAgain) {
    ImapServer server(ca);
    const AccountId id = save(mailbox(server.endpoint()));
    start();
    ASSERT_TRUE(is_connected(id));
    std::optional<coi::Result<History>> result;
    const auto fetch = [&] {
        return pool->fetch_history(id, {"", "bob", "mail.example"}, 20, [&](const auto& what) { result = what; });
    };
    EXPECT_EQ(fetch(), HistoryStart::begun);  // the server takes it when the other session has ended
    EXPECT_EQ(fetch(), HistoryStart::another_runs);
    pool->read_again(id);
    EXPECT_EQ(fetch(), HistoryStart::another_runs);
    ASSERT_TRUE(until([&] { return result.has_value(); }));
    EXPECT_TRUE(*result);
    EXPECT_EQ(fetch(), is_connected(id) ? HistoryStart::begun : HistoryStart::not_now);
}

TEST_F(MailboxPoolSession, AMailIsHandedOverWithItsPlace) {
    ImapServer server(ca);
    server.holds(5, mail("m5@mail.example"));
    const AccountId id = save(mailbox(server.endpoint()));
    Transactions(store).now([&](Database& db) { accounts::save(db, id, Cursor{"INBOX", 7, 4}); });
    start();
    ASSERT_TRUE(until([&] { return arrived.size() == 1; }));
    EXPECT_EQ(arrived[0].place, (MailPlace{"INBOX", 7, 5}));
}

TEST_F(MailboxPoolSession, OfAMailboxThatWasNeverReadOnlyWhatComesIsRead) {
    ImapServer server(ca);
    server.holds(3, mail("m3@mail.example"));
    const AccountId id = save(mailbox(server.endpoint()));
    start();
    ASSERT_TRUE(until([&] { return server.times("UID FETCH 4:*") == 1; }));
    flush();
    Transactions(store).now(
        [&](Database& db) { EXPECT_THAT(accounts::cursors(db, id), ElementsAre(Cursor{"INBOX", 7, 4})); });
    EXPECT_THAT(arrived, IsEmpty());
}

TEST_F(MailboxPoolSession, AnAccountThatIsLinkedOrRemovedIsFollowed) {
    const ImapServer server(ca);
    start();
    const AccountId id = save(mailbox(server.endpoint()));
    EXPECT_TRUE(is_connected(id));
    directory.remove(id, [](const Store::Failure&) {});
    flush();
    EXPECT_FALSE(pool->submission(id));
    const AccountId next = save(mailbox(server.endpoint()));  // the server serves it when the session before has ended
    EXPECT_TRUE(is_connected(next));
    EXPECT_EQ(server.connections(), 2);
}

TEST_F(MailboxPoolSession, AnotherPasswordBeginsANewSessionAndWhatIsNoneOfItsBusinessDoesNot) {
    ImapServer server(ca);
    Account account = mailbox(server.endpoint());
    account.id = save(account);
    start();
    ASSERT_TRUE(is_connected(account.id));
    account.lang = "de";
    account.policy = Policy::require;
    account.key_holder = KeyHolder::elsewhere;
    account.vouched = true;
    save(account);
    server.accepts("another");
    account.login.password = "another";
    ready.clear();
    save(account);
    EXPECT_TRUE(is_connected(account.id));
    EXPECT_EQ(server.connections(), 2) << "one for each password";
    EXPECT_THAT(ready, testing::Contains(account.id)) << "what waited may be sent now";
    save(account);  // linked once more, as it is: the user wants it tried again
    ASSERT_TRUE(until([&] { return server.connections() == 3; }));
    EXPECT_TRUE(is_connected(account.id));
}

TEST_F(MailboxPoolSession, AParkedMailboxIsLeft) {
    const ImapServer server(ca);
    const AccountId id = save(mailbox(server.endpoint()));
    start();
    ASSERT_TRUE(is_connected(id));
    directory.park(id, [](const Store::Failure&, std::int64_t) {});
    flush();
    EXPECT_FALSE(pool->submission(id));
    EXPECT_THAT(health(id), HasSubstr("Parked"));
    const AccountId next = save(mailbox(server.endpoint()));
    EXPECT_TRUE(is_connected(next)) << "the session before has ended";
}

TEST_F(MailboxPoolSession, ALoginThatIsSavedTwiceAtOnceIsTriedOnce) {
    const ImapServer server(ca);
    Account account = mailbox(server.endpoint());
    account.id = save(account);
    start();
    ASSERT_TRUE(is_connected(account.id));
    directory.save(account, [](const Store::Failure&, AccountId) {});
    directory.save(account, [](const Store::Failure&, AccountId) {});
    ASSERT_TRUE(until([&] { return server.connections() == 2; }));
    ASSERT_TRUE(is_connected(account.id));
    directory.remove(account.id, [](const Store::Failure&) {});
    const AccountId next = save(mailbox(server.endpoint()));
    ASSERT_TRUE(is_connected(next));
    EXPECT_EQ(server.connections(), 3) << "another one would have waited for the first to end";
}

TEST_F(MailboxPoolSession, ARefusedPasswordIsToldOnceUntilItIsRightAgain) {
    ImapServer server(ca, "right");
    Account account = mailbox(server.endpoint(), "wrong");
    account.id = save(account);
    start();
    ASSERT_TRUE(until([&] { return !told.empty(); }));
    EXPECT_THAT(told, ElementsAre(HasSubstr("does not accept the password of alice@post.example")));
    EXPECT_THAT(health(account.id), HasSubstr("Not connected: "));
    account.login.password = "right";
    save(account);
    ASSERT_TRUE(is_connected(account.id));
    EXPECT_THAT(told, SizeIs(1));
    EXPECT_THAT(ready, SizeIs(testing::Ge(2)));
    account.login.password = "wrong again";
    save(account);
    ASSERT_TRUE(until([&] { return told.size() == 2; }));
}

TEST_F(MailboxPoolSession, ALostLoginIsAskedForAndNotTried) {
    const ImapServer server(ca);
    Account account = mailbox(server.endpoint());
    account.login_lost = true;
    account.id = save(account);
    start();
    ASSERT_TRUE(until([&] { return !told.empty(); }));
    EXPECT_THAT(told, ElementsAre(HasSubstr("The stored login of alice@post.example is damaged")));
    EXPECT_THAT(health(account.id), HasSubstr("The stored login is damaged"));
    EXPECT_FALSE(pool->submission(account.id));
    account.login_lost = false;
    save(account);
    EXPECT_TRUE(is_connected(account.id));
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(MailboxPoolSession, AMailThatCannotBeReadIsKeptAsSuchAndToldOnceAnHour) {
    ImapServer server(ca);
    server.holds(4, unreadable());
    server.holds(5, mail("m5@mail.example"));
    server.holds(6, unreadable());
    const AccountId id = save(mailbox(server.endpoint()));
    Transactions(store).now([&](Database& db) { accounts::save(db, id, Cursor{"INBOX", 7, 1}); });
    start();
    ASSERT_TRUE(until([&] { return health(id).ends_with("stay in the mailbox: 2"); }));
    EXPECT_THAT(arrived, SizeIs(1)) << "the mail between them is not held up";
    flush();
    EXPECT_THAT(told, ElementsAre(HasSubstr("A mail in your mailbox alice@post.example (folder INBOX)")));
    const auto stuck = [&] {
        std::map<std::uint32_t, bool> aside;
        Transactions(store).now([&](Database& db) {
            for (const auto& each : stuck_mails::all(db, id)) aside[each.uid] = each.aside;
        });
        return aside;
    };
    EXPECT_THAT(stuck(), ElementsAre(std::pair(4u, true), std::pair(6u, true)));
    server.holds(4, mail("m4@mail.example"));
    server.holds(6, mail("m6@mail.example"));
    Transactions(store).now([&](Database& db) { accounts::save(db, id, *arrived[0].cursor); });
    pool->read_again(id);
    ASSERT_TRUE(until([&] { return arrived.size() == 3; }));
    flush();
    ASSERT_TRUE(until([&] { return stuck().empty(); })) << "they were read";
    EXPECT_EQ(health(id), "Connected.");
}

TEST_F(MailboxPoolSession, WhoHoldsTheKeyIsFoundOutOnceWithoutANewSession) {
    const ImapServer server(ca);
    Account account = mailbox(server.endpoint());
    account.key_holder = KeyHolder::unknown;
    account.id = save(account);
    start();
    ASSERT_TRUE(until([&] { return directory.find(account.id)->key_holder == KeyHolder::coigate; }));
    EXPECT_TRUE(is_connected(account.id));
    flush();
    EXPECT_EQ(server.connections(), 1);
    EXPECT_THAT(told, IsEmpty()) << "there is nothing to tell";
}

TEST_F(MailboxPoolSession, ManyMailboxesAreStartedAFewAtATime) {
    std::vector<AccountId> ids;
    for (int i = 0; i < 25; ++i) ids.push_back(save(mailbox({"127.0.0.1", 9, coi::net::Security::tls})));
    start();
    EXPECT_THAT(ready, SizeIs(testing::Le(10)));
    EXPECT_TRUE(until([&] { return ready.size() >= 25; }));
    EXPECT_THAT(ready, testing::UnorderedElementsAreArray(ids));
}

TEST_F(MailboxPoolSession, AfterTheEndNobodyIsStarted) {
    const ImapServer server(ca), other(ca);
    const AccountId id = save(mailbox(server.endpoint()));
    start();
    ASSERT_TRUE(is_connected(id));
    pool->stop();
    const AccountId late = save(mailbox(other.endpoint()));
    EXPECT_FALSE(pool->submission(late));
    EXPECT_TRUE(pool->submission(id)) << "it finishes what is under way";
    EXPECT_EQ(other.connections(), 0);
}

}  // namespace
}  // namespace gateway
