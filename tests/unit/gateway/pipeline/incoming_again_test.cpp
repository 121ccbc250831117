// What the incoming pipeline leaves out without a word to anybody.

#include <gtest/gtest.h>

#include "gateway/pipeline/incoming.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using Kind = DeliveryResult::Kind;

struct IncomingAgainTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    int committed = 0;
    std::string last_stanza;
    bool is_vouched = false;  // by the mail system
    std::string digest;       // of what was signed, in all mail that is opened
    PendingVerdicts pending{store};
    Workers workers{1, loop.post()};
    PipelinePeers peers;
    IncomingPipeline incoming{
        peers.incoming(directory, store, pending, workers), Seal({Seal::Key{}}), {"coi.jabber.example"}};
    AccountId alice = save();

    IncomingAgainTest() {
        peers.on_committed = [this](const queue::Entry& entry) {
            ++committed;
            last_stanza = entry.name;
        };
        peers.time = [this] { return time; };
        peers.opened = [this](coi::Message mail) {
            return Decrypted{.mail = std::move(mail),
                             .protection = {true, coi::openpgp::Signature::good, "AB", {}, digest}};
        };
    }
    AccountId save(Account::Kind kind = Account::Kind::mailbox) {
        Account account;
        account.kind = kind;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "example.org"};
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    Kind take(const std::string& id, const std::string& from, const std::string& rest, bool lmtp = false) {
        const std::string bytes = "From: " + from + "\r\nTo: alice@example.org\r\n" +
                                  (id.empty() ? "" : "Message-ID: <" + id + ">\r\n") + rest + "\r\n";
        std::optional<DeliveryResult> verdict;
        incoming.take({alice, coi::parse(bytes).value(), std::nullopt, {}, lmtp, {}, is_vouched},
                      [&](DeliveryResult v) { verdict = std::move(v); });
        loop.flush(store);
        loop.flush(store);
        return verdict.value().kind;
    }
};

TEST_F(IncomingAgainTest, a_programs_news_about_itself_is_no_message) {
    const std::string news =
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\n"
        "Content-Type: message/disposition-notification\r\n\r\nDisposition: automatic-action/x; processed\r\n--b--";
    EXPECT_EQ(take("1@x", "bob@example.net", news), Kind::silent);
    EXPECT_EQ(take("2@x", "bob@example.net", news, true), Kind::silent) << "no bounce either";
    EXPECT_EQ(committed, 0);
}

TEST_F(IncomingAgainTest, what_was_signed_once_is_one_message_under_whichever_message_id) {
    const std::string bob = "bob@example.net", words = "Chat-Version: 1.0\r\n\r\nHi";
    digest = "first";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    EXPECT_EQ(take("1@x", bob, words), Kind::duplicate) << "as ever";
    EXPECT_EQ(take("2@x", bob, words), Kind::duplicate) << "somebody sends it once more";
    EXPECT_EQ(take("3@x", "eve@example.net", words), Kind::taken) << "of one sender only: others are none of theirs";
    digest = "second";
    EXPECT_EQ(take("4@x", bob, words), Kind::taken) << "the same words, signed again";
    EXPECT_EQ(committed, 3);
    Transactions(store).now([&](Database& db) { ids::expire(db, time + std::chrono::hours(1)); });
    EXPECT_EQ(take("5@x", bob, words), Kind::taken) << "for as long as ids are kept";
}

TEST_F(IncomingAgainTest, nobody_makes_a_signed_mail_vanish_by_taking_its_message_id_before) {
    const std::string bob = "bob@example.net", words = "Chat-Version: 1.0\r\n\r\nHi";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken) << "in Bob's name, by whoever saw the Message-ID first";
    digest = "Bob's own";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    EXPECT_EQ(take("1@x", bob, words), Kind::duplicate);
    EXPECT_EQ(take("2@x", bob, words), Kind::duplicate);
    EXPECT_EQ(committed, 2);
}

