// What somebody who can write into the database's file may not do: each changed row is set aside, said, and not used,
// and everything else goes on.

#include "gateway/store/sqlite/sealed.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/queue.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

const std::string bob = "bob@example.org", eve = "eve@evil.example";

coi::autocrypt::Peer peer_with(const std::string& key) {
    coi::autocrypt::Peer peer;
    peer.last_seen = std::chrono::sys_seconds(std::chrono::seconds(1000));
    peer.key = key;
    peer.fingerprint = "F of " + key;
    peer.verified_key = key;
    peer.verified = peer.fingerprint;
    return peer;
}

/// One of everything, for Alice and Bob.
struct Stored {
    AccountId alice{};
    std::int64_t mail = 0, next_mail = 0;
};

Account alice_account() {
    Account account;
    account.kind = Account::Kind::mailbox;
    account.jid = "alice@jabber.example";
    account.address = {"Alice", "alice", "example.org"};
    account.login.password = "correct horse";
    account.policy = Policy::require;
    return account;
}

queue::Entry mail_of(AccountId account, const std::string& payload) {
    queue::Entry entry;
    entry.account = account;
    entry.contact = entry.to = bob;
    entry.from = "alice@example.org";
    entry.origin = "alice@jabber.example/phone";
    entry.payload = payload;
    return entry;
}

const std::string identity_key(33, 'k');

Stored fill(Database& db) {
    Stored stored;
    stored.alice = accounts::save(db, alice_account());
    Contact contact;
    contact.account = stored.alice;
    contact.canonical = bob;
    contact.address = {"Bob", "bob", "example.org"};
    contact.subject = "Earth";
    contact.privacy.encrypted = true;
    accounts::save(db, contact);
    contact.canonical = "carol@example.org";
    contact.subject.clear();
    accounts::save(db, contact);
    stored.mail = queue::put(db, mail_of(stored.alice, "one"));
    stored.next_mail = queue::put(db, mail_of(stored.alice, "two"));
    ids::remember(db, {stored.alice, bob, {"m1@example.org"}, {"s1"}, false, bob, "en", true, Time{}});
    keys::save(db, stored.alice, bob, peer_with("Bob's key"));
    keys::save(db, stored.alice, {coi::Secret("a secret key"), "ALICE"});
    keys::save(db, stored.alice, bob, keys::OtrPeer{"0123", ""});
    keys::save_otr_identity(db, stored.alice, coi::Secret("an identity"));
    keys::save(db, {stored.alice,
                    bob,
                    {{7, identity_key, coi::Secret("a record")}},
                    {{7, identity_key, keys::OmemoDevice::Trust::revoked}},
                    coi::Secret("OMEMO keys")});
    return stored;
}

class SealedRows : public testing::Test {
  protected:
    void change(const std::string& sql) { db.execute(sql.c_str()); }
    std::vector<std::string> set_aside() {
        std::vector<std::string> what;
        for (const auto& row : damaged::of(db, static_cast<std::int64_t>(stored.alice))) what.push_back(row.what);
        return what;
    }
    using Lines = std::vector<std::string>;

    Database db{":memory:", test_seal()};
    Stored stored = fill(db);
};

TEST(Binding, no_two_rows_give_the_same_bytes) {
    const auto bytes = [](auto&& fill_in) {
        Binding binding("place");
        fill_in(binding);
        return binding.bytes();
    };
    const std::vector<std::string> all{bytes([](Binding& b) { b.add("ab"), b.add("c"); }),
                                       bytes([](Binding& b) { b.add("a"), b.add("bc"); }),
                                       bytes([](Binding& b) { b.add("abc"); }),
                                       bytes([](Binding& b) { b.add_blob("abc"); }),
                                       bytes([](Binding& b) { b.add(std::int64_t{1}); }),
                                       bytes([](Binding& b) { b.add_null(); }),
                                       Binding("other place").bytes()};
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(std::count(all.begin(), all.end(), all[i]), 1) << i;
}

