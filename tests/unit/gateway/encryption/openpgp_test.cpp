// Letters between two accounts that hold real keys: encrypted as policy says, opened, learnt from, in order.

#include "gateway/encryption/openpgp.h"
#include "gateway/translate/feature/security_label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coi/crypt/confined.h"
#include "coi/mail/chat_data.h"
#include "coi/message_id.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using coi::openpgp::Signature;
using testing::HasSubstr;
using testing::Not;

struct OpenPgpTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    FakeTimer timer;
    Directory directory{store, {.after = timer.timer()}};
    Workers workers{2, loop.post()};
    OpenPgp pgp{directory, store, workers, {}};
    const AccountId alice = make("alice"), bob = make("bob");

    AccountId make(const std::string& name) {
        Account account;
        account.jid = name + "@jabber.example";
        account.address = {"", name, "jabber.example"};
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    const Account& account(AccountId id) { return *directory.find(id); }
    const Contact& contact(AccountId of, const std::string& name) {
        return directory.add(of, {"", name, "jabber.example"});
    }
    /// Bob, as alice knows him.
    void bob_is(const std::function<void(Contact&)>& change) {
        directory.change(alice, {"", "bob", "jabber.example"}, change);
    }
    /// A letter of alice to bob.
    OutgoingMail letter(const std::string& text) {
        OutgoingMail letter;
        letter.mail.id = coi::mint("jabber.example");
        letter.mail.from = {account(alice).address};
        letter.mail.to = {account(bob).address};
        letter.mail.date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        letter.mail.subject = "A subject";
        letter.mail.text = text;
        letter.mail.headers["chat-version"] = "1.0";
        return letter;
    }
    EncryptResult close(OutgoingMail letter) {
        std::optional<EncryptResult> closed;
        pgp.close(account(alice), contact(alice, "bob"), std::move(letter),
                  [&](EncryptResult c) { closed = std::move(c); });
        loop.run_until([&] { return closed.has_value(); });
        return closed.value_or(EncryptResult{});
    }
    Decrypted open(AccountId of, const std::string& bytes) {
        std::optional<Decrypted> unfolded;
        pgp.open(account(of), std::make_shared<const std::string>(bytes), coi::parse(bytes).value(),
                 [&](Decrypted u) { unfolded = std::move(u); });
        loop.run_until([&] { return unfolded.has_value(); });
        return unfolded.value_or(Decrypted{});
    }
    /// `reader` learns what a mail of theirs teaches, as the incoming pipeline does it.
    coi::autocrypt::Change take(AccountId reader, const Decrypted& unfolded) {
        KeyUpdateResult learned;
        Transactions(store).now([&](Database& db) { learned = keys::apply(db, reader, unfolded.key_update.value()); });
        directory.change(reader, unfolded.mail.from.front(),
                         [&](Contact& contact) { trust::note_keys(contact.privacy, learned.peer); });
        return learned.change;
    }
    /// Alice knows bob's key from a mail of his.
    void introduce() {
        std::optional<keys::Own> own;
        pgp.own_key(bob, [&](std::optional<keys::Own> key) { own = std::move(key); });
        loop.run_until([&] { return own.has_value(); });
        coi::autocrypt::Peer peer;
        peer.key = coi::openpgp::public_key(own->secret, account(bob).address).value();
        peer.fingerprint = own->fingerprint;
        peer.mutual = true;
        peer.last_seen = peer.autocrypt_timestamp =
            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        Transactions(store).now([&](Database& db) { keys::save(db, alice, "bob@jabber.example", peer); });
        bob_is([&](Contact& contact) { contact.privacy.has_key = true; });
    }
};

TEST_F(OpenPgpTest, clear_mail_brings_the_key) {
    const EncryptResult closed = close(letter("Hi"));
    EXPECT_FALSE(closed.encrypted);
    EXPECT_THAT(closed.bytes, HasSubstr("Autocrypt: addr=alice@jabber.example"));
    const Decrypted unfolded = open(bob, closed.bytes);
    EXPECT_EQ(unfolded.mail.text, "Hi");
    EXPECT_EQ(take(bob, unfolded), coi::autocrypt::Change::learned);
    EXPECT_EQ(take(bob, unfolded), coi::autocrypt::Change::nothing);
}

