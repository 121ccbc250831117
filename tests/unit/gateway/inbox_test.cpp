// What becomes of an arriving mail: taken once, declined with nothing kept, or its sender told what is true.

#include "gateway/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/accounts.h"
#include "tests/support/clear_letters.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;
using Kind = Verdict::Kind;

struct InboxTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<queue::Entry> committed;
    Inbox inbox{directory, store, Seal({Seal::Key{}}), {"coi.jabber.example"}, calls()};
    AccountId alice = save(Take::contacts);

    Inbox::Calls calls() {
        Inbox::Calls calls;
        calls.committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        calls.now = [this] { return time; };
        add_clear_letters(calls);
        return calls;
    }

    AccountId save(Take take) {
        Account account;
        account.kind = Account::Kind::mailbox;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "example.org"};
        account.take = take;
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    static std::string mail(const std::string& id, const std::string& headers = "Chat-Version: 1.0\r\n",
                            const std::string& text = "Hi", const std::string& from = "Bob <bob@example.net>") {
        return "From: " + from + "\r\nTo: alice@example.org\r\n" +
               (id.empty() ? std::string() : "Message-ID: <" + id + ">\r\n") + headers + "\r\n" + text + "\r\n";
    }
    Arrival arrival(const std::string& bytes, bool lmtp = false) {
        return {alice, coi::parse(bytes).value(), std::nullopt, {}, lmtp, {}};
    }
    /// The verdict, if there is one once the store has done its work.
    std::optional<Verdict> take(Arrival arriving) {
        std::optional<Verdict> verdict;
        inbox.take(std::move(arriving), [&](Verdict v) { verdict = std::move(v); });
        loop.flush(store);
        loop.flush(store);
        return verdict;
    }
    Kind take(const std::string& bytes) { return take(arrival(bytes)).value().kind; }
    /// An LMTP delivery; its verdicts so far.
    std::shared_ptr<std::vector<Kind>> deliver(const std::string& bytes) {
        auto verdicts = std::make_shared<std::vector<Kind>>();
        inbox.take(arrival(bytes, true), [verdicts](const Verdict& verdict) { verdicts->push_back(verdict.kind); });
        loop.flush(store);
        loop.flush(store);
        return verdicts;
    }
    template <class T>
    T ask(std::function<T(Database&)> question) {
        T answer{};
        store.now([&](Database& db) { answer = question(db); });
        return answer;
    }
    std::int64_t queued() {
        return ask<std::int64_t>([](Database& db) { return queue::count(db, queue::Leg::jabber); });
    }
    bool knows(const std::string& id) {
        return ask<bool>([&](Database& db) { return ids::by_message(db, alice, {id}).has_value(); });
    }
    std::string body(const queue::Entry& entry) {
        const auto stanza = xmpp::parse_stanza(entry.payload);
        const auto* text = stanza ? xmpp::child(*stanza, "body", "") : nullptr;
        return text ? text->cdata() : "";
    }
    /// A message that alice sent to bob.
    void sent(const std::string& id, bool wants_receipt = true) {
        ids::Known known{alice, "bob@example.net", {id}, {"client-1"}, true, "alice@jabber.example/phone",
                         "en",  wants_receipt,     time};
        store.now([&](Database& db) { ids::remember(db, known); });
    }
    static std::string report(const std::string& type, const std::string& part, const std::string& id = "report-1@x",
                              const std::string& from = "Bob <bob@example.net>") {
        return mail(
            id, "Content-Type: multipart/report; report-type=" + type + "; boundary=b\r\nMIME-Version: 1.0\r\n",
            "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\nContent-Type: message/" + type + "\r\n\r\n" + part +
                "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + "<ours@example.org>\r\n--b--",
            from);
    }
    static std::string mdn(const std::string& from = "Bob <bob@example.net>") {
        return report("disposition-notification",
                      "Final-Recipient: rfc822;bob@example.net\r\nOriginal-Message-ID: <ours@example.org>\r\n"
                      "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
                      "mdn-1@x", from);
    }
    static std::string dsn() {
        return report("delivery-status",
                      "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\n"
                      "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such person\r\n");
    }
};

TEST_F(InboxTest, that_a_conversation_is_encrypted_is_committed_with_the_mail) {
    Inbox::Calls wired = calls();
    bool encrypted = false;
    wired.open = [](const Account&, const auto&, coi::Message mail, const std::function<void(Unfolded)>& done) {
        done({.mail = std::move(mail), .protection = {true, coi::openpgp::Signature::good, "AB", {}}});
    };
    wired.committed = [&](const queue::Entry&) {
        // A kill at this moment leaves what the store has.
        store.now([&](Database& db) { encrypted = accounts::contacts(db).at(0).privacy.encrypted; });
    };
    Inbox opening{directory, store, Seal({Seal::Key{}}), {"coi.jabber.example"}, wired};
    opening.take(arrival(mail("1@example.net")), [](const Verdict&) {});
    loop.flush(store);
    loop.flush(store);
    EXPECT_TRUE(encrypted);
}