class ChangedQueueRow : public SealedRows, public testing::WithParamInterface<const char*> {};

TEST_P(ChangedQueueRow, is_set_aside_and_its_line_goes_on) {
    change("UPDATE queue SET " + std::string(GetParam()) + " WHERE id = " + std::to_string(stored.mail));
    queue::set_unknown_aside(db);
    const auto heads = queue::heads(db, queue::Direction::mail, 0, 10);
    ASSERT_EQ(heads.size(), 1u);
    EXPECT_EQ(queue::find(db, heads[0].id)->payload, "two");
    EXPECT_TRUE(queue::heads(db, queue::Direction::jabber, 0, 10).empty());
    const auto shown = queue::find(db, stored.mail);
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->direction, queue::Direction::aside);
    EXPECT_EQ(shown->payload, "");
    EXPECT_NE(shown->last_error.find("does not match its seal"), std::string::npos);
    EXPECT_EQ(queue::list(db, 0, 10).size(), 2u);
    EXPECT_TRUE(queue::overdue(db, Time::max(), Time::max(), 10).size() == 1);
    EXPECT_TRUE(queue::done(db, stored.mail));
}

INSTANTIATE_TEST_SUITE_P(Each, ChangedQueueRow,
                         testing::Values("recipient = 'eve@evil.example'", "sender = 'ceo@example.org'", "account = 77",
                                         "contact = 'eve@evil.example'", "origin = 'eve@jabber.example/x'", "leg = 1",
                                         "leg = 9", "name = 'x'", "origin_id = x'00ff'", "lang = 'de'", "held = 1",
                                         "expires = 9000000", "taken = 'yesterday'"));

TEST_F(SealedRows, a_line_is_read_to_its_end_past_what_is_damaged) {
    for (int i = 0; i < 20; ++i) queue::put(db, mail_of(stored.alice, "more " + std::to_string(i)));
    change("UPDATE payload SET bytes = x'00' WHERE id % 2 = 0");
    EXPECT_EQ(queue::next(db, queue::Direction::mail, stored.alice, bob, 0, 8).size(), 8u);
    change("DELETE FROM payload WHERE id = 1");
    EXPECT_EQ(queue::next(db, queue::Direction::mail, stored.alice, bob, 0, 1).front().id, 3);
}

class ChangedAccount : public SealedRows, public testing::WithParamInterface<const char*> {};

TEST_P(ChangedAccount, is_known_as_damaged_and_none_of_it_is_used) {
    change("UPDATE account SET " + std::string(GetParam()));
    const auto all = accounts::all(db);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_TRUE(all[0].damaged);
    EXPECT_FALSE(all[0].works());
    EXPECT_EQ(all[0].login.password, "");
    accounts::note_name(db, stored.alice, "Eve");  // must not make it good
    accounts::note_language(db, stored.alice, "de", Account::LanguageSource::stanza);
    EXPECT_TRUE(accounts::all(db)[0].damaged);
}

INSTANTIATE_TEST_SUITE_P(Each, ChangedAccount,
                         testing::Values("jid = 'eve@jabber.example'", "local = 'eve'", "domain = 'evil.example'",
                                         "policy = 0", "policy = 77", "key_holder = 2", "kind = 1", "kind = 9",
                                         "take = 2", "name = 'Eve'", "state = 1", "mark = x''", "local = x'ff00ff'"));

TEST_F(SealedRows, a_login_that_does_not_open_is_lost_alone) {
    for (const char* login : {"x'00'", "NULL", "(SELECT bytes FROM payload LIMIT 1)"}) {
        change("UPDATE account SET login = " + std::string(login));
        const auto account = accounts::all(db).at(0);
        EXPECT_FALSE(account.damaged);
        EXPECT_TRUE(account.login_lost);
        EXPECT_EQ(account.policy, Policy::require);
    }
    accounts::note_name(db, stored.alice, "Alice A.");
    EXPECT_TRUE(accounts::all(db)[0].login_lost);
    auto again = accounts::all(db)[0];
    again.login.password = "new";
    again.login_lost = false;
    accounts::save(db, again);
    EXPECT_EQ(accounts::all(db)[0].login.password, "new");
    EXPECT_FALSE(accounts::all(db)[0].login_lost);
}

