// What becomes of an arriving mail: taken once, declined with nothing kept, or its sender told what is true.

#include "gateway/pipeline/incoming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/contacts.h"
#include "gateway/store/imap_cursors.h"
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
using Kind = DeliveryResult::Kind;

struct IncomingPipelineTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<queue::Entry> committed;
    std::vector<std::string> away;
    PendingVerdicts pending{store};
    IncomingPipeline incoming{directory, store, pending, Seal({Seal::Key{}}), {"coi.jabber.example"}, calls()};
    AccountId alice = save(IncomingFilter::contacts);

    IncomingPipeline::Calls calls() {
        IncomingPipeline::Calls calls;
        calls.committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        calls.now = [this] { return time; };
        calls.away = [this](const Account&, const Contact& contact, const coi::Message& mail) {
            away.push_back(contact.canonical + ": " + mail.text);
        };
        add_clear_letters(calls);
        return calls;
    }

    AccountId save(IncomingFilter take, Account::Kind kind = Account::Kind::mailbox) {
        Account account;
        account.kind = kind;
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
    IncomingMail arrival(const std::string& bytes, bool lmtp = false) {
        return {alice, coi::parse(bytes).value(), std::nullopt, {}, lmtp, {}};
    }
    /// The verdict, if there is one once the store has done its work.
    std::optional<DeliveryResult> take(IncomingMail arriving) {
        std::optional<DeliveryResult> verdict;
        incoming.take(std::move(arriving), [&](DeliveryResult v) { verdict = std::move(v); });
        loop.flush(store);
        loop.flush(store);
        return verdict;
    }
    Kind take(const std::string& bytes) { return take(arrival(bytes)).value().kind; }
    /// An LMTP delivery; its verdicts so far.
    std::shared_ptr<std::vector<Kind>> deliver(const std::string& bytes) {
        auto verdicts = std::make_shared<std::vector<Kind>>();
        incoming.take(arrival(bytes, true),
                      [verdicts](const DeliveryResult& verdict) { verdicts->push_back(verdict.kind); });
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
        return ask<std::int64_t>([](Database& db) { return queue::count(db, queue::Direction::jabber); });
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

TEST_F(IncomingPipelineTest, AnAutomaticAnswerToTheUsersMessageIsToldAndNotShown) {
    const std::string automatic = "Auto-Submitted: auto-replied\r\n";
    const std::string answer = automatic + "In-Reply-To: <ours@example.org>\r\nSubject: Automatic reply: Boat\r\n";
    sent("ours@example.org");
    EXPECT_EQ(take(mail("a1@x", answer, "On holiday")), Kind::declined);
    EXPECT_THAT(away, IsEmpty()) << "nobody whom she wrote to";
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.written_to = true; });
    EXPECT_EQ(take(mail("a2@x", answer, "On holiday")), Kind::declined);
    EXPECT_EQ(take(mail("a3@x", automatic + "In-Reply-To: <other@example.org>\r\n")), Kind::declined);
    EXPECT_THAT(away, ElementsAre("bob@example.net: On holiday")) << "the other one answers nothing of hers";
    EXPECT_EQ(queued(), 0);
}

TEST_F(IncomingPipelineTest, that_a_conversation_is_encrypted_is_committed_with_the_mail) {
    IncomingPipeline::Calls wired = calls();
    bool encrypted = false;
    wired.open = [](const Account&, const auto&, coi::Message mail, const std::function<void(Decrypted)>& done) {
        done({.mail = std::move(mail),
              .protection = {true, coi::openpgp::Signature::good, "AB", {}},
              .author = {true, coi::openpgp::Signature::good, "AB"}});
    };
    wired.committed = [&](const queue::Entry&) {
        // A kill at this moment leaves what the store has.
        store.now([&](Database& db) { encrypted = accounts::contacts(db).at(0).privacy.encrypted; });
    };
    IncomingPipeline opening{directory, store, pending, Seal({Seal::Key{}}), {"coi.jabber.example"}, wired};
    opening.take(arrival(mail("1@example.net")), [](const DeliveryResult&) {});
    loop.flush(store);
    loop.flush(store);
    EXPECT_TRUE(encrypted);
}