TEST_F(InboxTest, a_chat_mail_becomes_one_committed_stanza) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed[0].from, "bob\\40example.net@coi.jabber.example");
    EXPECT_EQ(committed[0].to, "alice@jabber.example");
    EXPECT_EQ(body(committed[0]), "Hi");
    EXPECT_EQ(queued(), 1);
    EXPECT_TRUE(knows("m1@x"));
}

TEST_F(InboxTest, the_same_message_id_is_one_message_and_the_same_text_with_another_is_two) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    EXPECT_EQ(take(mail("m1@x")), Kind::duplicate);
    EXPECT_EQ(take(mail("m2@x")), Kind::taken);
    EXPECT_EQ(queued(), 2);
}

TEST_F(InboxTest, a_mail_without_a_message_id_is_one_message_too) {
    EXPECT_EQ(take(mail("", "Chat-Version: 1.0\r\n", "one")), Kind::taken);
    EXPECT_EQ(take(mail("", "Chat-Version: 1.0\r\n", "one")), Kind::duplicate);
    EXPECT_EQ(take(mail("", "Chat-Version: 1.0\r\n", "two")), Kind::taken);
}

TEST_F(InboxTest, the_cursor_moves_in_the_commit_of_the_mail_also_for_repeated_and_declined_ones) {
    std::uint32_t next = 1;
    for (const auto& bytes : {mail("m1@x"), mail("m1@x"), mail("m2@x", "Precedence: bulk\r\n")}) {
        auto arriving = arrival(bytes);
        arriving.cursor = Cursor{"INBOX", 7, ++next};
        take(std::move(arriving));
        EXPECT_THAT(ask<std::vector<Cursor>>([&](Database& db) { return accounts::cursors(db, alice); }),
                    ElementsAre(Cursor{"INBOX", 7, next}));
    }
}

TEST_F(InboxTest, strangers_bulk_and_own_mail_are_declined_with_a_reason_and_nothing_is_kept) {
    for (const auto& bytes : {mail("m1@x", "Subject: Hello\r\n"), mail("m2@x", "Precedence: list\r\n"),
                              mail("m3@x", "Chat-Version: 1.0\r\n", "Hi", "alice@example.org")}) {
        const auto verdict = take(arrival(bytes));
        ASSERT_TRUE(verdict);
        EXPECT_EQ(verdict->kind, Kind::declined);
        EXPECT_THAT(verdict->reason, Not(IsEmpty()));
    }
    EXPECT_EQ(queued(), 0);
    EXPECT_FALSE(knows("m1@x"));
    EXPECT_THAT(directory.contacts(alice), IsEmpty());
}

TEST_F(InboxTest, a_strangers_answer_to_a_known_message_is_taken) {
    sent("ours@example.org");
    EXPECT_EQ(take(mail("m1@x", "In-Reply-To: <other@example.org>\r\n")), Kind::declined);
    EXPECT_EQ(take(mail("m2@x", "In-Reply-To: <ours@example.org>\r\n")), Kind::taken);
    EXPECT_EQ(take(mail("m3@x", "References: <ours@example.org> <other@example.org>\r\n")), Kind::taken);
}

TEST_F(InboxTest, late_mail_says_when_it_was_written) {
    int count = 0;
    const auto stamp_of = [&](const std::string& date) {
        committed.clear();
        EXPECT_EQ(take(mail(std::to_string(++count) + "@x", "Chat-Version: 1.0\r\nDate: " + date + "\r\n")),
                  Kind::taken);
        return xmpp::xep0203::delay(*xmpp::parse_stanza(committed.at(0).payload));
    };
    EXPECT_EQ(stamp_of("Sun, 31 May 2026 22:00:00 +0000"), time - 2h);
    EXPECT_FALSE(stamp_of("Sun, 31 May 2026 23:59:30 +0000")) << "half a minute";
    EXPECT_FALSE(stamp_of("Mon, 01 Jun 2026 09:00:00 +0000")) << "a clock that goes before";
    EXPECT_FALSE(stamp_of("Thu, 01 Jan 1970 00:00:00 +0000")) << "no clock at all";
}

TEST_F(InboxTest, lmtp_hears_taken_when_the_jabber_server_took_it) {
    const auto verdicts = deliver(mail("m1@x"));
    EXPECT_THAT(*verdicts, IsEmpty());
    inbox.entry_done(committed.at(0));
    EXPECT_THAT(*verdicts, ElementsAre(Kind::taken));
}

