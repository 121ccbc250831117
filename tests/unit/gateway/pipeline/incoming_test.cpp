// What becomes of an arriving mail: taken once, declined with nothing kept, or its sender told what is true.

#include "gateway/pipeline/incoming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

struct IncomingPipelineTest : IncomingPlay {};

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
    bool encrypted = false;
    peers.opened = [](coi::Message mail) {
        return Decrypted{.mail = std::move(mail),
                         .protection = {true, coi::openpgp::Signature::good, "AB", {}},
                         .author = {true, coi::openpgp::Signature::good, "AB"}};
    };
    peers.on_committed = [&](const queue::Entry&) {
        // A kill at this moment leaves what the store has.
        Transactions(store).now([&](Database& db) { encrypted = accounts::contacts(db).at(0).privacy.encrypted; });
    };
    incoming.take(arrival(mail("1@example.net")), [](const DeliveryResult&) {});
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

TEST_F(IncomingPipelineTest, whose_contacts_are_not_in_memory_gets_the_mails_of_contacts_in_their_order) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.written_to = true; });
    release();
    std::vector<Kind> verdicts;
    const auto note = [&](const DeliveryResult& verdict) { verdicts.push_back(verdict.kind); };
    incoming.take(arrival(mail("m1@x", "", "first")), note);
    EXPECT_FALSE(directory.is_loaded(alice)) << "nobody waits for the disk";
    incoming.take(arrival(mail("m2@x", "", "second")), note);
    incoming.take(arrival(mail("m3@x", "", "a stranger's", "Eve <eve@example.net>")), note);
    for (int i = 0; i < 4; ++i) loop.flush(store);
    EXPECT_THAT(verdicts, testing::UnorderedElementsAre(Kind::taken, Kind::taken, Kind::declined));
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(body(committed[0]), "first");
    EXPECT_EQ(body(committed[1]), "second");
}

TEST_F(IncomingPipelineTest, whose_contacts_cannot_be_read_gets_mail_later) {
    release();
    ask<bool>([](Database& db) {
        db.execute("ALTER TABLE contact RENAME TO lost");
        return true;
    });
    EXPECT_EQ(take(mail("m1@x")), Kind::busy);
    EXPECT_THROW(directory.contact(alice, "bob@example.net"), StoreError);
    ask<bool>([](Database& db) {
        db.execute("ALTER TABLE lost RENAME TO contact");
        return true;
    });
    EXPECT_EQ(take(mail("m1@x")), Kind::taken);
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
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_THAT(committed[0].payload, HasSubstr("<received xmlns='urn:xmpp:receipts' id='client-1'/>"));
    EXPECT_THAT(committed[1].payload, HasSubstr("<displayed xmlns='urn:xmpp:chat-markers:0' id='client-1'/>"));
    EXPECT_NE(committed[0].name, committed[1].name);
}

TEST_F(IncomingPipelineTest, an_answer_from_the_mailbox_continues_what_came_to_the_relay_address) {
    const AccountId relay = save(IncomingFilter::all, Account::Kind::relay);
    ASSERT_EQ(directory.of_user("alice@jabber.example")->id, alice) << "she writes from the mailbox";
    IncomingMail to_relay = arrival(mail("m1@x"));
    to_relay.account = relay;
    EXPECT_EQ(take(std::move(to_relay))->kind, Kind::taken);
    const Contact* bob = directory.contact(alice, "bob@example.net");
    ASSERT_NE(bob, nullptr);
    EXPECT_EQ(bob->last_in.value, "m1@x");
}

TEST_F(IncomingPipelineTest, what_is_committed_while_its_account_is_removed_is_not_taken) {
    std::optional<DeliveryResult> verdict;
    directory.remove(alice, {});
    incoming.take(arrival(mail("m1@x"), true), [&](DeliveryResult v) { verdict = std::move(v); });
    for (int i = 0; i < 3; ++i) loop.flush(store);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->kind, Kind::busy) << "250 would lose it";
    EXPECT_TRUE(committed.empty());
    EXPECT_EQ(queued(), 0);
}

TEST_F(IncomingPipelineTest, what_is_not_taken_because_its_account_goes_can_be_sent_again) {  // the removal may fail
    std::optional<DeliveryResult> verdict;
    directory.begin_removal(alice);
    incoming.take(arrival(mail("m1@x"), true), [&](DeliveryResult v) { verdict = std::move(v); });
    for (int i = 0; i < 3; ++i) loop.flush(store);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->kind, Kind::busy);
    EXPECT_EQ(queued(), 0);
    EXPECT_FALSE(knows("m1@x")) << "else the next copy would be a duplicate";
}

TEST_F(IncomingPipelineTest, the_first_message_of_a_contact_has_their_name) {
    take(mail("m1@x", "Chat-Version: 1.0\r\n", "Hi", "Bob Stone <bob@example.net>"));
    take(mail("m2@x", "Chat-Version: 1.0\r\n", "Hi", "Bob Stone <bob@example.net>"));
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_THAT(committed[0].payload, HasSubstr("<nick xmlns='http://jabber.org/protocol/nick'>Bob Stone</nick>"));
    EXPECT_THAT(committed[1].payload, testing::Not(HasSubstr("<nick")));
}

TEST_F(IncomingPipelineTest, an_mdn_that_nobody_asked_for_says_nothing) {
    sent("ours@example.org", false);
    EXPECT_EQ(take(mdn()), Kind::taken);
    EXPECT_EQ(queued(), 0);
}

TEST_F(IncomingPipelineTest, another_address_starts_reading_anew_and_a_new_password_does_not) {
    Transactions(store).now([&](Database& db) { accounts::save(db, alice, Cursor{"INBOX", 7, 5}); });
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

}  // namespace
}  // namespace gateway