TEST_F(IncomingPipelineTest, a_chat_mail_becomes_one_committed_stanza) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed[0].from, "bob\\40example.net@coi.jabber.example");
    EXPECT_EQ(committed[0].to, "alice@jabber.example");
    EXPECT_EQ(body(committed[0]), "Hi");
    EXPECT_EQ(queued(), 1);
    EXPECT_TRUE(knows("m1@x"));
}

TEST_F(IncomingPipelineTest, the_same_message_id_is_one_message_and_the_same_text_with_another_is_two) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    EXPECT_EQ(take(mail("m1@x")), Kind::duplicate);
    EXPECT_EQ(take(mail("m2@x")), Kind::taken);
    EXPECT_EQ(queued(), 2);
}

TEST_F(IncomingPipelineTest, the_cursor_moves_in_the_commit_of_the_mail_also_for_repeated_and_declined_ones) {
    std::uint32_t next = 1;
    for (const auto& bytes : {mail("m1@x"), mail("m1@x"), mail("m2@x", "Precedence: bulk\r\n")}) {
        auto arriving = arrival(bytes);
        arriving.cursor = Cursor{"INBOX", 7, ++next};
        take(std::move(arriving));
        EXPECT_THAT(ask<std::vector<Cursor>>([&](Database& db) { return accounts::cursors(db, alice); }),
                    ElementsAre(Cursor{"INBOX", 7, next}));
    }
}

