// What the keys that a mail brings do to contacts, by the commit of the mail and by its end.

#include "gateway/pipeline/incoming.h"

#include <gtest/gtest.h>

#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

struct IncomingKeysTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    PendingVerdicts pending{store};
    std::vector<queue::Entry> committed;
    PeerKeyUpdate keys;  // of each mail
    Workers workers{1, loop.post()};
    PipelinePeers peers;
    IncomingPipeline incoming{
        peers.incoming(directory, store, pending, workers), Seal({Seal::Key{}}), {"coi.jabber.example"}};
    AccountId alice = save();
    const coi::Address bob{"", "bob", "example.net"}, carol{"", "carol", "example.net"};

    IncomingKeysTest() {
        peers.on_committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        peers.opened = [this](coi::Message mail) { return Decrypted{.mail = std::move(mail), .key_update = keys}; };
    }
    AccountId save() {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    /// A mail of Bob's, by LMTP, up to where its verdict is open.
    void comes() {
        keys.contact = bob.canonical();
        const auto mail = coi::parse(
            "From: bob@example.net\r\nTo: alice@jabber.example\r\nMessage-ID: <1@x>\r\nChat-Version: "
            "1.0\r\n\r\nHi\r\n");
        incoming.take({alice, mail.value(), std::nullopt, {}, true, {}}, [](const DeliveryResult&) {});
        for (int i = 0; i < 3; ++i) loop.flush(store);
        ASSERT_EQ(committed.size(), 1u);
    }
    const Contact* contact(const coi::Address& address) { return directory.contact(alice, address.canonical()); }
    coi::autocrypt::Peer peer() {
        coi::autocrypt::Peer peer;
        Transactions(store).now([&](Database& db) { peer = keys::peer(db, alice, bob.canonical()); });
        return peer;
    }
};

TEST_F(IncomingKeysTest, a_key_that_somebody_gossips_of_a_contact_counts_at_once) {
    directory.change(alice, carol, [](Contact& changed) { changed.written_to = true; });
    keys.gossip = {{{carol, false, "carol's key"}, {.fingerprint = "C0"}}};
    comes();
    EXPECT_TRUE(contact(carol)->privacy.has_key);
    EXPECT_FALSE(contact(bob)->privacy.has_key);
}

TEST_F(IncomingKeysTest, a_stranger_whose_mail_is_refused_is_no_contact_whatever_key_it_brought) {
    keys.seen.header = coi::autocrypt::Header{bob, false, "bob's key"};
    keys.seen.info.emplace().fingerprint = "B0";
    keys.seen.info->can_encrypt = true;
    comes();
    ASSERT_TRUE(contact(bob));
    EXPECT_TRUE(contact(bob)->privacy.has_key);
    EXPECT_EQ(peer().fingerprint, "B0");
    EXPECT_TRUE(pending.refused(committed.at(0), {coi::ErrorKind::refused, false, "no", 0, {}}));
    loop.flush(store);
    EXPECT_EQ(contact(bob), nullptr);
    EXPECT_EQ(peer(), coi::autocrypt::Peer{});
}

TEST_F(IncomingKeysTest, a_contact_whose_mail_is_refused_stays_one) {
    directory.change(alice, bob, [](Contact& changed) { changed.written_to = true; });
    keys.seen.header = coi::autocrypt::Header{bob, false, "bob's key"};
    keys.seen.info.emplace().fingerprint = "B0";
    keys.seen.info->can_encrypt = true;
    comes();
    EXPECT_EQ(contact(bob)->last_in.value, "1@x");
    EXPECT_TRUE(pending.refused(committed.at(0), {coi::ErrorKind::refused, false, "no", 0, {}}));
    loop.flush(store);
    ASSERT_TRUE(contact(bob));
    EXPECT_EQ(contact(bob)->last_in.value, "");
    EXPECT_TRUE(contact(bob)->privacy.has_key) << "the key is its writer's all the same";
}

}  // namespace
}  // namespace gateway
