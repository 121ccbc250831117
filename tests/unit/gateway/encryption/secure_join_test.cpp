// Two accounts follow an invite, each on a gateway of its own, with the mails carried by hand: as far as keys,
// contacts, commits and limits go. What each step says is tests/unit/coi/crypt/securejoin_state_test.cpp's.

#include "gateway/encryption/secure_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using coi::securejoin::Invite;
using coi::securejoin::Step;
using testing::HasSubstr;
using testing::Not;

Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// One gateway with one account.
struct Side {
    StoreLoop& loop;
    Store store;
    Directory directory{store};
    Workers workers{1, loop.post()};
    OpenPgp pgp{directory, store, workers, {}};
    FakeOutlet outlet;
    FakeNotices notices;
    std::vector<queue::Entry>& out = outlet.entries;
    std::vector<std::string>& verified = notices.verified_contacts;
    std::vector<trust::KeyNews>& other_keys = notices.other_keys;
    SecureJoin secure_join{directory, store, workers, pgp, outlet, notices, {}, now};
    AccountId id{};

    Side(StoreLoop& loop_, const std::string& name)
        : loop(loop_), store("sqlite::memory:", Seal({Seal::Key{}}), loop_.post()) {
        Account account;
        account.jid = name + "@jabber.example";
        account.address = {"", name, "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
    }
    const Account& account() { return *directory.find(id); }
    const Contact* contact(const std::string& name) { return directory.contact(id, name + "@jabber.example"); }
    Invite invite() {
        std::optional<Invite> made;
        secure_join.invite(id, [&](std::optional<Invite> invite) { made = std::move(invite); });
        loop.run_until([&] { return made.has_value(); });
        return made.value();
    }
    SecureJoin::Joined join(const Invite& invite) {
        std::optional<SecureJoin::Joined> joined;
        secure_join.join(id, invite, [&](SecureJoin::Joined result) { joined = result; });
        loop.run_until([&] { return joined.has_value(); });
        loop.flush(store);
        return *joined;
    }
    /// The next mail that was committed to leave.
    std::string next() {
        loop.run_until([&] { return !out.empty(); });
        std::string bytes = std::move(out.front().payload);
        out.erase(out.begin());
        return bytes;
    }
    /// A mail comes, as the inbox hands it over.
    void begin(const std::string& bytes, std::optional<DeliveryResult>& verdict) {
        auto mail = coi::parse(bytes).value();
        auto raw = std::make_shared<const std::string>(bytes);
        pgp.open(account(), raw, std::move(mail), [this, &verdict](Decrypted unfolded) {
            IncomingMail arrival{id, std::move(unfolded.mail), std::nullopt, "", false};
            arrival.protection = std::move(unfolded.protection);
            arrival.author = std::move(unfolded.author);
            arrival.counted = std::move(unfolded.counted);
            arrival.key_update = std::move(unfolded.key_update);
            secure_join.take(account(), arrival, [&verdict](DeliveryResult came) { verdict = std::move(came); });
        });
    }
    DeliveryResult take(const std::string& bytes) {
        std::optional<DeliveryResult> verdict;
        begin(bytes, verdict);
        loop.run_until([&] { return verdict.has_value(); });
        loop.flush(store);
        return *verdict;
    }
    coi::autocrypt::Peer peer(const std::string& name) {
        coi::autocrypt::Peer peer;
        Transactions(store).now([&](Database& db) { peer = keys::peer(db, id, name + "@jabber.example"); });
        return peer;
    }
    coi::openpgp::Fingerprint own() {
        coi::openpgp::Fingerprint own;
        Transactions(store).now([&](Database& db) { own = keys::own(db, id)->fingerprint; });
        return own;
    }
};

struct SecureJoinTest : testing::Test {
    StoreLoop loop;
    Side alice{loop, "alice"}, bob{loop, "bob"};

