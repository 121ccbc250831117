// Keys on disk: what was saved comes back, secrets are sealed, and all goes with its account or contact.

#include "gateway/store/sqlite/keys.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway::keys {
namespace {

const std::string bob = "bob@jabber.example";

AccountId make_account(Database& db) {
    Account account;
    account.jid = "alice@jabber.example";
    account.address = {"", "alice", "jabber.example"};
    return accounts::save(db, account);
}

coi::autocrypt::Peer known_peer() {
    coi::autocrypt::Peer peer;
    peer.last_seen = std::chrono::sys_seconds(std::chrono::seconds(200));
    peer.autocrypt_timestamp = std::chrono::sys_seconds(std::chrono::seconds(100));
    peer.key = std::string("\0key", 4);
    peer.fingerprint = "AAAA";
    peer.mutual = true;
    peer.verified = "BBBB";
    peer.verified_key = "verified";
    peer.offered = "CCCC";
    peer.offered_key = std::string("off\0red", 7);
    peer.revoked = {"DDDD", "EEEE"};
    return peer;
}

coi::securejoin::Invite invite(const std::string& of = "alice") {
    return coi::securejoin::make(std::string(40, 'A'), {"", of, "jabber.example"});
}

std::chrono::sys_seconds seconds(int count) { return std::chrono::sys_seconds(std::chrono::seconds(count)); }

coi::securejoin::Offer offer(int expires) { return {invite(), seconds(expires), ""}; }

std::string all_bytes(const std::string& path) {
    std::string bytes;
    for (const char* end : {"", "-wal"}) {
        std::ifstream file(path + end, std::ios::binary);
        bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
}

class KeysTest : public testing::Test {
  protected:
    TestFolder folder;
    const std::string path = folder.file("db");
    Database db{path, test_seal()};
    const AccountId alice = make_account(db);
};

TEST_F(KeysTest, the_first_of_two_own_keys_counts) {
    EXPECT_FALSE(own(db, alice));
    EXPECT_EQ(save_first(db, alice, {coi::Secret("first secret"), "AAAA"}).fingerprint, "AAAA");
    EXPECT_EQ(save_first(db, alice, {coi::Secret("second secret"), "BBBB"}).fingerprint, "AAAA");
    EXPECT_EQ(own(db, alice)->secret.bytes(), "first secret");
    save(db, alice, {coi::Secret("third secret"), "CCCC"});
    EXPECT_EQ(own(db, alice)->fingerprint, "CCCC");
}

TEST_F(KeysTest, a_peer_comes_back_whole) {
    EXPECT_EQ(peer(db, alice, bob), coi::autocrypt::Peer{});
    save(db, alice, bob, known_peer());
    EXPECT_EQ(peer(db, alice, bob), known_peer());
    coi::autocrypt::Peer other = known_peer();
    other.last_seen.reset();
    other.gossip_key = "gossip";
    save(db, alice, bob, other);
    EXPECT_EQ(peer(db, alice, bob), other);
}

TEST_F(KeysTest, the_directory_learns_from_a_peer) {
    Contact contact;
    contact.account = alice;
    contact.canonical = bob;
    contact.address = {"", "bob", "jabber.example"};
    contact.privacy.policy = Policy::require;
    contact.privacy.encrypted = contact.privacy.tunnel_refused = true;
    contact.privacy.spoken = EndToEnd::otr;
    contact.privacy.authenticated = contact.privacy.came_protected = true;
    contact.privacy.tunnel = Tunnel::on;
    accounts::save(db, contact);
    EXPECT_FALSE(accounts::contacts(db).front().privacy.has_key);
    save(db, alice, bob, known_peer());
    const Privacy read = accounts::contacts(db).front().privacy;
    EXPECT_EQ(read.policy, Policy::require);
    EXPECT_TRUE(read.encrypted && read.spoken == EndToEnd::otr && read.has_key && read.verified);
    EXPECT_FALSE(read.tunnel_offered || read.otr_clear);
    EXPECT_TRUE(read.tunnel == Tunnel::on && read.tunnel_refused);
    EXPECT_TRUE(read.authenticated && read.came_protected);
    EXPECT_TRUE(accounts::privacy(db, alice, bob).encrypted);
    EXPECT_EQ(accounts::privacy(db, alice, "nobody@example.org"), Privacy{});
    EXPECT_TRUE(read.conflicting) << "CCCC waits for the user's word";
}

TEST_F(KeysTest, invites_of_ours_and_of_contacts_are_kept_apart) {
    const auto one = offer(1), two = offer(2);
    const coi::securejoin::Joining three{invite("bob"), seconds(3), true};
    save(db, alice, one);
    save(db, alice, two);
    save(db, alice, three);
    EXPECT_EQ(offers(db, alice).size(), 2U);
    EXPECT_EQ(offers(db, alice).front().invite, two.invite) << "the newest first";
    EXPECT_EQ(offers(db, alice).front().expires, two.expires);
    ASSERT_EQ(joinings(db, alice, "bob@jabber.example").size(), 1U);
    EXPECT_TRUE(joinings(db, alice, "bob@jabber.example").front().answered);
    forget(db, alice, two.invite);
    EXPECT_EQ(offers(db, alice).front().invite, one.invite);
    expire_invites(db, seconds(1));
    EXPECT_TRUE(offers(db, alice).empty());
    EXPECT_EQ(joinings(db, alice, "bob@jabber.example").size(), 1U);
}

TEST_F(KeysTest, an_invite_remembers_its_user) {
    auto used = offer(1);
    save(db, alice, used);
    used.used_by = "AAAA";
    save(db, alice, used);
    ASSERT_EQ(offers(db, alice).size(), 1U);
    EXPECT_EQ(offers(db, alice).front().used_by, "AAAA");
}

TEST_F(KeysTest, secrets_are_not_readable_on_disk) {
    save(db, alice, {coi::Secret("canary of the mail key"), "AAAA"});
    save_otr_identity(db, alice, coi::Secret("canary of the OTR key"));
    const std::string identity_key = "canary of the OMEMO identity, 33.";
    save(db, OmemoChange{alice,
                         bob,
                         {{7, identity_key, coi::Secret("canary of the OMEMO record")}},
                         {{7, identity_key, OmemoDevice::Trust::blind}},
                         coi::Secret("canary of the OMEMO keys")});
    const auto secret_invite = invite();
    save(db, alice, coi::securejoin::Offer{secret_invite, seconds(1), ""});
    EXPECT_EQ(otr_identity(db, alice).bytes(), "canary of the OTR key");
    const std::string bytes = all_bytes(path);
    for (const std::string& secret : {std::string("canary of the mail key"), std::string("canary of the OTR key"),
                                      std::string("canary of the OMEMO"), secret_invite.auth})
        EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
}

TEST_F(KeysTest, a_contact_takes_its_keys_along) {
    save(db, alice, bob, known_peer());
    save(db, alice, bob, OtrPeer{std::string(40, 'a'), "verified"});
    save(db, alice, coi::securejoin::Joining{invite("bob"), seconds(1), false});
    EXPECT_EQ(otr_peers(db, alice, bob).front().trust, "verified");
    save(db, OmemoChange{alice, bob, {{7, std::string(33, 'k'), coi::Secret("r")}}, {}, {}});
    EXPECT_EQ(omemo_sessions(db, alice, bob).size(), 1u);
    accounts::remove(db, alice, bob);
    EXPECT_TRUE(omemo_sessions(db, alice, bob).empty());
    EXPECT_EQ(peer(db, alice, bob), coi::autocrypt::Peer{});
    EXPECT_TRUE(otr_peers(db, alice, bob).empty());
    EXPECT_TRUE(joinings(db, alice, bob).empty());
}

TEST_F(KeysTest, a_device_takes_its_sessions_along) {
    const std::string identity_key(33, 'k');
    for (const char* contact : {"bob@example.org", "carol@example.org"})
        save(db, OmemoChange{alice,
                             contact,
                             {{7, identity_key, coi::Secret("r")}, {8, identity_key, coi::Secret("s")}},
                             {{7, identity_key, {}}, {8, identity_key, {}}},
                             {}});
    forget_omemo_device(db, alice, 7);
    EXPECT_EQ(omemo_devices(db, alice).size(), 1u);
    EXPECT_EQ(omemo_sessions(db, alice, "carol@example.org").at(0).device, 8u);
    save(db, OmemoChange{alice, "carol@example.org", {{8, "", {}}}, {}, {}});
    EXPECT_TRUE(omemo_sessions(db, alice, "carol@example.org").empty());
}

TEST_F(KeysTest, an_account_takes_all_along) {
    save(db, alice, {coi::Secret("secret"), "AAAA"});
    save(db, alice, bob, known_peer());
    save(db, alice, offer(1));
    save_otr_identity(db, alice, coi::Secret("otr"));
    const std::string identity_key(33, 'k');
    save(db, OmemoChange{alice, bob, {{7, identity_key, coi::Secret("r")}}, {{7, identity_key, {}}}, coi::Secret("o")});
    accounts::remove(db, alice);
    EXPECT_TRUE(omemo_own(db, alice).empty() && omemo_devices(db, alice).empty());
    EXPECT_TRUE(omemo_sessions(db, alice, bob).empty());
    EXPECT_FALSE(own(db, alice));
    EXPECT_EQ(peer(db, alice, bob), coi::autocrypt::Peer{});
    EXPECT_TRUE(offers(db, alice).empty());
    EXPECT_TRUE(otr_identity(db, alice).empty());
}

TEST(Keys, are_sealed_anew_with_a_new_key) {
    const TestFolder folder;
    const std::string path = folder.file("db");
    AccountId alice{};
    {
        Database db(path, test_seal('o'));
        alice = make_account(db);
        save(db, alice, {coi::Secret("mail key"), "AAAA"});
        save_otr_identity(db, alice, coi::Secret("OTR key"));
        save(db, alice, offer(1));
    }
    {
        Database db(path, Seal::from_file_bytes(std::string(32, 'n') + std::string(32, 'o')));
    }
    Database db(path, test_seal('n'));
    EXPECT_EQ(own(db, alice)->secret.bytes(), "mail key");
    EXPECT_EQ(otr_identity(db, alice).bytes(), "OTR key");
    EXPECT_EQ(offers(db, alice).size(), 1U);
}

}  // namespace
}  // namespace gateway::keys