TEST_F(OpenPgpTest, a_contact_whose_account_was_released_is_no_stranger) {
    const auto release = [&] {
        for (int minutes = 0; minutes < 5; ++minutes) {
            timer.pass();
            loop.flush(store);
        }
        ASSERT_FALSE(directory.is_loaded(alice));
    };
    bob_is([](Contact& contact) { contact.privacy.policy = Policy::require; });
    release();
    EXPECT_EQ(close(letter("Hi")).refusal, policy::Refusal::no_key);
    bob_is([](Contact& contact) { contact.privacy.policy = Policy::inherit; });
    introduce();
    bob_is([](Contact& contact) { contact.privacy.encrypted = true; });
    release();
    const EncryptResult closed = close(letter("Nobody else reads this"));
    EXPECT_TRUE(closed.encrypted);
    EXPECT_THAT(closed.bytes, Not(HasSubstr("Nobody")));
}

TEST_F(OpenPgpTest, its_field_is_known_again_by_this_store_only) {
    const auto header = coi::autocrypt::parse(coi::parse(close(letter("Hi")).bytes)->header("autocrypt"));
    ASSERT_TRUE(header);
    EXPECT_TRUE(keys::is_marked(store.seal(), *header));
    EXPECT_FALSE(keys::is_marked(Seal({Seal::Key{1}}), *header));
    auto other = *header;
    other.key += "x";
    EXPECT_FALSE(keys::is_marked(store.seal(), other)) << "another program's key under our mark";
    other = *header;
    other.addr.local = "carol";
    EXPECT_FALSE(keys::is_marked(store.seal(), other));
}

TEST_F(OpenPgpTest, of_several_fields_the_senders_only_one_counts) {
    const std::string clear = close(letter("Hi")).bytes;
    const auto at = clear.find("Autocrypt:");
    std::string field = clear.substr(at);
    field.resize(field.find("\r\n", field.rfind("keydata")) + 2);
    for (auto end = field.size(); clear[at + end] == ' '; end = field.size())
        field += clear.substr(at + end, clear.find("\r\n", at + end) + 2 - at - end);
    std::string foreign = field;
    foreign.replace(foreign.find("alice@"), 6, "carol@");
    EXPECT_TRUE(open(bob, foreign + clear).key_update->seen.header) << "somebody else's first";
    EXPECT_FALSE(open(bob, field + clear).key_update->seen.header) << "two that could be meant";
}

TEST_F(OpenPgpTest, a_known_key_encrypts_both_ways_and_hides_the_subject) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    ASSERT_TRUE(closed.encrypted);
    EXPECT_THAT(closed.bytes, Not(HasSubstr("A subject")));
    const Decrypted unfolded = open(bob, closed.bytes);
    EXPECT_EQ(unfolded.unread, DecryptFailure::no);
    EXPECT_EQ(unfolded.mail.text, "Hi");
    EXPECT_EQ(unfolded.mail.subject, "A subject");
    EXPECT_TRUE(unfolded.protection.encrypted);
    EXPECT_EQ(unfolded.protection.signature, Signature::good) << "alice's key came with the mail";
    EXPECT_EQ(take(bob, unfolded), coi::autocrypt::Change::learned);
}

TEST_F(OpenPgpTest, an_own_mail_is_its_accounts_with_the_reader_that_stands_inside) {
    introduce();
    std::string bytes = close(letter("Hi")).bytes;
    EXPECT_TRUE(open(alice, bytes).is_own_key);
    EXPECT_FALSE(open(bob, bytes).is_own_key) << "it is alice's";
    const std::string reader = "\r\nTo: ";
    ASSERT_NE(bytes.find(reader), bytes.npos);
    bytes.insert(bytes.find(reader) + reader.size(), "eve@evil.example, ");
    const Decrypted sent_on = open(alice, bytes);
    EXPECT_TRUE(sent_on.is_own_key);
    ASSERT_EQ(sent_on.mail.to.size(), 1u);
    EXPECT_EQ(sent_on.mail.to.front().local, "bob");
}