    /// Carries what waits, from one to the other and back, until nothing more comes.
    void carry() {
        while (!alice.out.empty() || !bob.out.empty()) {
            if (!alice.out.empty()) EXPECT_EQ(bob.take(alice.next()).kind, DeliveryResult::Kind::taken);
            if (!bob.out.empty()) EXPECT_EQ(alice.take(bob.next()).kind, DeliveryResult::Kind::taken);
        }
    }
};

TEST_F(SecureJoinTest, both_sides_are_verified_and_told) {
    ASSERT_EQ(bob.join(alice.invite()), SecureJoin::Joined::begun);
    carry();
    EXPECT_EQ(alice.verified, std::vector<std::string>{"bob@jabber.example"});
    EXPECT_EQ(bob.verified, std::vector<std::string>{"alice@jabber.example"});
    for (auto* contact : {alice.contact("bob"), bob.contact("alice")}) {
        ASSERT_TRUE(contact);
        EXPECT_TRUE(contact->privacy.verified && contact->privacy.has_key && contact->privacy.encrypted);
        EXPECT_FALSE(contact->privacy.conflicting);
        EXPECT_EQ(contact->dialect, Dialect::chatmail);
        EXPECT_TRUE(contact->written_to) << "what they write is taken";
    }
    EXPECT_EQ(alice.peer("bob").verified, bob.own());
    EXPECT_EQ(bob.peer("alice").verified, alice.own());
}

TEST_F(SecureJoinTest, the_first_mail_is_clear_and_all_others_are_not) {
    const Invite invite = alice.invite();
    bob.join(invite);
    const std::string request = bob.next();
    EXPECT_THAT(request, HasSubstr("Secure-Join: vc-request\r\n"));
    EXPECT_THAT(request, HasSubstr("Autocrypt: addr=bob@jabber.example"));
    EXPECT_THAT(request, Not(HasSubstr(invite.auth)));
    alice.take(request);
    const std::string answer = alice.next();
    EXPECT_THAT(answer, Not(HasSubstr("vc-auth-required")));
    bob.take(answer);
    const std::string secret = bob.next();
    EXPECT_THAT(secret, Not(HasSubstr(invite.auth)));
    EXPECT_THAT(secret, HasSubstr("BEGIN PGP MESSAGE"));
}

TEST_F(SecureJoinTest, a_mail_that_cannot_be_delivered_bothers_nobody) {
    bob.join(alice.invite());
    loop.run_until([&] { return !bob.out.empty(); });
    const auto& entry = bob.out.front();
    EXPECT_EQ(entry.origin, "");
    EXPECT_EQ(entry.to, "alice@jabber.example");
    EXPECT_THAT(entry.payload, HasSubstr("Message-ID: <" + entry.name + ">"));
}

TEST_F(SecureJoinTest, an_invite_is_for_one) {
    Side carol{loop, "carol"};
    const Invite invite = alice.invite();
    bob.join(invite);
    carry();
    carol.join(invite);
    EXPECT_EQ(alice.take(carol.next()).kind, DeliveryResult::Kind::declined);
    EXPECT_TRUE(alice.out.empty());
    EXPECT_FALSE(alice.contact("carol"));
}

TEST_F(SecureJoinTest, two_who_hold_the_same_secret_at_the_same_time) {
    Side carol{loop, "carol"};
    const Invite invite = alice.invite();
    bob.join(invite);
    carol.join(invite);
    alice.take(bob.next());
    bob.take(alice.next());
    alice.take(carol.next());
    carol.take(alice.next());
    EXPECT_EQ(alice.take(carol.next()).kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(alice.take(bob.next()).kind, DeliveryResult::Kind::declined);
    EXPECT_EQ(alice.verified, std::vector<std::string>{"carol@jabber.example"});
}

TEST_F(SecureJoinTest, a_lost_confirmation_is_sent_again_and_told_once) {
    bob.join(alice.invite());
    alice.take(bob.next());
    bob.take(alice.next());
    const std::string secret = bob.next();
    alice.take(secret);
    alice.next();  // lost
    EXPECT_EQ(alice.take(secret).kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(bob.take(alice.next()).kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(alice.verified.size(), 1U);
    EXPECT_EQ(bob.verified.size(), 1U);
}

TEST_F(SecureJoinTest, AConfirmationThatComesTwiceAtOnceIsToldOnce) {
    bob.join(alice.invite());
    alice.take(bob.next());
    bob.take(alice.next());
    alice.take(bob.next());
    const std::string confirmation = alice.next();
    std::optional<DeliveryResult> first, second;
    bob.begin(confirmation, first);
    bob.begin(confirmation, second);
    loop.run_until([&] { return first && second; });
    EXPECT_EQ(first->kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(second->kind, DeliveryResult::Kind::silent);
    EXPECT_EQ(bob.verified.size(), 1U);
}

TEST_F(SecureJoinTest, a_copy_of_an_answer_changes_nothing) {
    bob.join(alice.invite());
    alice.take(bob.next());
    const std::string answer = alice.next();
    bob.take(answer);
    EXPECT_EQ(bob.take(answer).kind, DeliveryResult::Kind::silent);
    EXPECT_EQ(bob.out.size(), 1U);
}

TEST_F(SecureJoinTest, requests_are_answered_few_times) {
    bob.join(alice.invite());
    const std::string request = bob.next();
    int answered = 0;
    for (int i = 0; i < 10; ++i) answered += alice.take(request).kind == DeliveryResult::Kind::taken ? 1 : 0;
    EXPECT_EQ(answered, 5);
    EXPECT_EQ(alice.out.size(), 5U);
    EXPECT_FALSE(alice.contact("bob")) << "a request proves nobody";
    EXPECT_EQ(alice.peer("bob"), coi::autocrypt::Peer{});
}

TEST_F(SecureJoinTest, an_unknown_invite_gets_no_answer) {
    Invite made_up = alice.invite();
    made_up.invite_number = "AAAAAAAAAAAAAAAAAAAAAA";
    bob.join(made_up);
    EXPECT_EQ(alice.take(bob.next()).kind, DeliveryResult::Kind::declined);
    EXPECT_TRUE(alice.out.empty());
}

TEST_F(SecureJoinTest, a_forged_inviter_is_not_believed) {
    Side mallory{loop, "alice"};  // the same address, another key
    const Invite invite = alice.invite();
    mallory.invite();  // makes the key
    Transactions(mallory.store).now([&](Database& db) {
        keys::save(db, mallory.id,
                   coi::securejoin::Offer{invite,
                                          std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::hours(1), ""});
    });
    bob.join(invite);
    const std::string request = bob.next();
    mallory.take(request);
    EXPECT_EQ(bob.take(mallory.next()).kind, DeliveryResult::Kind::declined);
    EXPECT_EQ(bob.peer("alice"), coi::autocrypt::Peer{});
    alice.take(request);
    EXPECT_EQ(bob.take(alice.next()).kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(bob.peer("alice").verified, alice.own());
}

// Whoever holds an invite can write any From: the key that counts for that address stays until its reader decides.
TEST_F(SecureJoinTest, an_invite_used_in_anothers_name_replaces_no_key) {
    bob.join(alice.invite());
    carry();
    const auto before = alice.peer("bob");
    Side eve{loop, "bob"};  // the same address, another key
    const Invite invite = alice.invite();
    eve.join(invite);
    EXPECT_EQ(alice.take(eve.next()).kind, DeliveryResult::Kind::taken) << "a request changes nothing";
    eve.take(alice.next());
    EXPECT_EQ(alice.take(eve.next()).kind, DeliveryResult::Kind::declined);
    EXPECT_TRUE(alice.out.empty());
    EXPECT_EQ(alice.peer("bob").verified, bob.own());
    EXPECT_EQ(coi::autocrypt::key_of(alice.peer("bob")), before.verified_key);
    EXPECT_EQ(alice.peer("bob").offered, eve.own());
    ASSERT_EQ(alice.other_keys.size(), 1U);
    EXPECT_EQ(alice.other_keys[0], (trust::KeyNews{bob.own(), eve.own(), false}));
    EXPECT_EQ(alice.verified.size(), 1U) << "nobody new is verified";
    EXPECT_TRUE(alice.contact("bob")->privacy.verified && alice.contact("bob")->privacy.conflicting);
    // The invite is not used up: who it was given to can still follow it.
    Side carol{loop, "carol"};
    carol.join(invite);
    alice.take(carol.next());
    carol.take(alice.next());
    EXPECT_EQ(alice.take(carol.next()).kind, DeliveryResult::Kind::taken);
}

TEST_F(SecureJoinTest, an_invite_that_the_user_followed_replaces_what_only_came_by_mail) {
    const auto with_key = [&](bool verified) {
        coi::autocrypt::Peer peer;
        peer.key = "old";
        peer.fingerprint = std::string(40, 'A');
        if (verified) peer.verified_key = peer.key, peer.verified = peer.fingerprint;
        Transactions(bob.store).now([&](Database& db) { keys::save(db, bob.id, "alice@jabber.example", peer); });
    };
    with_key(true);
    const Invite invite = alice.invite();
    bob.join(invite);
    alice.take(bob.next());
    EXPECT_EQ(bob.take(alice.next()).kind, DeliveryResult::Kind::declined) << "a verified key is not replaced";
    EXPECT_EQ(bob.peer("alice").verified, std::string(40, 'A'));
    with_key(false);
    bob.join(invite);
    alice.take(bob.next());
    EXPECT_EQ(bob.take(alice.next()).kind, DeliveryResult::Kind::taken);
    EXPECT_EQ(bob.peer("alice").verified, alice.own());
    ASSERT_EQ(bob.other_keys.size(), 2U);
    EXPECT_TRUE(bob.other_keys[1].is_used);
}

TEST_F(SecureJoinTest, own_invites_and_foreign_keys_are_not_followed) {
    EXPECT_EQ(alice.join(alice.invite()), SecureJoin::Joined::own);
    const Invite invite = bob.invite();
    Account account = alice.account();
    account.key_holder = KeyHolder::elsewhere;
    alice.directory.save(account, [](const Store::Failure&, AccountId) {});
    loop.flush(alice.store);
    EXPECT_EQ(alice.join(invite), SecureJoin::Joined::no_key);
    bool answered = false;
    alice.secure_join.invite(alice.id, [&](const std::optional<Invite>& made) { answered = !made; });
    loop.run_until([&] { return answered; });
}

TEST_F(SecureJoinTest, what_waits_is_known_after_a_restart) {
    const Invite invite = alice.invite();
    bob.join(invite);
    alice.take(bob.next());
    std::vector<coi::securejoin::Offer> offers;
    std::vector<coi::securejoin::Joining> joinings;
    Transactions(alice.store).now([&](Database& db) { offers = keys::offers(db, alice.id); });
    Transactions(bob.store).now([&](Database& db) { joinings = keys::joinings(db, bob.id, "alice@jabber.example"); });
    ASSERT_EQ(offers.size(), 1U);
    ASSERT_EQ(joinings.size(), 1U);
    EXPECT_EQ(offers.front().used_by, "");
    carry();
    Transactions(alice.store).now([&](Database& db) { offers = keys::offers(db, alice.id); });
    Transactions(bob.store).now([&](Database& db) { joinings = keys::joinings(db, bob.id, "alice@jabber.example"); });
    EXPECT_EQ(offers.front().used_by, bob.own());
    EXPECT_TRUE(joinings.empty()) << "it has come to its end";
    std::vector<Contact> contacts;
    Transactions(alice.store).now([&](Database& db) { contacts = accounts::contacts(db); });
    ASSERT_EQ(contacts.size(), 1U);
    EXPECT_TRUE(contacts.front().privacy.verified && contacts.front().written_to);
}

TEST_F(SecureJoinTest, an_account_has_few_open_invites) {
    const Invite first = alice.invite();
    for (int i = 0; i < 20; ++i) alice.invite();
    std::vector<coi::securejoin::Offer> offers;
    Transactions(alice.store).now([&](Database& db) { offers = keys::offers(db, alice.id); });
    EXPECT_EQ(offers.size(), 20U);
    EXPECT_NE(offers.back().invite, first);
}

TEST_F(SecureJoinTest, invites_whose_time_is_over_are_forgotten_by_the_sweep) {
    const coi::securejoin::Offer over{alice.invite(), std::chrono::sys_seconds(std::chrono::seconds(1)), ""};
    const Invite good = alice.invite();
    std::vector<coi::securejoin::Offer> offers;
    Transactions(alice.store).now([&](Database& db) { keys::save(db, alice.id, over); });
    alice.secure_join.sweep();
    loop.flush(alice.store);
    Transactions(alice.store).now([&](Database& db) { offers = keys::offers(db, alice.id); });
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_EQ(offers[0].invite, good);
}

}  // namespace
}  // namespace gateway
