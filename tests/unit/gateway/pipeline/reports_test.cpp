// Reports: what is told of a message is told once, by who may say it; whoever else reports changes nothing.

#include "gateway/pipeline/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/pipeline/incoming.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = DeliveryResult::Kind;

struct ReportsTest : testing::Test {
    StoreLoop loop;
    Seal seal{{Seal::Key{}}};
    Store store{"sqlite::memory:", seal, loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<queue::Entry> committed;
    PendingVerdicts pending{store};
    Workers workers{1, loop.post()};
    PipelinePeers peers;
    IncomingPipeline incoming{peers.incoming(directory, store, pending, workers), seal, {"coi.jabber.example"}};
    AccountId alice = save();
    int count = 0;

    ReportsTest() {
        peers.on_committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        peers.time = [this] { return time; };
    }
    AccountId save() {
        Account account;
        account.kind = Account::Kind::relay;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        const ids::Known known{id,
                               "bob@example.net",
                               {"ours@jabber.example"},
                               {"client-1"},
                               true,
                               "alice@jabber.example/phone",
                               "en",
                               true,
                               time};
        Transactions(store).now([&](Database& db) { ids::remember(db, known); });
        return id;
    }
    /// A fresh Message-ID each time: whoever repeats a report need not repeat that.
    std::string mail(const std::string& from, const std::string& headers, const std::string& text) {
        return "From: " + from + "\r\nTo: alice@jabber.example\r\nMessage-ID: <report-" + std::to_string(++count) +
               "@example.net>\r\nMIME-Version: 1.0\r\n" + headers + "\r\n" + text + "\r\n";
    }
    std::string dsn(const std::string& fields, const std::string& envelope = "",
                    const std::string& returned = "Message-ID: <ours@jabber.example>\r\n") {
        return mail(
            "MAILER-DAEMON@example.net", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n" + envelope +
                "\r\n" + fields + "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + returned + "\r\n--b--");
    }
    static std::string failed(const std::string& to = "bob@example.net",
                              const std::string& words = "550 5.1.1 no such person") {
        return "Final-Recipient: rfc822; " + to + "\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; " +
               words + "\r\n";
    }
    std::string mdn(const std::string& type = "displayed", const std::string& from = "Bob <bob@example.net>") {
        return mail(from, "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n",
                    "--b\r\nContent-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: "
                    "<ours@jabber.example>\r\nDisposition: manual-action/MDN-sent-manually; " +
                        type + "\r\n\r\n--b--");
    }
    std::string mdn_of_several() {
        return mail("Bob <bob@example.net>",
                    "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n",
                    "--b\r\nContent-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <a@example.net>"
                    "\r\nAdditional-Message-IDs: <b@example.net> <ours@jabber.example>\r\n"
                    "Disposition: manual-action/MDN-sent-automatically; displayed\r\n\r\n--b--");
    }
    Kind take(const std::string& bytes, const std::function<void(IncomingMail&)>& change = {}) {
        IncomingMail arrival{alice, coi::parse(bytes).value(), std::nullopt, {}, false, {}};
        arrival.reverse_path = "";
        if (change) change(arrival);
        std::optional<Kind> verdict;
        incoming.take(std::move(arrival), [&](const DeliveryResult& v) { verdict = v.kind; });
        for (int steps = 0; steps < 10 && !verdict; ++steps) loop.flush(store);
        return verdict.value();
    }
    Kind take_from(const std::string& reverse_path, const std::string& bytes) {
        return take(bytes, [&](IncomingMail& arrival) { arrival.reverse_path = reverse_path; });
    }
    /// Errors, delays and receipts; the line that repeats an error for the user's other clients is none of its own.
    std::ptrdiff_t told() const {
        return std::ranges::count_if(
            committed, [](const queue::Entry& entry) { return entry.payload.find("⚠") == std::string::npos; });
    }
    void encrypt_conversation() {
        directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.privacy.encrypted = true; });
    }
};

TEST_F(ReportsTest, a_failure_is_told_once_however_often_it_is_reported) {
    EXPECT_EQ(take(dsn(failed())), Kind::taken);
    EXPECT_EQ(take(dsn(failed())), Kind::duplicate);
    EXPECT_EQ(take(dsn(failed("bob@example.net", "550 5.1.1 other words"))), Kind::duplicate);
    EXPECT_EQ(take(dsn("Final-Recipient: rfc822; bob@example.net\r\nAction: delayed\r\nStatus: 4.4.1\r\n")),
              Kind::duplicate)
        << "what has failed is not late";
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, HasSubstr("client-1"));
}