TEST_F(OpenPgpTest, somebody_elses_mail_stays_closed) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    const AccountId carol = make("carol");
    EXPECT_EQ(open(carol, closed.bytes).unread, DecryptFailure::another_key) << "without a key";
    bool made = false;
    pgp.own_key(carol, [&](const std::optional<keys::Own>& key) { made = key.has_value(); });
    loop.run_until([&] { return made; });
    const Decrypted unfolded = open(carol, closed.bytes);
    EXPECT_EQ(unfolded.unread, DecryptFailure::another_key);
    EXPECT_FALSE(unfolded.key_update) << "nothing is learnt from what was not read";
}

TEST_F(OpenPgpTest, another_key_than_the_verified_one_is_said_with_the_first_mail_that_it_signs) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    EXPECT_EQ(open(bob, closed.bytes).counted, "");
    coi::autocrypt::Peer verified;
    Transactions(store).now([&](Database& db) {
        verified = keys::peer(db, alice, "bob@jabber.example");
        verified.verified = verified.fingerprint;
        verified.verified_key = verified.key;
        keys::save(db, bob, "alice@jabber.example", verified);
    });
    const Decrypted unfolded = open(bob, closed.bytes);
    EXPECT_EQ(unfolded.protection.signature, Signature::good);
    EXPECT_TRUE(trust::is_other_key(unfolded.author, trust::State::verified, unfolded.counted));
    EXPECT_EQ(take(bob, unfolded), coi::autocrypt::Change::offered);
    coi::autocrypt::Peer peer;
    Transactions(store).now([&](Database& db) { peer = keys::peer(db, bob, "alice@jabber.example"); });
    EXPECT_EQ(coi::autocrypt::key_of(peer), verified.key) << "what goes to her goes on to the verified key";
    EXPECT_EQ(peer.offered, unfolded.protection.signer);
    EXPECT_EQ(take(bob, unfolded), coi::autocrypt::Change::nothing) << "it is told once";
}

TEST_F(OpenPgpTest, what_came_protected_does_not_leave_in_the_clear) {
    bob_is([&](Contact& contact) { contact.privacy.came_protected = true; });
    OutgoingMail answer = letter("Hi");
    answer.mail.subject = "Re: Merger with ACME";
    answer.mail.to.front().name = "Bob the Secret";
    answer.mail.text = "> We buy ACME\n> on Monday\n\nI see";
    answer.mail.attachments = {coi::h_geo_of({53.07516, 8.80777, {}, false}, answer.mail.text)};
    answer.has_quote = true;
    const EncryptResult clear = close(answer);
    EXPECT_FALSE(clear.encrypted) << "no key is known";
    EXPECT_THAT(clear.bytes, HasSubstr("Subject: Chat\r\n"));
    EXPECT_THAT(clear.bytes, Not(HasSubstr("ACME")));
    EXPECT_THAT(clear.bytes, Not(HasSubstr("Secret")));
    EXPECT_THAT(clear.bytes, Not(HasSubstr("Monday")));
    EXPECT_EQ(coi::parse(clear.bytes)->text, "> …\n\nI see");
    EXPECT_THAT(coi::parse(clear.bytes)->attachments, testing::IsEmpty()) << "its HTML part repeats the quote";
    introduce();
    coi::autocrypt::Peer peer;
    Transactions(store).now([&](Database& db) {
        peer = keys::peer(db, alice, "bob@jabber.example");
        peer.mutual = false;
        keys::save(db, alice, "bob@jabber.example", peer);
    });
    EXPECT_TRUE(close(answer).encrypted) << "an answer to what came encrypted is encrypted where it can be";
}