TEST_F(IncomingPipelineTest, strangers_bulk_and_own_mail_are_declined_with_a_reason_and_nothing_is_kept) {
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

TEST_F(IncomingPipelineTest, a_strangers_answer_to_a_known_message_is_taken) {
    sent("ours@example.org");
    EXPECT_EQ(take(mail("m1@x", "In-Reply-To: <other@example.org>\r\n")), Kind::declined);
    EXPECT_EQ(take(mail("m2@x", "In-Reply-To: <ours@example.org>\r\n")), Kind::taken);
    EXPECT_EQ(take(mail("m3@x", "References: <ours@example.org> <other@example.org>\r\n")), Kind::taken);
}

TEST_F(IncomingPipelineTest, late_mail_says_when_it_was_written) {
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

TEST_F(IncomingPipelineTest, an_answer_faster_than_the_servers_proof_is_an_answer) {
    const auto verdicts = deliver(mail("m1@x", "Chat-Version: 1.0\r\nReferences: <m0@x>\r\n"));
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(*verdicts, IsEmpty());
    const Contact* bob = directory.contact(alice, "bob@example.net");
    ASSERT_NE(bob, nullptr);
    EXPECT_EQ(bob->last_in.value, "m1@x");
    EXPECT_EQ(bob->thread.value, "m0@x");
    pending.taken(committed.at(0));
    EXPECT_THAT(*verdicts, ElementsAre(Kind::taken));
}

TEST_F(IncomingPipelineTest, what_was_refused_taught_nothing_of_a_contact_either) {
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    const Contact before = *directory.contact(alice, "bob@example.net");
    committed.clear();
    deliver(mail("m2@x", "Subject: Tea\r\nIn-Reply-To: <m1@x>\r\n"));
    EXPECT_EQ(directory.contact(alice, "bob@example.net")->subject, "Tea");
    EXPECT_TRUE(pending.refused(committed.at(0), {coi::ErrorKind::refused, false, "no", 0, {}}));
    loop.flush(store);
    EXPECT_EQ(*directory.contact(alice, "bob@example.net"), before);
}

// design.md "two-leg queue" 7
TEST_F(IncomingPipelineTest, a_copy_by_the_users_other_account_is_the_same_message) {
    const AccountId mailbox = alice, relay = save(IncomingFilter::all, Account::Kind::relay);
    const std::string dated = "Chat-Version: 1.0\r\nDate: Mon, 01 Jun 2026 00:00:00 +0000\r\n";
    const auto by = [&](AccountId account, const std::string& id, const std::string& text) {
        alice = account;
        EXPECT_EQ(take(mail(id, dated, text)), Kind::taken);
        return queued();
    };
    EXPECT_EQ(by(mailbox, "m1@x", "Hi"), 1);
    EXPECT_EQ(by(relay, "m1@x", "Hi"), 1) << "the same id";
    EXPECT_EQ(directory.contact(relay, "bob@example.net")->last_in.value, "m1@x") << "both conversations know it";
    EXPECT_EQ(by(relay, "m2@x", "ok"), 2);
    EXPECT_EQ(by(mailbox, "rewritten@mx", "ok"), 2) << "the same mail, with another id";
    EXPECT_EQ(by(mailbox, "m3@x", "ok"), 3) << "one copy has one counterpart";
    EXPECT_EQ(by(mailbox, "m4@x", "ok"), 4) << "by one way two ids are two messages";
    EXPECT_EQ(by(relay, "m5@x", "ok"), 4);
    EXPECT_EQ(by(relay, "m6@x", "ok."), 5);
}

TEST_F(IncomingPipelineTest, a_copy_is_not_left_out_for_one_that_may_still_be_refused) {
    const AccountId mailbox = alice;
    alice = save(IncomingFilter::all, Account::Kind::relay);
    deliver(mail("m1@x"));
    alice = mailbox;
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
    EXPECT_EQ(queued(), 2);
}

TEST_F(IncomingPipelineTest, lmtp_hears_refused_and_the_next_try_is_a_new_attempt) {
    sent("ours@example.org");
    for (const bool permanent : {true, false}) {
        committed.clear();
        const auto verdicts = deliver(mail("m1@x", "In-Reply-To: <ours@example.org>\r\nSubject: Tea\r\n"));
        ASSERT_EQ(committed.size(), 1u);
        EXPECT_THAT(body(committed[0]), HasSubstr("Tea")) << "what was refused taught nothing";
        EXPECT_TRUE(pending.refused(committed[0], {coi::ErrorKind::refused, permanent, "no", 0, {}}));
        loop.flush(store);
        EXPECT_THAT(*verdicts, ElementsAre(permanent ? Kind::refused : Kind::busy));
        EXPECT_EQ(queued(), 0);
        EXPECT_FALSE(knows("m1@x"));
        EXPECT_THAT(directory.contacts(alice), IsEmpty());
    }
}

TEST_F(IncomingPipelineTest, lmtp_hears_open_when_patience_is_over_and_a_repeat_waits_for_the_same_verdict) {
    const auto first = deliver(mail("m1@x"));
    pending.give_up(time - 1ms);
    EXPECT_THAT(*first, IsEmpty()) << "not yet";
    const auto joined = deliver(mail("m1@x"));
    EXPECT_THAT(*joined, IsEmpty());
    pending.give_up(time);
    EXPECT_THAT(*first, ElementsAre(Kind::open));
    EXPECT_THAT(*joined, ElementsAre(Kind::open));

    const auto again = deliver(mail("m1@x"));
    EXPECT_THAT(*again, IsEmpty()) << "it is still not known whether there is such a user";
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_TRUE(pending.refused(committed[0], {coi::ErrorKind::refused, true, "no", 0, {}}));
    loop.flush(store);
    EXPECT_THAT(*again, ElementsAre(Kind::refused));
    EXPECT_FALSE(pending.refused(committed[0], {})) << "nobody waits any more";
}

TEST_F(IncomingPipelineTest, a_report_about_nothing_of_ours_is_declined) {
    EXPECT_EQ(take(dsn()), Kind::declined);
    EXPECT_EQ(take(mdn()), Kind::declined);
    EXPECT_EQ(queued(), 0);
}

TEST_F(IncomingPipelineTest, an_mdn_becomes_a_receipt_for_who_asked) {
    sent("ours@example.org");
    EXPECT_EQ(take(mdn("Eve <eve@example.net>")), Kind::taken);
    EXPECT_EQ(queued(), 0) << "not from whom it was written to";
    EXPECT_EQ(take(mdn()), Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(committed[0].payload, HasSubstr("client-1"));
}

TEST_F(IncomingPipelineTest, an_mdn_that_nobody_asked_for_says_nothing) {
    sent("ours@example.org", false);
    EXPECT_EQ(take(mdn()), Kind::taken);
    EXPECT_EQ(queued(), 0);
}

TEST_F(IncomingPipelineTest, another_address_starts_reading_anew_and_a_new_password_does_not) {
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

TEST_F(IncomingPipelineTest, mail_for_an_account_that_is_gone_is_declined) {
    auto arriving = arrival(mail("m1@x"));
    directory.remove(alice, {});
    loop.flush(store);
    EXPECT_EQ(take(std::move(arriving)).value().kind, Kind::declined);
}

struct InboxTunnelTest : IncomingPipelineTest {
    inline static const std::string marked = "Chat-Version: 1.0\r\nChat-Otr-Tunnel: ";
    std::vector<std::string> told;
    Decrypted opened{};
    bool may_pass = true;
    IncomingPipeline tunnelling{directory, store, pending, Seal({Seal::Key{}}), {"coi.jabber.example"}, wired()};

    IncomingPipeline::Calls wired() {
        IncomingPipeline::Calls wired = calls();
        wired.say = [this](const Account&, const std::string& text) { told.push_back(text); };
        wired.may_pass = [this](const Account&, const std::string&, const coi::MessageId&, const OtrMessage&) {
            return may_pass;
        };
        wired.open = [this](const Account&, const auto&, coi::Message mail,
                            const std::function<void(Decrypted)>& done) {
            Decrypted unfolded = opened;
            unfolded.mail = std::move(mail);
            done(std::move(unfolded));
        };
        return wired;
    }
    DeliveryResult comes(IncomingMail arriving) {
        std::optional<DeliveryResult> verdict;
        tunnelling.take(std::move(arriving), [&](DeliveryResult v) { verdict = std::move(v); });
        for (int i = 0; i < 3; ++i) loop.flush(store);
        return verdict.value_or(DeliveryResult{DeliveryResult::Kind::open, ""});
    }
    IncomingMail proven(const std::string& bytes) {
        auto arriving = arrival(bytes);
        arriving.is_author_proven = true;
        return arriving;
    }
    static std::string otr(const std::string& id, const std::string& more = "") {
        return mail(id,
                    "Chat-Version: 1.0\r\nChat-Content: org.coigate.otr\r\n" + more +
                        "Content-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\n",
                    "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\nContent-Type: "
                    "application/x-otr\r\n\r\n?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.\r\n--b--");
    }
    const coi::Address bobs{"", "bob", "example.net"};
    const Contact& bob() { return directory.add(alice, bobs); }
    void bob(const std::function<void(Contact&)>& change) { directory.change(alice, bobs, change); }
    /// What the store has of Bob, after a kill at this moment.
    Privacy stored() {
        return ask<std::vector<Contact>>([](Database& db) { return accounts::contacts(db); }).at(0).privacy;
    }
};

TEST_F(InboxTunnelTest, a_mark_counts_if_its_writer_is_proven) {
    using coi::openpgp::Signature;
    EXPECT_EQ(comes(arrival(mail("1@x", marked + "on\r\n"))).kind, Kind::taken);
    EXPECT_FALSE(bob().privacy.tunnel_offered) << "anybody can write that";
    for (const auto signature : {Signature::none, Signature::unknown, Signature::bad}) {
        opened.protection = {true, signature, "AB", {}};
        opened.author = {true, signature, "AB"};
        comes(proven(mail("2" + std::to_string(int(signature)) + "@x", marked + "on\r\n")));
        EXPECT_FALSE(bob().privacy.tunnel_offered) << "the inside is not the server's to vouch for";
    }
    opened.protection = {true, Signature::good, "AB", {}};
    opened.author = {true, Signature::good, "AB"};
    opened.counted = "CD";
    comes(arrival(mail("4@x", marked + "on\r\n")));
    EXPECT_FALSE(bob().privacy.tunnel_offered) << "a key that came just now";
    EXPECT_THAT(told, IsEmpty());
    opened.counted = "AB";
    comes(arrival(mail("5@x", marked + "on\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered && stored().tunnel_offered);
    EXPECT_THAT(told, ElementsAre(HasSubstr("otr bob@example.net tunnel on")));
    opened = {};
    comes(arrival(mail("6@x", marked + "off\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered) << "nor is it switched off by anybody";
    comes(proven(mail("7@x", "Chat-Version: 1.0\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered) << "another program of Bob's says nothing of it";
    comes(proven(mail("8@x", marked + "off\r\n")));
    EXPECT_FALSE(bob().privacy.tunnel_offered || stored().tunnel_offered);
    EXPECT_EQ(told.size(), 1u) << "what was not taken is not missed";
}

TEST_F(InboxTunnelTest, the_user_hears_of_the_other_sides_switch) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    comes(proven(mail("1@x", marked + "on\r\n")));
    comes(proven(mail("2@x", marked + "on\r\n")));
    comes(proven(mail("3@x", marked + "off\r\n")));
    EXPECT_THAT(told, ElementsAre(HasSubstr("Start OTR"), HasSubstr("no OTR is passed on any more")));
}

TEST_F(InboxTunnelTest, an_OTR_message_becomes_a_stanza_with_its_hints) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes(proven(otr("1@x", "Chat-Otr-Tunnel: on\r\n"))).kind, Kind::taken) << "it brings the mark itself";
    EXPECT_EQ(comes(arrival(otr("2@x"))).kind, Kind::taken);
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(body(committed[1]), "?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.");
    for (const char* hint : {"urn:xmpp:otr:0", "no-permanent-store", "no-copy", "private"})
        EXPECT_THAT(committed[1].payload, HasSubstr(hint));
    EXPECT_THAT(committed[1].payload, Not(HasSubstr("Words")));
    EXPECT_EQ(comes(arrival(otr("2@x"))).kind, Kind::duplicate);
}

TEST_F(InboxTunnelTest, where_it_does_not_stand_nothing_of_OTR_is_shown_and_the_reader_is_told_once) {
    EXPECT_EQ(comes(arrival(otr("1@x"))).kind, Kind::declined);
    EXPECT_THAT(told, IsEmpty()) << "a stranger's";
    bob([&](Contact& contact) { contact.written_to = true; });
    auto by_lmtp = arrival(otr("2@x"));
    by_lmtp.wait_for_verdict = true;
    EXPECT_THAT(comes(by_lmtp).reason, HasSubstr("has not switched OTR end to end on")) << "for its sender";
    EXPECT_EQ(comes(arrival(otr("3@x"))).kind, Kind::declined);
    EXPECT_THAT(told, ElementsAre(HasSubstr("otr bob@example.net tunnel on")));
    EXPECT_TRUE(stored().tunnel_refused);
    told.clear();
    bob([&](Contact& contact) { contact.privacy = {}; });
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes(arrival(otr("4@x", "Chat-Otr-Tunnel: on\r\n"))).kind, Kind::declined) << "not proven";
    EXPECT_THAT(told, ElementsAre(HasSubstr("nothing has proven yet")));
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    may_pass = false;
    EXPECT_EQ(comes(arrival(otr("5@x"))).kind, Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
}

TEST_F(InboxTunnelTest, an_OTR_message_that_overtook_the_one_before_it_waits) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    const auto comes_after = [&](const std::string& id, const std::string& before, const std::string& date) {
        auto arriving =
            arrival(otr(id, "References: <chat$0@x> <" + before +
                                "> <chat$other@x>\r\nIn-Reply-To: <chat$other@x>\r\nDate: " + date + "\r\n"));
        arriving.may_wait = true;
        return comes(arriving).kind;
    };
    const std::string now = "Mon, 1 Jun 2026 00:00:00 +0000";
    EXPECT_EQ(comes_after("chat$2@x", "chat$1@x", now), Kind::early);
    EXPECT_EQ(comes(arrival(otr("chat$1@x"))).kind, Kind::taken);
    EXPECT_EQ(comes_after("chat$2@x", "chat$1@x", now), Kind::taken);
    EXPECT_EQ(comes_after("chat$4@x", "chat$3@x", "Sun, 31 May 2026 22:59:00 +0000"), Kind::taken)
        << "what is lost is lost";
    auto by_imap = arrival(otr("chat$6@x", "References: <chat$5@x>\r\nDate: " + now + "\r\n"));
    EXPECT_EQ(comes(by_imap).kind, Kind::taken) << "the folder's order is all there is";
    auto text = arrival(mail("chat$8@x", marked + "on\r\nReferences: <chat$7@x>\r\nDate: " + now + "\r\n"));
    text.may_wait = true;
    EXPECT_EQ(comes(text).kind, Kind::taken);
    bob([&](Contact& contact) { contact.written_to = true; });
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::off; });
    EXPECT_EQ(comes(arrival(otr("chat$9@x"))).kind, Kind::declined);
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes_after("chat$10@x", "chat$9@x", now), Kind::taken) << "nobody waits for what was refused";
}

}  // namespace
}  // namespace gateway