TEST_F(ReportsTest, its_words_are_a_mail_servers_and_hold_no_link) {
    take(dsn(failed("bob@example.net", "550 5.1.1 log in at https://evil.test/now")));
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, Not(HasSubstr("evil.test")));
    EXPECT_THAT(committed[0].payload, HasSubstr("The mail server said: “550 5.1.1 log in at (…)”"));
}

TEST_F(ReportsTest, it_comes_from_a_mail_system_or_from_the_contacts_own) {
    EXPECT_EQ(take_from("eve@evil.test", dsn(failed())), Kind::declined);
    EXPECT_EQ(take(dsn(failed()), [](IncomingMail& arrival) { arrival.is_author_refuted = true; }), Kind::declined);
    EXPECT_EQ(take(dsn(failed()),
                   [](IncomingMail& arrival) {
                       arrival.reverse_path.reset();
                       arrival.mail.headers["return-path"] = "<eve@evil.test>";
                   }),
              Kind::declined);
    EXPECT_EQ(told(), 0);
    EXPECT_EQ(take_from("bob@example.net", dsn(failed())), Kind::taken);
    EXPECT_EQ(told(), 1);
}

TEST_F(ReportsTest, it_is_about_the_contact) {
    EXPECT_EQ(take(dsn(failed("carl@example.net"))), Kind::taken);
    EXPECT_EQ(told(), 0);
    EXPECT_EQ(take(dsn("Original-Recipient: rfc822;Bob@Example.net\r\n" + failed("carl@example.net"))), Kind::taken);
    EXPECT_EQ(told(), 1);
}

TEST_F(ReportsTest, one_of_a_persons_addresses_that_failed_is_no_failure_of_the_message) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) {
        bob.relays = {{{{"", "bob", "example.net"}}, {{"", "bob", "other.example"}}}, true};
    });
    EXPECT_EQ(take(dsn(failed("bob@other.example"))), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(committed.at(0).payload, HasSubstr("bob@other.example"));
    EXPECT_THAT(committed.at(0).payload, HasSubstr("other addresses of this person"));
    EXPECT_THAT(committed.at(0).payload, Not(HasSubstr("type='error'")));
}

TEST_F(ReportsTest, all_of_a_persons_addresses_that_failed_are_a_failure) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) {
        bob.relays = {{{{"", "bob", "example.net"}}, {{"", "bob", "other.example"}}}, true};
    });
    EXPECT_EQ(take(dsn(failed("bob@other.example") + "\r\n" + failed())), Kind::taken);
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed.at(0).payload, HasSubstr("type='error'"));
    EXPECT_THAT(committed.at(0).payload, Not(HasSubstr("other addresses of this person")));
}

TEST_F(ReportsTest, a_mail_that_was_forwarded_before_it_failed_is_the_contacts) {
    EXPECT_EQ(take(dsn(failed("carl@elsewhere.test"), "",
                       "To: Bob <bob@example.net>\r\nMessage-ID: <ours@jabber.example>\r\n")),
              Kind::taken);
    EXPECT_EQ(told(), 1);
}

TEST_F(ReportsTest, the_secret_of_the_envelope_proves_it_whoever_it_comes_from) {
    const std::string ours = envelope_id({"ours@jabber.example"}, seal);
    std::string guessed = ours;
    guessed[0] = guessed[0] == '0' ? '1' : '0';
    EXPECT_EQ(message_of_envelope(ours, seal), coi::MessageId{"ours@jabber.example"});
    EXPECT_FALSE(message_of_envelope(guessed, seal));
    EXPECT_FALSE(message_of_envelope("ours@jabber.example", seal));
    const std::string field = "Original-Envelope-Id: ";
    EXPECT_EQ(take_from("eve@evil.test", dsn(failed("carl@evil.test"), field + guessed + "\r\n", "")), Kind::declined);
    EXPECT_EQ(take_from("odd@system.test", dsn(failed("carl@example.net"), field + ours + "\r\n", "")), Kind::taken);
    EXPECT_EQ(told(), 1);
}

TEST_F(ReportsTest, an_envelope_id_that_is_the_message_id_names_it) {
    EXPECT_EQ(take(dsn(failed(), "Original-Envelope-Id: ours@jabber.example\r\n", "")), Kind::taken);
    EXPECT_EQ(told(), 1);
}

