// The contacts of the directory: questions change nothing, changes are saved, and who is forgotten where there are too
// many.

#include <gtest/gtest.h>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/spellings.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/accounts/directory_play.h"

namespace gateway {
namespace {

class ContactsTest : public DirectoryTest {
  protected:
    const AccountId id = save(relay_of("alice"));

    const Contact* contact(const coi::Address& address) { return directory->contact(id, address.canonical()); }
    std::vector<Contact> on_disk() {
        std::vector<Contact> contacts;
        loop.flush(*store);
        Transactions(*store).now([&](Database& db) { contacts = accounts::contacts(db); });
        return contacts;
    }
    std::size_t count() { return directory->contacts(id).size(); }
    static coi::Address flood(int i, const std::string& name = "s") {
        return {"", name + std::to_string(i), "flood.example"};
    }
};

TEST_F(ContactsTest, questions_neither_make_nor_forget_anybody) {
    begin(1);
    write_to(id, bob);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(contact(flood(i)), nullptr);
        EXPECT_EQ(directory->hold(id, flood(i).canonical()), nullptr);
        EXPECT_EQ(directory->known_or_new(id, flood(i)).canonical, flood(i).canonical());
    }
    EXPECT_EQ(count(), 1u);
    EXPECT_TRUE(directory->known_or_new(id, bob).written_to);
    EXPECT_EQ(on_disk().size(), 1u);
}

TEST_F(ContactsTest, who_is_added_comes_to_the_disk_with_their_first_change) {
    directory->add(id, bob);
    directory->add(id, dan);
    directory->change(id, dan, [](Contact&) {});
    EXPECT_NE(contact(bob), nullptr);
    EXPECT_TRUE(on_disk().empty());
    write_to(id, bob);
    EXPECT_EQ(on_disk().size(), 1u);
    restart();
    EXPECT_EQ(contact(dan), nullptr);
    EXPECT_TRUE(contact(bob)->written_to);
}

TEST_F(ContactsTest, a_change_is_on_disk_whether_little_or_much) {
    const auto message = [](Contact& contact) { contact.last_in = {"1@example.org"}; };
    directory->change(id, bob, [](Contact& contact) { contact.subject = "Earth"; });
    directory->change(id, bob, message);
    directory->change(id, bob, [](Contact& contact) { contact.last_out = {"chat$2@mail.example"}; });
    directory->change(id, bob, [](Contact& contact) { contact.spellings = {"bob%example.org"}; });
    directory->change(id, dan, message);  // not on disk before
    directory->change(id, zoe, [](Contact& contact) { contact.spellings = {"zoe%example.org"}; });
    const auto remembered = *contact(bob);
    restart();
    ASSERT_TRUE(contact(bob));
    EXPECT_EQ(*contact(bob), remembered);
    EXPECT_EQ(remembered.last_in.value, "1@example.org");
    EXPECT_EQ(remembered.subject, "Earth");
    ASSERT_TRUE(contact(dan));
    EXPECT_EQ(contact(dan)->last_in.value, "1@example.org");
    ASSERT_TRUE(contact(zoe));
    EXPECT_EQ(contact(zoe)->spellings, std::vector<std::string>{"zoe%example.org"});
    directory->change(id, bob, [](Contact& contact) { contact.spellings.clear(); });
    restart();
    EXPECT_TRUE(contact(bob)->spellings.empty());
}

TEST_F(ContactsTest, where_nothing_changes_nothing_is_written) {
    write_to(id, bob);
    loop.flush(*store);
    Transactions(*store).now([&](Database& db) { accounts::remove(db, id, bob.canonical()); });
    write_to(id, bob);
    directory->change(id, bob, [](Contact&) {});
    // What follows from keys stands with the keys.
    directory->change(id, bob, [](Contact& contact) {
        contact.privacy.has_key = contact.privacy.verified = contact.privacy.conflicting = true;
    });
    EXPECT_TRUE(contact(bob)->privacy.has_key);
    EXPECT_TRUE(on_disk().empty());
}

TEST_F(ContactsTest, a_mail_that_is_being_written_is_named_at_once_and_saved_with_what_comes_of_it) {
    write_to(id, bob);
    directory->note_last_out(id, bob, {"chat$1@mail.example"});
    EXPECT_EQ(contact(bob)->last_out.value, "chat$1@mail.example");
    EXPECT_EQ(on_disk().at(0).last_out.value, "") << "it may come to nothing";
    directory->change(id, bob, [](Contact&) {});
    EXPECT_EQ(on_disk().at(0).last_out.value, "chat$1@mail.example");
    directory->note_last_out(id, bob, {});
    EXPECT_EQ(contact(bob)->last_out.value, "");
}

TEST_F(ContactsTest, the_same_contact_is_not_added_twice_and_addresses_stay) {
    const auto& first = directory->add(id, dan);
    directory->add(id, bob);
    directory->add(id, zoe);
    EXPECT_EQ(&directory->add(id, dan), &first);
    EXPECT_EQ(&write_to(id, dan), &first);
    std::vector<std::string> names;
    for (const auto* each : directory->contacts(id)) names.push_back(each->canonical);
    EXPECT_EQ(names, (std::vector<std::string>{bob.canonical(), dan.canonical(), zoe.canonical()}));
}

TEST_F(ContactsTest, a_removed_contact_is_gone_from_memory_and_disk) {
    directory->change(id, bob, [](Contact& contact) {
        contact.written_to = true;
        contact.spellings = {"bob%example.org"};
    });
    directory->remove_contact(id, bob.canonical());
    EXPECT_EQ(contact(bob), nullptr);
    restart();
    EXPECT_EQ(contact(bob), nullptr);
    Transactions(*store).now([&](Database& db) { EXPECT_TRUE(spellings::of(db, id).empty()); });
}

TEST_F(ContactsTest, flags_that_follow_from_keys_are_read_from_the_keys) {
    write_to(id, bob);
    coi::autocrypt::Peer peer;
    peer.gossip_key = "key";
    peer.offered = "AB";
    loop.flush(*store);
    Transactions(*store).now([&](Database& db) { keys::save(db, id, bob.canonical(), peer); });
    restart();
    EXPECT_TRUE(contact(bob)->privacy.has_key && contact(bob)->privacy.conflicting);
    EXPECT_FALSE(contact(bob)->privacy.verified);
}

// --- where there are too many

TEST_F(ContactsTest, no_account_gets_more_contacts_than_it_may_and_strangers_go_first) {
    begin(3);
    write_to(id, bob);
    directory->change(id, zoe, [](Contact& contact) { contact.subscribed = true; });
    for (int i = 0; i < 50; ++i)
        directory->change(id, flood(i), [](Contact& contact) { contact.dialect = Dialect::mail; });
    EXPECT_EQ(count(), 3u);
    EXPECT_NE(contact(bob), nullptr);
    EXPECT_NE(contact(zoe), nullptr);
    EXPECT_NE(contact(flood(49)), nullptr) << "the newcomer is there";
    restart();
    EXPECT_EQ(count(), 3u) << "who was forgotten is gone from the disk";
}

TEST_F(ContactsTest, who_is_in_hand_is_not_forgotten) {
    begin(2);
    directory->change(id, bob, [](Contact& contact) { contact.dialect = Dialect::coi; });
    auto held = directory->hold(id, bob.canonical());
    for (int i = 0; i < 20; ++i) directory->add(id, flood(i));
    EXPECT_EQ(count(), 2u);
    EXPECT_EQ(contact(bob), held.get());
    directory->change(id, bob, [](Contact& contact) { contact.subject = "Tea"; });
    EXPECT_EQ(held->subject, "Tea") << "it is the contact, not a copy";
    held.reset();
    for (int i = 0; i < 20; ++i) directory->add(id, flood(i));
    EXPECT_EQ(contact(bob), nullptr);
}

TEST_F(ContactsTest, whose_mail_waits_is_not_forgotten) {
    begin(3);
    waiting = {bob.canonical()};
    directory->add(id, bob);
    for (int i = 0; i < 20; ++i) directory->add(id, flood(i));
    EXPECT_EQ(count(), 3u);
    EXPECT_NE(contact(bob), nullptr);
    for (const auto* each : directory->contacts(id)) waiting.insert(each->canonical);
    directory->add(id, dan);
    EXPECT_EQ(count(), 4u) << "rather one too many";
    waiting.clear();
    for (int i = 0; i < 50; ++i) directory->add(id, flood(i, "t"));
    EXPECT_EQ(contact(bob), nullptr);
}

TEST_F(ContactsTest, strangers_push_out_nobody_who_is_protected) {
    constexpr std::size_t most = 20;
    begin(most);
    const auto keep = [&](const char* name, const std::function<void(Contact&)>& change) {
        directory->change(id, {"", name, "kept.example"}, change);
    };
    keep("policy", [](Contact& c) { c.privacy.policy = Policy::require; });
    keep("otr", [](Contact& c) { c.privacy.spoken = EndToEnd::otr; });
    keep("otr_clear", [](Contact& c) { c.privacy.otr_clear = true; });
    keep("tunnel", [](Contact& c) { c.privacy.tunnel = Tunnel::off; });
    keep("verified", [](Contact& c) { c.privacy.verified = true; });
    keep("keyed", [](Contact& c) { c.privacy.has_key = c.written_to = true; });
    keep("encrypted", [](Contact& c) { c.privacy.encrypted = c.subscribed = true; });
    for (int i = 0; i < 300; ++i) {
        directory->change(id, flood(i * 7919 % 307), [i](Contact& stranger) {
            stranger.privacy.has_key = i % 2 == 0;
            stranger.privacy.encrypted = i % 4 == 0;
        });
    }
    EXPECT_EQ(count(), most);
    for (const char* name : {"policy", "otr", "otr_clear", "tunnel", "verified", "keyed", "encrypted"})
        EXPECT_NE(contact({"", name, "kept.example"}), nullptr) << name;
}

TEST_F(ContactsTest, a_stranger_whose_mail_was_encrypted_goes_after_others_and_leaves_a_mark) {
    begin(4);
    const auto encrypted = [](Contact& contact) { contact.privacy.encrypted = true; };
    directory->change(id, bob, encrypted);
    for (int i = 0; i < 50; ++i)
        directory->change(id, flood(i), [](Contact& contact) { contact.privacy.has_key = true; });
    EXPECT_NE(contact(bob), nullptr) << "not pushed out by those with a key in clear mail";
    for (int i = 0; i < 20 && contact(bob); ++i) directory->change(id, flood(i, "e"), encrypted);
    ASSERT_EQ(contact(bob), nullptr);
    EXPECT_TRUE(directory->known_or_new(id, bob).privacy.encrypted) << "nothing goes to him in the clear by itself";
    EXPECT_TRUE(directory->add(id, bob).privacy.encrypted);
    directory->remove_contact(id, bob.canonical());
    restart();
    EXPECT_TRUE(directory->add(id, bob).privacy.encrypted) << "nor after a restart";
    EXPECT_FALSE(directory->add(id, dan).privacy.encrypted);
}

TEST_F(ContactsTest, where_all_are_kept_there_is_room_for_as_many_again) {
    begin(3);
    for (int i = 0; i < 20; ++i)
        directory->change(id, flood(i), [](Contact& contact) { contact.privacy.policy = Policy::require; });
    EXPECT_EQ(count(), 6u);
}

TEST_F(ContactsTest, there_is_room_until_all_contacts_are_subscribed_to) {
    begin(2);
    const auto subscribe = [&](const coi::Address& address) {
        directory->change(id, address, [](Contact& contact) { contact.subscribed = true; });
    };
    EXPECT_TRUE(directory->has_room(id));
    subscribe(bob);
    directory->add(id, dan);
    EXPECT_TRUE(directory->has_room(id)) << "a stranger makes way";
    subscribe(zoe);
    EXPECT_EQ(contact(dan), nullptr);
    EXPECT_FALSE(directory->has_room(id));
}

TEST_F(ContactsTest, a_contact_of_an_account_that_is_not_there_is_a_fault) {
    EXPECT_EQ(directory->contact(AccountId{99}, bob.canonical()), nullptr);
    EXPECT_THROW(directory->add(AccountId{99}, bob), std::logic_error);
    EXPECT_THROW(directory->change(AccountId{99}, bob, [](Contact&) {}), std::logic_error);
}

}  // namespace
}  // namespace gateway