TEST_F(InboxTest, lmtp_hears_refused_and_the_next_try_is_a_new_attempt) {
    sent("ours@example.org");
    for (const bool permanent : {true, false}) {
        committed.clear();
        const auto verdicts = deliver(mail("m1@x", "In-Reply-To: <ours@example.org>\r\nSubject: Tea\r\n"));
        ASSERT_EQ(committed.size(), 1u);
        EXPECT_THAT(body(committed[0]), HasSubstr("Tea")) << "what was refused taught nothing";
        EXPECT_TRUE(inbox.entry_refused(committed[0], {coi::ErrorKind::refused, permanent, "no", 0, {}}));
        loop.flush(store);
        EXPECT_THAT(*verdicts, ElementsAre(permanent ? Kind::refused : Kind::busy));
        EXPECT_EQ(queued(), 0);
        EXPECT_FALSE(knows("m1@x"));
        EXPECT_THAT(directory.contacts(alice), IsEmpty());
    }
}

TEST_F(InboxTest, lmtp_hears_open_when_patience_is_over_and_a_repeat_waits_for_the_same_verdict) {
    const auto first = deliver(mail("m1@x"));
    inbox.give_up_waiting(time - 1ms);
    EXPECT_THAT(*first, IsEmpty()) << "not yet";
    const auto joined = deliver(mail("m1@x"));
    EXPECT_THAT(*joined, IsEmpty());
    inbox.give_up_waiting(time);
    EXPECT_THAT(*first, ElementsAre(Kind::open));
    EXPECT_THAT(*joined, ElementsAre(Kind::open));

    const auto again = deliver(mail("m1@x"));
    EXPECT_THAT(*again, IsEmpty()) << "it is still not known whether there is such a user";
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_TRUE(inbox.entry_refused(committed[0], {coi::ErrorKind::refused, true, "no", 0, {}}));
    loop.flush(store);
    EXPECT_THAT(*again, ElementsAre(Kind::refused));
    EXPECT_FALSE(inbox.entry_refused(committed[0], {})) << "nobody waits any more";
}

TEST_F(InboxTest, a_dsn_becomes_an_error_on_the_original_stanza_once) {
    sent("ours@example.org");
    EXPECT_EQ(take(dsn()), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    const auto stanza = xmpp::parse_stanza(committed[0].payload);
    EXPECT_EQ(xmpp::attribute(*stanza, "type"), "error");
    EXPECT_EQ(xmpp::attribute(*stanza, "id"), "client-1");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), "alice@jabber.example/phone");
    EXPECT_EQ(take(dsn()), Kind::duplicate);
    EXPECT_EQ(queued(), 1);
}

TEST_F(InboxTest, a_report_about_nothing_of_ours_is_declined) {
    EXPECT_EQ(take(dsn()), Kind::declined);
    EXPECT_EQ(take(mdn()), Kind::declined);
    EXPECT_EQ(queued(), 0);
}

TEST_F(InboxTest, an_mdn_becomes_a_receipt_for_who_asked) {
    sent("ours@example.org");
    EXPECT_EQ(take(mdn("Eve <eve@example.net>")), Kind::taken);
    EXPECT_EQ(queued(), 0) << "not from whom it was written to";
    EXPECT_EQ(take(mdn()), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(committed[0].payload, HasSubstr("client-1"));
}

TEST_F(InboxTest, an_mdn_that_nobody_asked_for_says_nothing) {
    sent("ours@example.org", false);
    EXPECT_EQ(take(mdn()), Kind::taken);
    EXPECT_EQ(queued(), 0);
}

TEST_F(InboxTest, another_address_starts_reading_anew_and_a_new_password_does_not) {
    store.now([&](Database& db) { accounts::save(db, alice, Cursor{"INBOX", 7, 5}); });
    const auto places = [&] {
        return ask<std::vector<Cursor>>([&](Database& db) { return accounts::cursors(db, alice); });
    };
    Account account = *directory.find(alice);
    account.login.password = "new";
    directory.save(account, {});
    loop.flush(store);
    EXPECT_EQ(places().size(), 1u);
    account.address.local = "alice2";
    directory.save(account, {});
    loop.flush(store);
    EXPECT_THAT(places(), IsEmpty());
}

TEST_F(InboxTest, mail_for_an_account_that_is_gone_is_declined) {
    auto arriving = arrival(mail("m1@x"));
    directory.remove(alice, {});
    loop.flush(store);
    EXPECT_EQ(take(std::move(arriving)).value().kind, Kind::declined);
}

}  // namespace
}  // namespace gateway