TEST_F(IncomingAgainTest, nor_a_mail_that_the_server_vouches_for) {
    const std::string bob = "bob@example.net", words = "Chat-Version: 1.0\r\n\r\nHi";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken) << "forged";
    is_vouched = true;
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    EXPECT_EQ(take("1@x", bob, words), Kind::duplicate);
    is_vouched = false;
    EXPECT_EQ(take("1@x", bob, words), Kind::duplicate) << "what proves less is no second message";
    is_vouched = true;
    EXPECT_EQ(take("2@x", bob, words), Kind::taken);
    is_vouched = false;
    EXPECT_EQ(take("2@x", bob, words), Kind::duplicate);
    digest = "Bob's own";
    EXPECT_EQ(take("2@x", bob, words), Kind::taken) << "what was signed stands in for itself alone";
    EXPECT_EQ(committed, 4);
}

TEST_F(IncomingAgainTest, nor_by_the_users_other_account) {
    const AccountId mailbox = alice, relay = save(Account::Kind::relay);
    const auto by = [&](AccountId account, bool vouched, const std::string& id, const std::string& text) {
        alice = account;
        is_vouched = vouched;
        const std::string head = "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nChat-Version: 1.0\r\n\r\n";
        EXPECT_EQ(take(id, "bob@example.net", head + text), Kind::taken);
        return committed;
    };
    EXPECT_EQ(by(relay, false, "1@x", "one"), 1) << "forged";
    EXPECT_EQ(by(mailbox, true, "1@x", "one"), 2);
    EXPECT_EQ(by(relay, false, "2@x", "two"), 3) << "forged";
    EXPECT_EQ(by(mailbox, true, "rewritten@x", "two"), 4);
    EXPECT_EQ(by(mailbox, true, "3@x", "three"), 5);
    EXPECT_EQ(by(relay, true, "3@x", "three"), 5);
    EXPECT_EQ(by(mailbox, true, "4@x", "four"), 6);
    EXPECT_EQ(by(relay, false, "4@x", "four"), 6) << "one message, though its other way proves nothing";
    EXPECT_EQ(by(mailbox, true, "5@x", "five"), 7);
    EXPECT_EQ(by(relay, false, "rewritten5@x", "five"), 7) << "nor under another id";
}

/// Her mail system gives a mail to the relay by LMTP and puts it into the mailbox at the same time.
struct TwoWaysTest : IncomingAgainTest {
    const AccountId mailbox = alice, relay = save(Account::Kind::relay);
    std::optional<DeliveryResult> by_lmtp, by_imap;

    void take(AccountId account, bool lmtp, std::optional<DeliveryResult>& verdict) {
        const std::string bytes =
            "From: bob@example.net\r\nTo: alice@example.org\r\nMessage-ID: <1@x>\r\nChat-Version: 1.0\r\n\r\nHi";
        incoming.take({account,
                       coi::parse(bytes).value(),
                       lmtp ? std::nullopt : std::optional(Cursor{"INBOX", 1, 7}),
                       {},
                       lmtp,
                       {}},
                      [&](DeliveryResult v) { verdict = std::move(v); });
        loop.flush(store);
        loop.flush(store);
    }
    queue::Entry entry() {
        std::optional<queue::Entry> found;
        Transactions(store).now([&](Database& db) { found = queue::find_stanza(db, last_stanza); });
        return found.value();
    }
    std::size_t cursors() {
        std::size_t count = 0;
        Transactions(store).now([&](Database& db) { count = accounts::cursors(db, mailbox).size(); });
        return count;
    }
};

TEST_F(TwoWaysTest, the_second_copy_waits_for_the_verdict_on_the_first_and_is_not_shown_again) {
    take(relay, true, by_lmtp);
    take(mailbox, false, by_imap);
    EXPECT_FALSE(by_lmtp || by_imap);
    EXPECT_EQ(cursors(), 0u) << "after a kill it is read again";
    const auto first = entry();
    queue::finish_later(store, first.id);
    pending.taken(first);
    loop.flush(store);
    loop.flush(store);
    ASSERT_TRUE(by_lmtp && by_imap);
    EXPECT_EQ(by_imap->kind, Kind::taken);
    EXPECT_EQ(committed, 1);
    EXPECT_EQ(cursors(), 1u);
}

TEST_F(TwoWaysTest, the_second_copy_is_shown_if_the_first_was_refused) {
    take(relay, true, by_lmtp);
    take(mailbox, false, by_imap);
    EXPECT_TRUE(pending.refused(entry(), {coi::ErrorKind::refused, true, "no", 0, {}}));
    loop.flush(store);
    loop.flush(store);
    ASSERT_TRUE(by_lmtp && by_imap);
    EXPECT_EQ(by_lmtp->kind, Kind::refused);
    EXPECT_EQ(by_imap->kind, Kind::taken);
    EXPECT_EQ(committed, 2);
}