TEST_F(OpenPgpTest, chat_delete_is_said_inside_of_encrypted_mail_only) {
    OutgoingMail retraction = letter("I take it back");
    retraction.mail.headers["chat-delete"] = "<1@jabber.example>";
    const EncryptResult clear = close(retraction);
    ASSERT_FALSE(clear.encrypted) << "no key is known";
    EXPECT_THAT(clear.bytes, Not(HasSubstr("Chat-Delete"))) << "Delta Chat would show nothing";
    EXPECT_EQ(coi::parse(clear.bytes)->text, "I take it back");
    introduce();
    const EncryptResult closed = close(retraction);
    ASSERT_TRUE(closed.encrypted);
    EXPECT_THAT(closed.bytes, Not(HasSubstr("Chat-Delete")));
    EXPECT_EQ(open(bob, closed.bytes).mail.header("chat-delete"), "<1@jabber.example>");
}

// A stranger's word for somebody's key is encrypted to, and never proves that somebody.
TEST_F(OpenPgpTest, gossip_authenticates_nobody) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    const auto bytes = closed.bytes;
    const Decrypted first = open(bob, bytes);
    coi::autocrypt::Peer gossiped;
    gossiped.gossip_key = first.key_update->seen.header->key;
    gossiped.gossip_fingerprint = first.protection.signer;
    Transactions(store).now([&](Database& db) { keys::save(db, bob, "alice@jabber.example", gossiped); });
    EXPECT_EQ(open(bob, bytes).counted, "");
    std::string without = bytes;  // her key no longer comes along
    const auto signer = gossiped.gossip_key;
    const auto found = coi::pgp_mime::find(bytes).value();
    std::optional<keys::Own> own;
    Transactions(store).now([&](Database& db) { own = keys::own(db, bob); });
    EXPECT_EQ(coi::pgp_mime::open(bytes, found, own->secret, {signer})->protection.signature, Signature::good);
    EXPECT_EQ(coi::pgp_mime::open(bytes, found, own->secret, {})->protection.signature, Signature::unknown);
}

TEST_F(OpenPgpTest, what_is_learnt_while_a_letter_waits_counts_for_it) {
    introduce();
    bob_is([&](Contact& contact) { contact.privacy.policy = Policy::off; });
    std::optional<EncryptResult> closed;
    bool made = false;
    pgp.own_key(alice, [&](const std::optional<keys::Own>&) { made = true; });
    loop.run_until([&] { return made; });
    bob_is([&](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });  // so that keys are asked for
    pgp.close(account(alice), contact(alice, "bob"), letter("Hi"), [&](EncryptResult c) { closed = std::move(c); });
    bob_is([&](Contact& contact) { contact.privacy.policy = Policy::require; });
    loop.run_until([&] { return closed.has_value(); });
    EXPECT_TRUE(closed->encrypted);
}

TEST_F(OpenPgpTest, a_changed_mail_is_told_as_such) {
    introduce();
    std::string bytes = close(letter(std::string(2000, 'x'))).bytes;
    const auto armour = bytes.find("-----BEGIN PGP MESSAGE-----");
    ASSERT_NE(armour, std::string::npos);
    auto& flipped = bytes[bytes.find("\r\n\r\n", armour) + 900];
    flipped = flipped == 'A' ? 'B' : 'A';
    const Decrypted unfolded = open(bob, bytes);
    EXPECT_TRUE(unfolded.unread == DecryptFailure::changed || unfolded.unread == DecryptFailure::broken);
    EXPECT_FALSE(unfolded.key_update);
}

TEST_F(OpenPgpTest, the_policy_refuses) {
    bob_is([&](Contact& contact) { contact.privacy.policy = Policy::require; });
    const EncryptResult closed = close(letter("Hi"));
    EXPECT_EQ(closed.refusal, policy::Refusal::no_key);
    EXPECT_EQ(closed.bytes, "");
    OutgoingMail secret = letter("Hi");
    secret.came_by = EndToEnd::otr;
    bob_is([&](Contact& contact) { contact.privacy.policy = Policy::prefer; });
    EXPECT_EQ(close(secret).refusal, policy::Refusal::otr);
}

