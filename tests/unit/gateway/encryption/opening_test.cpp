// Whose mail it is that comes from another address of a contact: only the contact's own key says so.

#include "gateway/encryption/opening.h"

#include <gtest/gtest.h>

#include "coi/crypt/pgp_mime.h"
#include "coi/crypt/relay_list.h"
#include "coi/message_id.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/store/ids.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/chatmail_keys.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

namespace chatmail = tests::chatmail;

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const coi::Address one{"Dora", "dora", "one.example"}, two{"Dora", "dora", "two.example"},
    bob{"", "bob", "bank.example"};

struct OpeningTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Workers workers{1, loop.post()};
    OpenPgp pgp{directory, store, workers, {}};
    AccountId alice{};
    std::string our_key;

    OpeningTest() {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { alice = saved; });
        loop.flush(store);
        std::optional<keys::Own> own;
        pgp.own_key(alice, [&](std::optional<keys::Own> key) { own = std::move(key); });
        loop.run_until([&] { return own.has_value(); });
        our_key = coi::openpgp::public_key(own->secret, account.address).value();
    }

    /// A mail to Alice from an address, signed and with the key `shown` in it ("": without).
    std::string mail(const coi::Address& from, const std::string& shown, const coi::Secret& signer,
                     coi::MessageId answered = {}) {
        coi::Message mail;
        mail.id = coi::mint(from.domain);
        mail.from = {from};
        mail.to = {{"", "alice", "jabber.example"}};
        mail.date = now;
        mail.text = "Hello";
        mail.headers["chat-version"] = "1.0";
        if (!answered.empty()) mail.in_reply_to = {std::move(answered)};
        coi::pgp_mime::Close how;
        how.signer = signer;
        how.to = {our_key};
        how.own = {{"", from.local, from.domain}, true, shown};
        how.chatmail = true;
        how.outer_autocrypt = false;
        std::string bytes = coi::pgp_mime::close(coi::print(mail).value(), how).value();
        return bytes;
    }
    std::string doras(const coi::Address& from, const std::string& shown, coi::MessageId answered = {}) {
        static const coi::Secret secret = coi::openpgp::import_key(chatmail::secret(), coi::Secret()).value();
        return mail(from, shown, secret, std::move(answered));
    }
    Decrypted open(const std::string& bytes) {
        std::optional<Decrypted> unfolded;
        pgp.open(*directory.find(alice), std::make_shared<const std::string>(bytes), coi::parse(bytes).value(),
                 [&](Decrypted u) { unfolded = std::move(u); });
        loop.run_until([&] { return unfolded.has_value(); });
        return unfolded.value_or(Decrypted{});
    }
    /// The address that the mail counts as, and what is learnt from it. `vouched`: the mail system vouches for From.
    std::string take(const std::string& bytes, bool vouched = false) {
        Decrypted unfolded = open(bytes);
        if (!unfolded.key_update) return "nothing is learnt";
        unfolded.key_update->is_vouched = vouched;
        unfolded.key_update->answers = unfolded.mail.in_reply_to;
        KeyUpdateResult learnt;
        Transactions(store).now([&](Database& db) { learnt = keys::apply(db, alice, *unfolded.key_update); });
        directory.change(alice, unfolded.mail.from.front(), [&](Contact& contact) {
            trust::note_keys(contact.privacy, learnt.peer);
            contact.relays = learnt.relays;
        });
        return unfolded.mail.from.front().canonical();
    }
    const Contact* contact(const coi::Address& address) { return directory.contact(alice, address.canonical()); }
    std::string listed(const coi::Address& address) {
        const Contact* known = contact(address);
        if (known == nullptr) return "nobody";
        std::vector<coi::Address> all;
        for (const auto& relay : known->relays.all) all.push_back(relay.address);
        return coi::print_relays(all) + (known->relays.bound ? " bound" : "");
    }
};

TEST_F(OpeningTest, a_contact_writes_from_the_other_address_that_the_key_lists) {
    EXPECT_EQ(take(doras(one, chatmail::two())), "dora@one.example");
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example");
    const Decrypted other = open(doras(two, ""));
    EXPECT_EQ(other.mail.from.front().canonical(), "dora@one.example");
    EXPECT_EQ(other.mail.from.front().name, "Dora");
    EXPECT_TRUE(other.is_relayed);
    EXPECT_EQ(trust::proof_of(other.author, other.counted), trust::Proof::key);
    EXPECT_EQ(contact(two), nullptr);
}

TEST_F(OpeningTest, the_mail_that_brings_the_new_list_may_be_the_first_from_there) {
    EXPECT_EQ(take(doras(one, chatmail::one())), "dora@one.example");
    EXPECT_EQ(take(doras(two, chatmail::two())), "dora@one.example");
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example");
}

TEST_F(OpeningTest, whoever_sends_somebody_elses_key_as_theirs_gets_none_of_their_mail) {
    take(doras(bob, chatmail::two()));  // anybody may have sent it: all who know Dora have her public key
    EXPECT_EQ(listed(bob), "dora@two.example,dora@one.example");
    EXPECT_EQ(take(doras(one, chatmail::two())), "dora@one.example");
    EXPECT_EQ(open(doras(two, "")).mail.from.front().canonical(), "dora@one.example");
}