TEST_F(TwoWaysTest, the_second_copy_is_shown_if_there_is_no_verdict_in_time) {
    take(relay, true, by_lmtp);
    take(mailbox, false, by_imap);
    pending.give_up(time);
    loop.flush(store);
    loop.flush(store);
    ASSERT_TRUE(by_lmtp && by_imap);
    EXPECT_EQ(by_lmtp->kind, Kind::open);
    EXPECT_EQ(committed, 2) << "a repetition is better than a loss";
}

TEST_F(IncomingAgainTest, its_receipt_names_the_message_id_that_it_says_itself) {
    const std::string bob = "bob@example.net";
    const std::string words = "Chat-Version: 1.0\r\nChat-Disposition-Notification-To: bob@example.net\r\n\r\nHi";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    digest = "Bob's own";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    std::vector<coi::MessageId> shown;
    Transactions(store).now([&](Database& db) { shown = ids::shown_up_to(db, alice, bob, {last_stanza}, 10); });
    EXPECT_EQ(shown, std::vector<coi::MessageId>{{"1@x"}});
}

TEST_F(IncomingAgainTest, one_that_was_not_taken_leaves_nothing_whatever_took_its_message_id) {
    const std::string bob = "bob@example.net", words = "Chat-Version: 1.0\r\n\r\nHi";
    EXPECT_EQ(take("1@x", bob, words), Kind::taken);
    is_vouched = true;
    std::optional<queue::Entry> entry;
    const auto try_it = [&] {
        std::optional<DeliveryResult> verdict;
        incoming.take(
            {alice,
             coi::parse("From: " + bob + "\r\nTo: alice@example.org\r\nMessage-ID: <1@x>\r\n" + words).value(),
             std::nullopt,
             {},
             true,
             {},
             true},
            [&](DeliveryResult v) { verdict = std::move(v); });
        loop.flush(store);
        Transactions(store).now([&](Database& db) { entry = queue::find_stanza(db, last_stanza); });
        ASSERT_TRUE(entry && entry->tentative);
        EXPECT_TRUE(pending.refused(*entry, {coi::ErrorKind::refused, false, "not now", 0, {}}));
        loop.flush(store);
        ASSERT_TRUE(verdict);
        EXPECT_EQ(verdict->kind, Kind::busy);
    };
    try_it();
    try_it();
    EXPECT_EQ(committed, 3);
}

TEST_F(IncomingAgainTest, nobody_elses_proven_mail_with_the_same_id_takes_the_true_ones_place) {
    const std::string words = "Chat-Version: 1.0\r\n\r\nHi";
    EXPECT_EQ(take("1@x", "bob@example.net", words), Kind::taken) << "forged, it may be";
    is_vouched = true;
    EXPECT_EQ(take("1@x", "mallory@example.com", words), Kind::taken);
    EXPECT_EQ(take("1@x", "bob@example.net", words), Kind::taken) << "Bob's own";
    EXPECT_EQ(committed, 3);
}

TEST_F(IncomingAgainTest, a_mail_without_a_message_id_is_one_message_at_each_try_and_the_next_one_another) {
    const auto hi = [this](const std::string& fields) {
        return take("", "bob@example.net", fields + "Chat-Version: 1.0\r\n\r\nHi");
    };
    EXPECT_EQ(hi("Date: Mon, 1 Jun 2026 10:00:00 +0000\r\n"), Kind::taken);
    EXPECT_EQ(hi("Date: Mon, 1 Jun 2026 10:00:00 +0000\r\n"), Kind::duplicate);
    EXPECT_EQ(hi("Received: by mx; id 1\r\n"), Kind::taken);
    EXPECT_EQ(hi("Received: by mx; id 1\r\n"), Kind::duplicate) << "the mail system tries again";
    EXPECT_EQ(hi("Received: by mx; id 2\r\n"), Kind::taken) << "a second \"Hi\"";
    EXPECT_EQ(hi(""), Kind::taken);
    EXPECT_EQ(hi(""), Kind::taken) << "nothing says that it is the same";
}

}  // namespace
}  // namespace gateway