TEST_F(OpenPgpTest, the_keys_of_others_that_a_mail_changes_are_told) {
    PeerKeyUpdate update;
    update.contact = "alice@jabber.example";
    update.gossip = {{{{"", "carol", "mail.test"}, false, "carol's key"}, {.fingerprint = "C0"}}};
    KeyUpdateResult first, again;
    Transactions(store).now([&](Database& db) {
        first = keys::apply(db, bob, update);
        again = keys::apply(db, bob, update);
    });
    ASSERT_EQ(first.others.size(), 1U);
    EXPECT_EQ(first.others[0].contact, "carol@mail.test");
    EXPECT_EQ(coi::autocrypt::key_of(first.others[0].peer), "carol's key");
    EXPECT_TRUE(again.others.empty());
}

TEST_F(OpenPgpTest, letters_of_a_conversation_leave_in_order) {
    introduce();
    std::vector<int> out;
    for (int i = 0; i < 20; ++i) {
        bob_is([&](Contact& to) { to.privacy.policy = i % 3 == 0 ? Policy::off : Policy::require; });
        pgp.close(account(alice), contact(alice, "bob"), letter(std::to_string(i)),
                  [&out, i](const EncryptResult&) { out.push_back(i); });
    }
    loop.run_until([&] { return out.size() == 20; });
    EXPECT_TRUE(std::ranges::is_sorted(out));
    EXPECT_EQ(pgp.waiting(), 0U);
}

/// Nested compression does that; here it is a process that does nothing else.
TEST_F(OpenPgpTest, mail_that_takes_too_long_is_given_up_and_the_next_is_opened) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    {
        const coi::Confined spinning({[](std::string_view) -> std::string {
            for (volatile unsigned i = 0;;) i = i + 1;
        }});
        const Decrypted unfolded = open(bob, closed.bytes);
        EXPECT_EQ(unfolded.unread, DecryptFailure::costly);
        EXPECT_FALSE(unfolded.key_update);
        EXPECT_TRUE(security_label::is_closed(unfolded.unread));
        EXPECT_THAT(security_label::words({}, unfolded.unread, {}, ""), HasSubstr("takes very long"));
    }
    EXPECT_EQ(open(bob, closed.bytes).mail.text, "Hi");
}

TEST_F(OpenPgpTest, when_it_stops_mail_that_was_not_opened_comes_again) {
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    pgp.stop();
    const Decrypted unfolded = open(bob, closed.bytes);
    EXPECT_EQ(unfolded.unread, DecryptFailure::busy);
    EXPECT_FALSE(unfolded.key_update);
    EXPECT_TRUE(close(letter("what its user writes still leaves")).encrypted);
    EXPECT_EQ(pgp.waiting(), 0U);
}

TEST_F(OpenPgpTest, another_programs_key_keeps_ours_away) {
    Account changed = account(alice);
    changed.key_holder = KeyHolder::elsewhere;
    directory.save(changed, [](const Store::Failure&, AccountId) {});
    loop.flush(store);
    introduce();
    const EncryptResult closed = close(letter("Hi"));
    EXPECT_FALSE(closed.encrypted);
    EXPECT_THAT(closed.bytes, Not(HasSubstr("Autocrypt:")));
}

TEST_F(OpenPgpTest, a_replaced_key_is_used_from_then_on) {
    close(letter("Hi"));
    std::optional<keys::Own> replaced;
    pgp.replace_key(alice, std::nullopt, [&](const Store::Failure&, keys::Own own) { replaced = std::move(own); });
    loop.run_until([&] { return replaced.has_value(); });
    const auto brought = coi::autocrypt::parse(coi::parse(close(letter("Hi")).bytes)->header("autocrypt"));
    ASSERT_TRUE(brought);
    const auto info =
        coi::openpgp::inspect(brought->key, std::chrono::sys_seconds(std::chrono::seconds(4'000'000'000)));
    EXPECT_EQ(info->fingerprint, replaced->fingerprint);
}

}  // namespace
}  // namespace gateway