TEST_F(OpeningTest, somebody_who_sent_the_key_before_its_owner_hides_nothing) {
    take(doras(bob, chatmail::one()));
    take(doras({"", "mallory", "bank.example"}, chatmail::one()));
    EXPECT_EQ(take(doras(one, chatmail::one())), "dora@one.example");
    EXPECT_EQ(take(doras(two, chatmail::two())), "dora@one.example");
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example");
}

TEST_F(OpeningTest, whoever_was_met_first_names_the_person) {
    EXPECT_EQ(take(doras(two, chatmail::two())), "dora@two.example");
    EXPECT_EQ(take(doras(one, chatmail::two())), "dora@two.example");
    EXPECT_EQ(contact(one), nullptr);
}

TEST_F(OpeningTest, an_address_that_the_key_does_not_list_is_somebody_elses) {
    take(doras(one, chatmail::one()));
    const Decrypted other = open(doras(two, chatmail::one()));
    EXPECT_EQ(other.mail.from.front().canonical(), "dora@two.example");
    EXPECT_FALSE(other.is_relayed);
}

TEST_F(OpeningTest, an_address_that_was_given_up_is_the_persons_no_more) {
    take(doras(one, chatmail::three()));
    EXPECT_EQ(open(doras(two, chatmail::moved())).mail.from.front().canonical(), "dora@two.example");
    take(doras({"Dora", "dora", "three.example"}, chatmail::moved()));
    EXPECT_EQ(listed(one), "dora@three.example");
    EXPECT_FALSE(open(doras(two, chatmail::three())).is_relayed) << "an old copy brings no address back";
}

TEST_F(OpeningTest, another_key_from_that_address_is_somebody_else) {
    take(doras(one, chatmail::two()));
    const auto theirs = coi::openpgp::generate(two, now).value();
    const Decrypted other = open(mail(two, coi::openpgp::public_key(theirs, two).value(), theirs));
    EXPECT_EQ(other.mail.from.front().canonical(), "dora@two.example");
    EXPECT_TRUE(other.counted.empty());
}

TEST_F(OpeningTest, who_is_met_with_a_key_of_their_own_keeps_their_mail) {
    const auto bobs = coi::openpgp::generate(two, now).value();
    const auto from_bob = [&] { return mail(two, coi::openpgp::public_key(bobs, two).value(), bobs); };
    EXPECT_EQ(take(from_bob()), "dora@two.example");
    take(doras(one, chatmail::two()));
    EXPECT_EQ(open(from_bob()).mail.from.front().canonical(), "dora@two.example");
    EXPECT_EQ(open(doras(two, "")).mail.from.front().canonical(), "dora@one.example");
}

TEST_F(OpeningTest, a_key_in_somebodys_place_gets_none_of_the_answers) {
    take(doras(bob, chatmail::two()));  // forged: nothing but the mail itself says that it is Bob's
    EXPECT_EQ(listed(bob), "dora@two.example,dora@one.example");
    take(doras(bob, chatmail::two(), {"guessed@jabber.example"}));
    take(doras(two, chatmail::two()), true);
    EXPECT_EQ(listed(bob), "dora@two.example,dora@one.example") << "the mail system vouches for another address";
    take(doras(bob, chatmail::two()), true);
    EXPECT_EQ(listed(bob), "dora@two.example,dora@one.example bound");
}

TEST_F(OpeningTest, an_answer_to_what_went_to_the_address_alone_binds_the_key_to_it) {
    ids::Known sent;
    sent.account = alice;
    sent.contact = one.canonical();
    sent.message = {"before@jabber.example"};
    sent.from_jabber = true;
    sent.when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - std::chrono::hours(1);
    ids::note(store, sent);
    take(doras(one, chatmail::two(), {"before@jabber.example"}));
    take(doras(one, chatmail::two(), {"before@jabber.example"}));
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example") << "it went out before this key counted";
    sent.message = {"after@jabber.example"};
    sent.when += std::chrono::hours(2);
    ids::note(store, sent);
    take(doras(two, chatmail::two(), {"after@jabber.example"}));
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example bound");
}

TEST_F(OpeningTest, an_address_is_vouched_for_by_a_mail_from_there) {
    take(doras(one, chatmail::two()));
    take(doras(two, chatmail::two()));
    EXPECT_FALSE(contact(one)->relays.all.at(0).vouched);
    take(doras(two, chatmail::two()), true);
    EXPECT_TRUE(contact(one)->relays.all.at(0).vouched);
    take(doras(one, chatmail::three()));
    EXPECT_TRUE(contact(one)->relays.all.at(1).vouched) << "what was proven stays when the list changes";
    EXPECT_FALSE(contact(one)->relays.all.at(0).vouched);
}

TEST_F(OpeningTest, the_accounts_own_address_is_nobody_elses) {
    take(doras(one, chatmail::two()));
    directory.change(alice, one,
                     [&](Contact& contact) { contact.relays.all.push_back({directory.find(alice)->address}); });
    const Decrypted own = open(doras(directory.find(alice)->address, ""));
    EXPECT_EQ(own.mail.from.front().canonical(), "alice@jabber.example");
    EXPECT_FALSE(own.is_own_key);
}

TEST_F(OpeningTest, another_key_begins_anew) {
    take(doras(one, chatmail::two()), true);
    EXPECT_EQ(listed(one), "dora@two.example,dora@one.example bound");
    const auto theirs = coi::openpgp::generate(one, now).value();
    take(mail(one, coi::openpgp::public_key(theirs, one).value(), theirs), true);
    EXPECT_EQ(listed(one), "");
}

}  // namespace
}  // namespace gateway