TEST_F(ReportsTest, a_delay_is_told_once_and_the_failure_after_it) {
    const std::string late = "Final-Recipient: rfc822; bob@example.net\r\nAction: delayed\r\nStatus: 4.4.1\r\n";
    EXPECT_EQ(take(dsn(late)), Kind::taken);
    EXPECT_EQ(take(dsn(late)), Kind::duplicate);
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, HasSubstr("⟦⏳ Your message to bob@example.net is delayed"));
    EXPECT_EQ(take(dsn(failed())), Kind::taken);
    EXPECT_EQ(told(), 2);
}

TEST_F(ReportsTest, success_is_the_receipt_if_the_envelope_proves_it) {  // [RFC 3464 §2.3.3]
    const std::string arrived = "Final-Recipient: rfc822; bob@example.net\r\nAction: delivered\r\nStatus: 2.0.0\r\n";
    const std::string list = "Final-Recipient: rfc822; bob@example.net\r\nAction: expanded\r\nStatus: 2.0.0\r\n";
    const std::string relayed = "Final-Recipient: rfc822; bob@example.net\r\nAction: relayed\r\nStatus: 2.0.0\r\n";
    const std::string envelope = "Original-Envelope-Id: " + envelope_id({"ours@jabber.example"}, seal) + "\r\n";
    EXPECT_EQ(take(dsn(arrived)), Kind::taken);
    EXPECT_EQ(take(dsn(list, envelope)), Kind::taken);
    EXPECT_EQ(told(), 0);
    EXPECT_EQ(take(dsn(relayed, envelope)), Kind::taken) << "to a server that makes no reports";
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, HasSubstr("<received xmlns='urn:xmpp:receipts' id='client-1'/>"));
    EXPECT_EQ(take(dsn(arrived, envelope)), Kind::duplicate);
}

TEST_F(ReportsTest, a_bounce_of_words_becomes_the_error_too) {
    EXPECT_EQ(take(mail("MAILER-DAEMON@example.net", "Subject: failure notice\r\n",
                        "Sorry.\r\n\r\n<bob@example.net>:\r\n552 quota\r\n\r\n--- copy\r\n\r\nTo: x\r\nMessage-ID: "
                        "<ours@jabber.example>\r\n")),
              Kind::taken);
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, HasSubstr("resource-constraint"));
}

TEST_F(ReportsTest, a_receipt_is_told_once_and_says_what_it_says) {
    EXPECT_EQ(take(mdn("denied")), Kind::silent);
    EXPECT_EQ(take(mdn("deleted")), Kind::taken);
    ASSERT_EQ(told(), 1);
    EXPECT_THAT(committed[0].payload, Not(HasSubstr("displayed")));
    EXPECT_EQ(take(mdn()), Kind::taken);
    EXPECT_EQ(take(mdn()), Kind::duplicate);
    EXPECT_EQ(take(mdn("deleted")), Kind::duplicate);
    ASSERT_EQ(told(), 3) << "delivered, and later delivered and displayed";
    EXPECT_THAT(committed[2].payload, HasSubstr("displayed"));
}

TEST_F(ReportsTest, a_receipt_of_several_messages_is_told_for_each_of_ours) {
    EXPECT_EQ(take(mdn_of_several()), Kind::declined) << "the message it names first is not ours";
    ASSERT_EQ(told(), 2) << "delivered and displayed";
    EXPECT_THAT(committed[1].payload, HasSubstr("client-1"));
    EXPECT_EQ(take(mdn()), Kind::duplicate);
}

TEST_F(ReportsTest, a_receipt_counts_from_the_contact_only) {
    EXPECT_EQ(take(mdn("displayed", "Eve <eve@evil.test>")), Kind::taken);
    EXPECT_EQ(take(mdn(), [](IncomingMail& arrival) { arrival.is_author_refuted = true; }), Kind::taken);
    EXPECT_EQ(told(), 0);
}

TEST_F(ReportsTest, in_an_encrypted_conversation_it_has_to_be_proven) {
    encrypt_conversation();
    EXPECT_EQ(take(mdn()), Kind::taken);
    EXPECT_EQ(told(), 0) << "in the clear, and nobody proves who wrote it";
    EXPECT_EQ(take(mdn(), [](IncomingMail& arrival) { arrival.is_author_proven = true; }), Kind::taken);
    EXPECT_EQ(told(), 2);
}

}  // namespace
}  // namespace gateway
