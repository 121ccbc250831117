// Contacts are read when they are first needed, and released when nobody asks: nothing that is known is lost by it, and
// nobody becomes unknown.

#include <gmock/gmock.h>

#include "gateway/model/nick_hash.h"

#include <algorithm>
#include "gateway/store/contacts.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/accounts/directory_play.h"
#include "tests/unit/gateway/store/faulty_disk.h"

namespace gateway {
namespace {

using testing::ElementsAre;

class LoadingTest : public DirectoryTest {
  protected:
    const AccountId id = save(relay_of("alice"));
    std::vector<std::string> called;

    /// Alice has written to Bob, and the directory knows it from the disk only.
    void begin_with_bob() {
        write_to(id, bob);
        restart();
        ASSERT_FALSE(directory->is_loaded(id));
    }
    void load(const std::string& name) {
        directory->load(id,
                        [this, name](const Store::Failure& failure) { called.push_back(failure ? "failed" : name); });
    }
    /// What was given to the store is done there, and the loop has not heard of it.
    void store_works() {
        Transactions(*store).now([](Database&) {});
    }
    void pass_minutes(int minutes) {
        for (int i = 0; i < minutes; ++i) {
            timer.pass();
            loop.flush(*store);
        }
    }
    const Contact* contact(const coi::Address& address) { return directory->contact(id, address.canonical()); }
};

TEST_F(LoadingTest, an_account_is_read_when_it_is_first_needed) {
    begin_with_bob();
    load("first");
    load("second");
    EXPECT_THAT(called, ElementsAre());
    loop.run_until([&] { return called.size() == 2; });
    EXPECT_THAT(called, ElementsAre("first", "second"));
    EXPECT_TRUE(directory->is_loaded(id));
    load("third");
    EXPECT_EQ(called.back(), "third") << "at once";
    EXPECT_TRUE(contact(bob)->written_to);
}

TEST_F(LoadingTest, a_question_that_comes_before_it_is_read_waits_for_it) {
    begin_with_bob();
    ASSERT_TRUE(contact(bob));
    EXPECT_TRUE(contact(bob)->written_to);
    EXPECT_TRUE(directory->is_loaded(id));
}

TEST_F(LoadingTest, a_new_account_has_nothing_to_read) {
    EXPECT_TRUE(directory->is_loaded(id));
    EXPECT_TRUE(directory->is_loaded(AccountId{99})) << "nor one that is not there";
    directory->load(AccountId{99}, [this](const Store::Failure&) { called.push_back("nobody"); });
    EXPECT_THAT(called, ElementsAre("nobody"));
}

TEST_F(LoadingTest, what_changes_while_it_is_read_is_not_overwritten) {
    begin_with_bob();
    load("read");
    store_works();
    directory->change(id, bob, [](Contact& changed) { changed.privacy.policy = Policy::require; });
    directory->change(id, dan, [](Contact& changed) { changed.written_to = true; });
    directory->note_last_out(id, zoe, {"chat$1@mail.example"});
    const Contact* before = contact(bob);
    loop.drain();
    EXPECT_THAT(called, ElementsAre("read"));
    EXPECT_EQ(contact(bob), before);
    EXPECT_EQ(contact(bob)->privacy.policy, Policy::require);
    EXPECT_TRUE(contact(dan));
    EXPECT_EQ(contact(zoe)->last_out.value, "chat$1@mail.example");
    restart();
    EXPECT_EQ(contact(bob)->privacy.policy, Policy::require);
    EXPECT_TRUE(contact(dan)->written_to);
}

TEST_F(LoadingTest, what_changes_before_it_is_read_is_read) {
    begin_with_bob();
    contact(bob);
    pass_minutes(4);
    ASSERT_FALSE(directory->is_loaded(id));
    write_to(id, dan);  // reads, and is not committed yet
    load("again");
    EXPECT_THAT(called, ElementsAre("again"));
    EXPECT_TRUE(contact(dan)->written_to);
}

/// Otherwise a stanza would overtake those that its user sent before.
TEST_F(LoadingTest, nobody_is_called_before_those_who_still_wait) {
    begin_with_bob();
    load("first");
    contact(bob);  // in memory now, and "first" does not know yet
    EXPECT_FALSE(directory->is_loaded(id));
    load("second");
    EXPECT_THAT(called, ElementsAre());
    directory->load(id, [this](const Store::Failure&) {
        called.push_back("third");
        load("fifth");
        EXPECT_FALSE(directory->is_loaded(id));
    });
    load("fourth");
    loop.run_until([&] { return called.size() == 5; });
    EXPECT_THAT(called, ElementsAre("first", "second", "third", "fourth", "fifth"));
}

TEST_F(LoadingTest, an_account_that_goes_while_it_is_read_is_gone) {
    begin_with_bob();
    load("read");
    remove(id);
    EXPECT_THAT(called, ElementsAre("read"));
    EXPECT_EQ(contact(bob), nullptr);
}

// --- released

TEST_F(LoadingTest, who_was_not_asked_about_for_some_minutes_is_released) {
    write_to(id, bob);
    pass_minutes(3);
    EXPECT_TRUE(directory->is_loaded(id));
    contact(bob);
    pass_minutes(3);
    EXPECT_TRUE(directory->is_loaded(id)) << "they count from the last question";
    pass_minutes(1);
    EXPECT_FALSE(directory->is_loaded(id));
    EXPECT_TRUE(directory->find(id)) << "the account itself stays";
    pass_minutes(1);
    EXPECT_TRUE(timer.calls.empty()) << "where nothing is in memory, nothing is done";
    EXPECT_TRUE(contact(bob)->written_to);
    EXPECT_FALSE(timer.calls.empty());
}

TEST_F(LoadingTest, all_that_was_known_of_a_contact_is_known_again) {
    begin(2);
    directory->change(id, bob, [](Contact& changed) {
        changed.privacy.policy = Policy::require;
        changed.privacy.encrypted = true;
        changed.privacy.spoken = EndToEnd::otr;
        changed.spellings = {"bob%example.org"};
        changed.subject = "Earth";
        changed.last_in = {"1@example.org"};
    });
    coi::autocrypt::Peer peer;
    peer.key = "key";
    Transactions(*store).now([&](Database& db) { keys::save(db, id, bob.canonical(), peer); });
    directory->change(id, bob, [](Contact& changed) { changed.privacy.has_key = true; });
    for (const auto& each : {zoe, dan})
        directory->change(id, each, [](Contact& changed) { changed.privacy.encrypted = true; });
    ASSERT_FALSE(contact(zoe)) << "pushed out";
    const Contact known = *contact(bob);
    pass_minutes(4);
    ASSERT_FALSE(directory->is_loaded(id));
    EXPECT_EQ(*contact(bob), known);
    EXPECT_EQ(directory->count_nick(id, nick_hash(bob)), 1u);
    EXPECT_TRUE(directory->known_or_new(id, zoe).privacy.encrypted) << "nothing goes to her in the clear by itself";
}

TEST_F(LoadingTest, who_is_in_hand_stays) {
    write_to(id, bob);
    auto held = directory->hold(id, bob.canonical());
    pass_minutes(10);
    EXPECT_TRUE(directory->is_loaded(id));
    EXPECT_EQ(contact(bob), held.get());
    held.reset();
    pass_minutes(8);
    EXPECT_FALSE(directory->is_loaded(id));
}

TEST_F(LoadingTest, what_only_the_memory_knows_is_written_first) {
    write_to(id, bob);
    directory->add(id, dan);
    directory->note_last_out(id, bob, {"chat$1@mail.example"});
    directory->note_last_out(id, zoe, {"chat$2@mail.example"});
    pass_minutes(4);
    ASSERT_FALSE(directory->is_loaded(id));
    EXPECT_EQ(contact(bob)->last_out.value, "chat$1@mail.example");
    EXPECT_EQ(contact(zoe)->last_out.value, "chat$2@mail.example");
    EXPECT_FALSE(contact(dan)) << "nothing is known of them";
}

TEST_F(LoadingTest, who_is_asked_about_while_the_store_still_writes_stays) {
    write_to(id, bob);
    pass_minutes(3);
    timer.pass();  // they are idle: the store is asked to write all
    directory->note_last_out(id, bob, {"chat$1@mail.example"});
    const Contact* met = contact(bob);
    loop.flush(*store);
    EXPECT_TRUE(directory->is_loaded(id));
    EXPECT_EQ(contact(bob), met);
}

TEST_F(LoadingTest, some_accounts_at_a_time) {
    std::vector<AccountId> many;
    for (int i = 0; i < 450; ++i) many.push_back(save(relay_of("user" + std::to_string(i))));
    const auto in_memory = [&] {
        return std::ranges::count_if(many, [&](AccountId each) { return directory->is_loaded(each); });
    };
    pass_minutes(3);
    EXPECT_EQ(in_memory(), 450);
    pass_minutes(1);
    EXPECT_EQ(in_memory(), 251);  // Alice is the first
    pass_minutes(1);
    EXPECT_EQ(in_memory(), 51);
    pass_minutes(1);
    EXPECT_EQ(in_memory(), 0);
}

// --- walks over all accounts

TEST_F(LoadingTest, a_walk_keeps_nothing_in_memory) {
    const AccountId dora = save(relay_of("dora"));
    write_to(dora, zoe);
    begin_with_bob();
    std::vector<std::string> seen;
    directory->visit({id, AccountId{99}, dora, dora}, [&](const Store::Failure& failure) {
        EXPECT_FALSE(failure);
        EXPECT_TRUE(directory->is_loaded(id) && directory->is_loaded(dora));
        for (const AccountId each : {id, dora}) seen.push_back(directory->contacts(each).at(0)->canonical);
    });
    loop.run_until([&] { return !seen.empty(); });
    EXPECT_THAT(seen, ElementsAre(bob.canonical(), zoe.canonical()));
    EXPECT_FALSE(directory->is_loaded(id) || directory->is_loaded(dora));
}

TEST_F(LoadingTest, a_walk_leaves_what_others_need) {
    begin_with_bob();
    const Contact* met = nullptr;
    bool visited = false;
    directory->visit({id}, [&](const Store::Failure&) { visited = true; });
    met = contact(bob);
    loop.run_until([&] { return visited; });
    EXPECT_EQ(contact(bob), met);
    visited = false;
    directory->visit({id}, [&](const Store::Failure&) { visited = true; });
    EXPECT_TRUE(visited) << "at once";
    EXPECT_TRUE(directory->is_loaded(id));
}

TEST_F(LoadingTest, a_walk_takes_large_accounts_one_by_one) {
    const AccountId dora = save(relay_of("dora"));
    write_to(dora, zoe);
    for (int i = 0; i < 1100; ++i) write_to(id, {"", "c" + std::to_string(i), "many.example"});
    restart();
    std::vector<bool> loaded;
    directory->visit({id, dora},
                     [&](const Store::Failure&) { loaded = {directory->is_loaded(id), directory->is_loaded(dora)}; });
    loop.run_until([&] { return !loaded.empty(); });
    EXPECT_THAT(loaded, ElementsAre(true, false));
    EXPECT_EQ(directory->contacts(dora).size(), 1u);
}

// --- damage and full disks

TEST_F(LoadingTest, a_damaged_contact_is_set_aside_and_does_not_become_a_stranger) {
    directory->change(id, bob, [](Contact& changed) { changed.privacy.policy = Policy::require; });
    loop.flush(*store);
    Transactions(*store).now([](Database& db) { db.execute("UPDATE contact SET policy = 3"); });
    restart();
    EXPECT_TRUE(directory->of_user("alice@jabber.example"));
    EXPECT_FALSE(contact(bob));
    EXPECT_TRUE(directory->known_or_new(id, bob).privacy.encrypted);
    Transactions(*store).now([&](Database& db) {
        const auto aside = damaged::of(db, static_cast<std::int64_t>(id));
        ASSERT_EQ(aside.size(), 1u);
        EXPECT_EQ(aside[0].what, "contact bob@example.org");
    });
}

struct Disk {
    FaultyDisk disk;
};
class FullDiskTest : protected Disk, public LoadingTest {
  protected:
    void fill_disk() {
        disk.fail(FaultyDisk::Fault::full);
        directory->note_language(id, "de");
        loop.flush(*store);
        ASSERT_FALSE(store->well());
    }
};

TEST_F(FullDiskTest, nobody_becomes_a_stranger) {
    directory->change(id, bob, [](Contact& changed) { changed.privacy.policy = Policy::require; });
    pass_minutes(4);
    ASSERT_FALSE(directory->is_loaded(id));
    fill_disk();
    load("read");
    loop.run_until([&] { return called.size() == 1; });
    EXPECT_THAT(called, ElementsAre("read"));
    EXPECT_EQ(contact(bob)->privacy.policy, Policy::require);
    directory->change(id, bob, [](Contact& changed) { changed.subject = "Earth"; });
    pass_minutes(10);
    EXPECT_TRUE(directory->is_loaded(id)) << "what could not be written stays in memory";
    EXPECT_EQ(contact(bob)->subject, "Earth");
}

TEST_F(FullDiskTest, a_question_waits_for_no_room) {
    begin_with_bob();
    fill_disk();
    EXPECT_TRUE(contact(bob)->written_to);
}

}  // namespace
}  // namespace gateway
