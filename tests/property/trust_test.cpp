// Laws of trust: whatever forged and proven mails come, in whatever order, unproven ones change nothing of a proven
// conversation, and a verified key stays until its user's word.

#include <gtest/gtest.h>

#include <random>

#include "gateway/encryption/decrypt.h"
#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/translate.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using coi::openpgp::Signature;

const std::string bob = "bob@example.org";

/// A mail as unfold would hand it over; keys are names here.
struct Coming {
    coi::Message mail;
    PeerKeyUpdate key_update;
};

class TrustLaws : public testing::Test {
  protected:
    TestFolder folder;
    Database db{folder.file("db"), test_seal()};
    const AccountId alice = [this] {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        return accounts::save(db, account);
    }();
    std::mt19937 random{1};
    Contact contact;

    bool coin() { return random() % 2 == 0; }

    Coming some_mail(bool is_bobs) {
        Coming coming;
        const std::string key = is_bobs ? "true" : std::array{"eve1", "eve2", "eve3"}.at(random() % 3);
        coming.mail.id = {std::to_string(random()) + (coin() ? "@x" : "@localhost")};
        coming.mail.from = {{key, coin() ? "bob" : "BOB", "example.org"}};
        coming.mail.subject = "About " + key;
        coming.mail.text = "Hi";
        if (coin()) coming.mail.headers["chat-version"] = "1.0";
        if (coin()) coming.mail.headers["ephemeral-timer"] = std::to_string(random() % 100);
        if (coin()) coming.mail.references = {{"thread of " + key}};
        PeerKeyUpdate& key_update = coming.key_update;
        key_update.contact = bob;
        key_update.seen.effective_date = std::chrono::sys_seconds(std::chrono::seconds(random() % 1000));
        coi::openpgp::KeyInfo info;
        info.fingerprint = key;
        info.can_encrypt = true;
        if (is_bobs || coin()) {
            key_update.seen.header = coi::autocrypt::Header{{"", "bob", "example.org"}, coin(), "key of " + key};
            key_update.seen.info = info;
        }
        key_update.author = {is_bobs || coin(), is_bobs || coin() ? Signature::good : Signature::none, key};
        if (!is_bobs && coin())  // another's gossip
            key_update.gossip = {{coi::autocrypt::Header{{"", "bob", "example.org"}, false, "key of eve"}, info}};
        return coming;
    }

    /// As the inbox takes it.
    void take(const Coming& coming) {
        const auto counted = coi::autocrypt::counted(keys::peer(db, alice, bob));
        const auto proof = trust::proof_of(coming.key_update.author, counted);
        const auto learnt = keys::apply(db, alice, coming.key_update);
        auto event = read(coming.mail);
        const auto state = trust::state_of(contact.privacy);
        note_read(coming.mail, *event, contact, {proof, coming.key_update.author.encrypted});
        if (coming.key_update.author.encrypted && coming.key_update.author.is_signed() &&
            trust::may(proof, state, trust::Change::mark)) {
            contact.privacy.encrypted = true;
        }
        contact.privacy.verified = !learnt.peer.verified.empty();
        accounts::save(db, contact);
    }

    void begin(bool verified) {
        contact = {};
        contact.account = alice;
        contact.canonical = bob;
        accounts::save(db, contact);
        keys::save(db, alice, bob, coi::autocrypt::Peer{});
        take(some_mail(true));
        auto peer = keys::peer(db, alice, bob);
        ASSERT_EQ(coi::autocrypt::counted(peer), "true") << "a first contact is as easy as ever";
        ASSERT_TRUE(contact.privacy.encrypted);
        if (!verified) return;
        coi::autocrypt::verify(peer, "true");
        keys::save(db, alice, bob, peer);
        contact.privacy.verified = true;
    }
};

TEST_F(TrustLaws, ForgedMailsChangeNothingOfAProvenConversation) {
    for (int round = 0; round < 100; ++round) {
        begin(round % 2 == 0);
        for (int i = 0; i < 30; ++i) {
            if (random() % 4 == 0) {
                take(some_mail(true));
                continue;
            }
            const Contact before = contact;
            const auto keys_before = keys::peer(db, alice, bob);
            take(some_mail(false));
            ASSERT_EQ(contact, before) << "round " << round;
            auto keys_after = keys::peer(db, alice, bob);
            keys_after.offered = keys_before.offered;  // all that may change
            keys_after.offered_key = keys_before.offered_key;
            ASSERT_EQ(keys_after, keys_before) << "round " << round;
        }
        ASSERT_EQ(coi::autocrypt::key_of(keys::peer(db, alice, bob)), "key of true");
    }
}

TEST_F(TrustLaws, TheUsersWordIsForTheKeyThatWasShown) {
    begin(true);
    take(some_mail(false));
    auto eves = some_mail(false);
    while (!eves.key_update.seen.info) eves = some_mail(false);
    take(eves);
    auto peer = keys::peer(db, alice, bob);
    ASSERT_FALSE(peer.offered.empty());
    EXPECT_FALSE(coi::autocrypt::accept(peer, "another"));
    EXPECT_EQ(coi::autocrypt::counted(peer), "true");
    const auto offered = peer.offered;
    EXPECT_TRUE(coi::autocrypt::accept(peer, offered));
    EXPECT_EQ(coi::autocrypt::counted(peer), offered);
}

}  // namespace
}  // namespace gateway