class ChangedContact : public SealedRows, public testing::WithParamInterface<const char*> {};

TEST_P(ChangedContact, is_set_aside_and_the_others_stay) {
    change("UPDATE contact SET " + std::string(GetParam()) + " WHERE canonical = 'bob@example.org'");
    const auto contacts = accounts::contacts(db);
    ASSERT_EQ(contacts.size(), 1u);
    EXPECT_EQ(contacts[0].canonical, "carol@example.org");
    EXPECT_EQ(set_aside().size(), 1u);
    EXPECT_EQ(accounts::contacts(db).size(), 1u) << "once";
    EXPECT_EQ(set_aside().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Each, ChangedContact,
                         testing::Values("local = 'eve'", "domain = 'evil.example'", "policy = 3", "privacy = 0",
                                         "dialect = 7", "thread = 'x'", "timer = 5", "subject = NULL",
                                         "canonical = 'eve@evil.example'", "name = x'00'"));

TEST_F(SealedRows, what_was_last_in_a_conversation_gets_into_no_header_if_it_is_no_id) {
    change("UPDATE contact SET last_in = 'a@b' || char(13) || char(10) || 'Bcc: eve@evil.example', last_out = 'a@b'");
    const auto contacts = accounts::contacts(db);
    ASSERT_EQ(contacts.size(), 2u);
    EXPECT_TRUE(contacts[0].last_in.empty());
    EXPECT_EQ(contacts[0].last_out.value, "a@b");
}

TEST_F(SealedRows, anothers_key_is_no_key_of_the_contact) {
    keys::save(db, stored.alice, eve, peer_with("Eve's key"));
    change(
        "UPDATE peer_key SET (key, fingerprint, mark) = (SELECT key, fingerprint, mark FROM peer_key WHERE contact = "
        "'eve@evil.example') WHERE contact = 'bob@example.org'");
    EXPECT_EQ(keys::peer(db, stored.alice, eve).key, "Eve's key");
    EXPECT_EQ(keys::peer(db, stored.alice, bob), coi::autocrypt::Peer{});
    EXPECT_EQ(set_aside(), Lines{"keys of bob@example.org"});
    const auto contact = accounts::contacts(db).at(0);
    EXPECT_TRUE(contact.privacy.encrypted) << "so nothing leaves in the clear";
    EXPECT_FALSE(contact.privacy.has_key);
    EXPECT_FALSE(contact.privacy.verified);
}

TEST_F(SealedRows, at_start_as_well) {
    change("UPDATE peer_key SET verified = 'EVE', verified_key = x'00'");
    EXPECT_FALSE(accounts::contacts(db).at(0).privacy.has_key);
    EXPECT_EQ(set_aside(), Lines{"keys of bob@example.org"});
}

TEST_F(SealedRows, nobody_becomes_trusted_for_otr) {
    change("UPDATE otr_peer SET trust = 'verified'");
    EXPECT_TRUE(keys::otr_peers(db, stored.alice, bob).empty());
    EXPECT_EQ(set_aside(), Lines{"OTR fingerprint with bob@example.org"});
}

TEST_F(SealedRows, nobody_becomes_trusted_for_omemo) {
    change("UPDATE omemo_device SET trust = 1");
    EXPECT_TRUE(keys::omemo_devices(db, stored.alice).empty());
    EXPECT_EQ(set_aside(), Lines{"OMEMO device 7"});
}

TEST_F(SealedRows, omemo_sessions_stay_with_their_contact) {
    change("UPDATE omemo_session SET contact = 'carol@example.org'");
    EXPECT_TRUE(keys::omemo_sessions(db, stored.alice, "carol@example.org").empty());
    EXPECT_EQ(set_aside(), Lines{"OMEMO session with carol@example.org"});
}

TEST_F(SealedRows, secrets_stay_with_their_account) {
    auto other = alice_account();
    other.jid = "eve@jabber.example";
    const auto id = accounts::save(db, other);
    for (const char* table : {"own_key", "otr_identity", "omemo_own"})
        change("UPDATE " + std::string(table) + " SET account = " + std::to_string(static_cast<std::int64_t>(id)));
    EXPECT_THROW(keys::own(db, id), StoreError);
    EXPECT_EQ(keys::otr_identity(db, id).bytes(), "");
    EXPECT_EQ(keys::omemo_own(db, id).bytes(), "");
    EXPECT_EQ(keys::handshakes(db, id, bob).own, "");
    change("UPDATE account SET login = (SELECT login FROM account WHERE jid = 'alice@jabber.example')");
    EXPECT_FALSE(accounts::all(db)[0].login_lost);
    EXPECT_TRUE(accounts::all(db)[1].login_lost);
}

TEST_F(SealedRows, who_is_told_of_a_message_cannot_be_changed) {
    ASSERT_TRUE(ids::by_stanza(db, stored.alice, bob, {"s1"}));
    change("UPDATE known SET jid = 'eve@evil.example'");
    EXPECT_FALSE(ids::by_stanza(db, stored.alice, bob, {"s1"}));
    EXPECT_EQ(set_aside(), Lines{"an id of a message"});
}

TEST_F(SealedRows, a_message_whose_author_was_told_is_still_known) {
    const auto known = ids::by_stanza(db, stored.alice, bob, {"s1"});
    EXPECT_TRUE(ids::forget_author(db, *known));
    EXPECT_FALSE(ids::forget_author(db, *known));
    EXPECT_EQ(ids::by_stanza(db, stored.alice, bob, {"s1"})->jid, "");
}

TEST(SealedRotation, goes_on_past_what_is_damaged) {
    const TestFolder folder;
    Stored stored;
    {
        Database db(folder.file("coigate.db"), test_seal('a'));
        stored = fill(db);
        db.execute("UPDATE queue SET recipient = 'eve@evil.example' WHERE id = 1; UPDATE peer_key SET key = x'00'");
    }
    {
        const Database both(folder.file("coigate.db"),
                            Seal::from_file_bytes(std::string(32, 'b') + std::string(32, 'a')));
    }
    Database db(folder.file("coigate.db"), test_seal('b'));
    EXPECT_EQ(accounts::all(db).at(0).login.password, "correct horse");
    EXPECT_EQ(accounts::contacts(db).at(0).subject, "Earth");
    EXPECT_EQ(queue::find(db, queue::heads(db, queue::Direction::mail, 0, 9).at(0).id)->payload, "two");
    EXPECT_EQ(keys::own(db, stored.alice)->secret.bytes(), "a secret key");
    EXPECT_EQ(keys::otr_identity(db, stored.alice).bytes(), "an identity");
    EXPECT_EQ(keys::otr_peers(db, stored.alice, bob).size(), 1u);
    EXPECT_EQ(keys::omemo_own(db, stored.alice).bytes(), "OMEMO keys");
    EXPECT_EQ(keys::omemo_devices(db, stored.alice).at(0).trust, keys::OmemoDevice::Trust::revoked);
    EXPECT_EQ(keys::omemo_sessions(db, stored.alice, bob).at(0).record.bytes(), "a record");
    EXPECT_TRUE(keys::peer(db, stored.alice, bob).key.empty());
    EXPECT_TRUE(ids::by_stanza(db, stored.alice, bob, {"s1"}));
}

TEST(ChangedContact, is_not_written_to_in_the_clear) {
    Database db(":memory:", test_seal());
    const Stored stored = fill(db);
    db.execute("UPDATE contact SET privacy = 0, policy = 3 WHERE canonical = 'bob@example.org'");
    EXPECT_EQ(accounts::contacts(db).size(), 1u);
    EXPECT_EQ(once_encrypted::of(db, stored.alice), std::vector{bob});
}

}  // namespace
}  // namespace gateway
