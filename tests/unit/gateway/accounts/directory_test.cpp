// The directory: look-ups from memory, changes that reach the disk in order, and what a restart finds.

#include "gateway/accounts/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/accounts/directory_play.h"

namespace gateway {
namespace {

TEST_F(DirectoryTest, an_account_is_found_by_user_kind_and_id_after_its_commit) {
    directory->save(relay_of("alice"), {});
    EXPECT_EQ(directory->of_user("alice@jabber.example"), nullptr) << "before the commit";
    const auto id = save(relay_of("alice"));
    ASSERT_NE(directory->of_user("alice@jabber.example"), nullptr);
    EXPECT_EQ(directory->of_user("alice@jabber.example")->id, id);
    EXPECT_EQ(directory->relay_of("alice@jabber.example"), directory->find(id));
    EXPECT_EQ(directory->mailbox_of("alice@jabber.example"), nullptr);
    EXPECT_EQ(directory->all().size(), 1u) << "one account per user and kind";
}

TEST_F(DirectoryTest, a_linked_mailbox_comes_before_the_relay) {
    const auto relay = save(relay_of("alice")), mailbox = save(mailbox_of("alice"));
    EXPECT_EQ(directory->of_user("alice@jabber.example")->id, mailbox);
    remove(mailbox);
    EXPECT_EQ(directory->of_user("alice@jabber.example")->id, relay);
    remove(relay);
    EXPECT_EQ(directory->of_user("alice@jabber.example"), nullptr);
    EXPECT_EQ(directory->find(relay), nullptr);
}

TEST_F(DirectoryTest, a_restart_finds_accounts_and_contacts_as_they_were) {
    auto account = mailbox_of("alice");
    account.id = save(account);
    const Contact kept = directory->change(account.id, zoe, [](Contact& contact) {
        contact.dialect = Dialect::chatmail;
        contact.written_to = contact.subscribed = contact.subject_shown = true;
        contact.timer = 3600;
        contact.subject = "Über den Wolken";
        contact.last_in = {"in@example.org"};
        contact.last_out = {"chat$out@mail.example"};
        contact.thread = {"first@example.org"};
        contact.spellings = {"zoe%example.org", "zoe\\40example.org"};
    });
    write_to(account.id, bob);
    restart();
    ASSERT_NE(directory->find(account.id), nullptr);
    EXPECT_EQ(*directory->find(account.id), account);
    ASSERT_NE(directory->contact(account.id, kept.canonical), nullptr);
    EXPECT_EQ(*directory->contact(account.id, kept.canonical), kept);
    EXPECT_EQ(directory->contacts(account.id).size(), 2u);
}

TEST_F(DirectoryTest, a_language_is_no_longer_than_languages_are) {
    const auto id = save(relay_of("alice"));
    directory->note_language(id, std::string(100'000, 'x'));
    EXPECT_EQ(directory->find(id)->lang, "");
    directory->note_language(id, "de-AT");
    EXPECT_EQ(directory->find(id)->lang, "de-AT");
}

TEST_F(DirectoryTest, removing_an_account_deletes_everything_stored_of_it) {
    const auto id = save(mailbox_of("alice")), other = save(relay_of("carol"));
    write_to(id, bob);
    write_to(other, bob);
    Transactions(*store).now([&](Database& db) {
        accounts::save(db, id, Cursor{"INBOX", 1, 2});
        for (const auto account : {id, other}) {
            queue::Entry entry;
            entry.account = account;
            queue::put(db, entry);
            ids::remember(
                db, ids::Known{account, "bob@example.org", {"m@example.org"}, {"s"}, false, "", "", false, Time{}});
        }
    });
    directory->remove(id, {});
    write_to(id, dan);  // comes too late: it must not fail, nor come back
    directory->note_language(id, "en");
    remove(id);
    Transactions(*store).now([&](Database& db) {
        for (const auto* sql :
             {"SELECT count(*), min(id) FROM account", "SELECT count(*), min(account) FROM contact",
              "SELECT count(*), min(account) FROM queue", "SELECT count(*), min(account) FROM known"}) {
            auto query = db.query(sql);
            ASSERT_TRUE(query.step());
            EXPECT_EQ(query.integer(0), 1) << sql;
            EXPECT_EQ(query.integer(1), static_cast<std::int64_t>(other)) << sql;
        }
        auto payloads = db.query("SELECT count(*) FROM payload");
        ASSERT_TRUE(payloads.step());
        EXPECT_EQ(payloads.integer(0), 1);
        EXPECT_TRUE(accounts::cursors(db, id).empty());
    });
}

TEST_F(DirectoryTest, only_an_unused_relay_account_is_removed_as_such) {
    const auto settle = [this] {
        bool through = false;
        store->flush([&](const Store::Failure&) { through = true; });
        EXPECT_TRUE(loop.run_until([&] { return through; }));
    };
    const auto observer = observe();
    const auto unused = save(relay_of("unused")), wrote = save(relay_of("wrote")), got = save(relay_of("got"));
    const auto waits = save(relay_of("waits")), linked = save(mailbox_of("linked"));
    directory->add(unused, bob);
    write_to(wrote, bob);
    Transactions(*store).now([&](Database& db) {
        ids::remember(db, {got, bob.canonical(), {"m1@example.org"}, {"s1"}, false, "", "", false, {}});
        queue::Entry entry;
        entry.account = waits;
        queue::put(db, entry);
    });
    for (const auto id : {unused, wrote, got, waits, linked}) directory->remove_if_unused(id);
    EXPECT_EQ(directory->relay_of("unused@jabber.example"), nullptr);
    settle();
    EXPECT_THAT(observer->told, testing::Contains("removed unused@jabber.example"));
    EXPECT_EQ(std::ranges::count_if(observer->told, [](const auto& each) { return each.starts_with("removed"); }), 1);
    EXPECT_EQ(directory->find(unused), nullptr);
    for (const auto id : {wrote, got, waits, linked}) EXPECT_NE(directory->find(id), nullptr);
    EXPECT_NE(directory->relay_of("got@jabber.example"), nullptr);
    restart();
    EXPECT_EQ(directory->all().size(), 4u);
}

TEST_F(DirectoryTest, whoever_needs_an_account_that_is_leaving_gets_a_new_one) {
    const auto first = save(relay_of("alice"));
    directory->remove_if_unused(first);
    EXPECT_EQ(directory->of_user("alice@jabber.example"), nullptr);
    const auto second = save(relay_of("alice"));
    EXPECT_NE(second, first);
    ASSERT_NE(directory->relay_of("alice@jabber.example"), nullptr);
    EXPECT_EQ(directory->relay_of("alice@jabber.example")->id, second);
}

TEST_F(DirectoryTest, of_two_changes_at_the_same_time_none_is_lost) {
    const auto id = save(mailbox_of("alice"));
    const auto done = [](const Store::Failure& failure) { EXPECT_FALSE(failure); };
    directory->change(id, [](Account& account) { account.policy = Policy::require; }, done);
    directory->note_language(id, "fr");
    directory->change(id, [](Account& account) { account.take = IncomingFilter::chats; }, done);
    directory->note_name(id, "Alice");
    directory->note_vouched(id, true);
    directory->note_alias("alice@jabber.example", true);
    EXPECT_EQ(directory->find(id)->policy, Policy::inherit) << "in memory after the commit";
    loop.flush(*store);
    const Account expected = *directory->find(id);
    EXPECT_EQ(expected.policy, Policy::require);
    EXPECT_EQ(expected.take, IncomingFilter::chats);
    EXPECT_EQ(expected.lang, "fr");
    EXPECT_EQ(expected.address.name, "Alice");
    EXPECT_TRUE(expected.vouched);
    EXPECT_TRUE(expected.lists_alias);
    restart();
    EXPECT_EQ(*directory->find(id), expected);
}

TEST_F(DirectoryTest, what_is_known_of_the_user_holds_for_their_next_account) {
    const auto relay = save(relay_of("alice"));
    directory->note_alias("alice@jabber.example", true);
    directory->note_language(relay, "de", Account::LanguageSource::chosen);
    auto mailbox = mailbox_of("alice");
    mailbox.lang = "en";  // the client's
    const auto id = save(mailbox);
    directory->note_language(id, "en");
    EXPECT_EQ(directory->language("alice@jabber.example", "en"), "de");
    restart();
    EXPECT_EQ(directory->find(id)->lang, "de");
    EXPECT_EQ(directory->find(id)->lang_source, Account::LanguageSource::chosen);
    EXPECT_TRUE(directory->find(id)->lists_alias);
}

TEST_F(DirectoryTest, a_change_of_an_account_that_is_gone_or_parked_brings_nothing_back) {
    const auto id = save(mailbox_of("alice"));
    directory->change(id, [](Account& account) { account.policy = Policy::off; }, [](const Store::Failure&) {});
    directory->park(id, [](const Store::Failure&, std::int64_t) {});
    directory->change(id, [](Account& account) { account.policy = Policy::prefer; }, [](const Store::Failure&) {});
    loop.flush(*store);
    EXPECT_TRUE(directory->rests(id));
    restart();
    EXPECT_TRUE(directory->rests(id));
    remove(id);
    bool failed = false;
    directory->change(
        id, [](Account&) { FAIL(); }, [&](const Store::Failure& failure) { failed = failure.has_value(); });
    EXPECT_TRUE(failed);
}

TEST_F(DirectoryTest, changes_are_told_to_all_who_follow_them_as_long_as_they_are_there) {
    const auto first = observe();
    auto second = observe();
    auto account = mailbox_of("alice");
    account.id = save(account);
    second.reset();
    account.login.password = "new";
    save(account);
    EXPECT_EQ(directory->find(account.id)->login.password, "new");
    const auto third = observe();
    directory->park(account.id, [](const Store::Failure&, std::int64_t) {});
    remove(account.id);
    const std::string saved = "saved alice@jabber.example", removed = "removed alice@jabber.example";
    EXPECT_EQ(first->told, (std::vector<std::string>{saved, saved, saved, removed}));
    EXPECT_EQ(third->told, (std::vector<std::string>{saved, removed}));
}

TEST_F(DirectoryTest, an_observer_may_change_the_directory_and_go) {
    struct Remover : DirectoryObserver {
        Directory& directory;
        std::shared_ptr<DirectoryObserver> self{};
        explicit Remover(Directory& directory_) : directory(directory_) {}
        void account_saved(const Account& account) override { directory.remove(account.id, {}); }
        void account_removed(const Account&) override { self.reset(); }
    };
    const auto remover = std::make_shared<Remover>(*directory);
    remover->self = std::make_shared<Observer>();
    directory->observe(remover);
    directory->observe(remover->self);
    const auto id = save(relay_of("alice"));
    loop.flush(*store);
    EXPECT_EQ(directory->find(id), nullptr);
}

TEST_F(DirectoryTest, the_language_is_remembered_and_an_unknown_one_changes_nothing) {
    const auto id = save(mailbox_of("alice"));
    directory->note_language(id, "en");
    directory->note_language(id, "");
    EXPECT_EQ(directory->find(id)->lang, "en");
    restart();
    EXPECT_EQ(directory->find(id)->lang, "en");
    EXPECT_EQ(directory->find(id)->login, mailbox_of("alice").login);
}

TEST_F(DirectoryTest, many_users_are_found_after_others_left) {
    std::vector<AccountId> ids;
    for (int i = 0; i < 50; ++i) ids.push_back(save(relay_of("u" + std::to_string(i))));
    for (int i = 0; i < 50; i += 2) remove(ids[static_cast<std::size_t>(i)]);
    for (int i = 0; i < 50; ++i) {
        const auto* found = directory->of_user("u" + std::to_string(i) + "@jabber.example");
        EXPECT_EQ(found != nullptr, i % 2 == 1) << i;
    }
}

}  // namespace
}  // namespace gateway
