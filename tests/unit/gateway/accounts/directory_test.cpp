// The directory: look-ups from memory, changes that reach the disk in order, and what a restart finds.

#include "gateway/accounts/directory.h"

#include <gtest/gtest.h>

#include "gateway/store/accounts.h"
#include "gateway/store/ids.h"
#include "gateway/store/imap_cursors.h"
#include "gateway/store/queue.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

Account relay_of(const std::string& local) {
    Account account;
    account.kind = Account::Kind::relay;
    account.jid = local + "@jabber.example";
    account.address = {"", local, "jabber.example"};
    return account;
}

Account mailbox_of(const std::string& local) {
    auto account = relay_of(local);
    account.kind = Account::Kind::mailbox;
    account.address.domain = "mail.example";
    account.take = IncomingFilter::all;
    account.lang = "de";
    account.login.username = local;
    account.login.password = std::string("pass:word\n\0 with everything", 27);
    account.login.imap = {"imap.mail.example", 993, coi::net::Security::tls};
    account.login.smtp = {"smtp.mail.example", 587, coi::net::Security::starttls};
    return account;
}

const coi::Address bob{"Bob", "bob", "example.org"}, dan{"", "dan", "example.org"}, zoe{"Zoë", "zoe", "example.org"};

class DirectoryTest : public testing::Test {
  protected:
    TestFolder folder;
    std::string url = "sqlite:" + folder.file("coigate.db");
    StoreLoop loop;
    std::optional<Store> store{std::in_place, url, test_seal(), loop.post()};
    std::optional<Directory> directory{std::in_place, *store};

    AccountId save(const Account& account) {
        std::optional<AccountId> saved;
        directory->save(account, [&](Store::Failure failure, AccountId id) {
            EXPECT_FALSE(failure);
            saved = id;
        });
        EXPECT_TRUE(loop.run_until([&] { return saved.has_value(); }));
        return saved.value_or(AccountId{});
    }
    void remove(AccountId id) {
        bool removed = false;
        directory->remove(id, [&](Store::Failure failure) {
            EXPECT_FALSE(failure);
            removed = true;
        });
        EXPECT_TRUE(loop.run_until([&] { return removed; }));
    }
    void restart() {
        directory.reset();
        store.reset();
        loop.drain();
        store.emplace(url, test_seal(), loop.post());
        directory.emplace(*store);
    }
};

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
    auto& contact = directory->know(account.id, zoe);
    contact.dialect = Dialect::chatmail;
    contact.written_to = contact.subscribed = contact.subject_shown = true;
    contact.timer = 3600;
    contact.subject = "Über den Wolken";
    contact.last_in = {"in@example.org"};
    contact.last_out = {"chat$out@mail.example"};
    contact.thread = {"first@example.org"};
    directory->save(contact);
    directory->save(directory->know(account.id, bob));
    const auto kept = contact;
    restart();
    ASSERT_NE(directory->find(account.id), nullptr);
    EXPECT_EQ(*directory->find(account.id), account);
    ASSERT_NE(directory->contact(account.id, kept.canonical), nullptr);
    EXPECT_EQ(*directory->contact(account.id, kept.canonical), kept);
    EXPECT_EQ(directory->contacts(account.id).size(), 2u);
}

TEST_F(DirectoryTest, a_contact_that_is_only_known_is_not_on_disk) {
    const auto id = save(relay_of("alice"));
    directory->know(id, bob);
    EXPECT_NE(directory->contact(id, bob.canonical()), nullptr);
    restart();
    EXPECT_EQ(directory->contact(id, bob.canonical()), nullptr);
}

TEST_F(DirectoryTest, what_changed_since_before_is_on_disk_whether_little_or_much) {
    const auto id = save(relay_of("alice"));
    const auto change = [&](const coi::Address& address, auto how) {
        Contact& contact = directory->know(id, address);
        const Contact before = contact;
        how(contact);
        directory->save(contact, before);
    };
    const auto message = [](Contact& contact) { contact.last_in = {"1@example.org"}; };
    change(bob, [](Contact& contact) { contact.subject = "Earth"; });
    change(bob, message);
    change(bob, [](Contact& contact) { contact.last_out = {"chat$2@mail.example"}; });
    change(dan, message);  // not on disk before
    const auto remembered = *directory->contact(id, bob.canonical());
    restart();
    ASSERT_TRUE(directory->contact(id, bob.canonical()));
    EXPECT_EQ(*directory->contact(id, bob.canonical()), remembered);
    EXPECT_EQ(remembered.last_in.value, "1@example.org");
    EXPECT_EQ(remembered.subject, "Earth");
    ASSERT_TRUE(directory->contact(id, dan.canonical()));
    EXPECT_EQ(directory->contact(id, dan.canonical())->last_in.value, "1@example.org");
}

TEST_F(DirectoryTest, know_gives_the_same_contact_again_and_references_stay) {
    const auto id = save(relay_of("alice"));
    auto& first = directory->know(id, dan);
    directory->know(id, bob);
    directory->know(id, zoe);
    EXPECT_EQ(&directory->know(id, dan), &first);
    std::vector<std::string> names;
    for (const auto* contact : directory->contacts(id)) names.push_back(contact->canonical);
    EXPECT_EQ(names, (std::vector<std::string>{bob.canonical(), dan.canonical(), zoe.canonical()}));
}

TEST_F(DirectoryTest, a_removed_contact_is_gone_from_memory_and_disk) {
    const auto id = save(relay_of("alice"));
    directory->save(directory->know(id, bob));
    directory->remove_contact(id, bob.canonical());
    EXPECT_EQ(directory->contact(id, bob.canonical()), nullptr);
    restart();
    EXPECT_EQ(directory->contact(id, bob.canonical()), nullptr);
}

TEST_F(DirectoryTest, no_account_gets_more_contacts_than_it_may_and_strangers_go_first) {
    directory.emplace(*store, 3);
    const auto id = save(relay_of("alice"));
    auto& written_to = directory->know(id, bob);
    written_to.written_to = true;
    directory->save(written_to);
    auto& subscribed = directory->know(id, zoe);
    subscribed.subscribed = true;
    directory->save(subscribed);
    for (int i = 0; i < 50; ++i) directory->save(directory->know(id, {"", "s" + std::to_string(i), "flood.example"}));
    EXPECT_EQ(directory->contacts(id).size(), 3u);
    EXPECT_NE(directory->contact(id, bob.canonical()), nullptr);
    EXPECT_NE(directory->contact(id, zoe.canonical()), nullptr);
    EXPECT_NE(directory->contact(id, "s49@flood.example"), nullptr) << "the newcomer is there";
    restart();
    EXPECT_EQ(directory->contacts(id).size(), 3u) << "who was forgotten is gone from the disk";
}

TEST_F(DirectoryTest, strangers_push_out_nobody_who_is_protected) {
    constexpr std::size_t most = 20;
    directory.emplace(*store, most);
    const auto id = save(relay_of("alice"));
    const auto keep = [&](const char* name, auto change) {
        auto& contact = directory->know(id, {"", name, "kept.example"});
        change(contact);
        directory->save(contact);
    };
    keep("policy", [](Contact& c) { c.privacy.policy = Policy::require; });
    keep("otr", [](Contact& c) { c.privacy.otr = true; });
    keep("otr_clear", [](Contact& c) { c.privacy.otr_clear = true; });
    keep("tunnel", [](Contact& c) { c.privacy.tunnel = Tunnel::off; });
    keep("verified", [](Contact& c) { c.privacy.verified = true; });
    keep("keyed", [](Contact& c) { c.privacy.has_key = c.written_to = true; });
    keep("encrypted", [](Contact& c) { c.privacy.encrypted = c.subscribed = true; });
    for (int i = 0; i < 300; ++i) {
        auto& stranger = directory->know(id, {"", "s" + std::to_string(i * 7919 % 307), "flood.example"});
        stranger.privacy.has_key = i % 2 == 0;
        stranger.privacy.encrypted = i % 4 == 0;
        directory->save(stranger);
    }
    EXPECT_EQ(directory->contacts(id).size(), most);
    for (const char* name : {"policy", "otr", "otr_clear", "tunnel", "verified", "keyed", "encrypted"})
        EXPECT_NE(directory->contact(id, std::string(name) + "@kept.example"), nullptr) << name;
}

TEST_F(DirectoryTest, a_stranger_whose_mail_was_encrypted_goes_after_others_and_leaves_a_mark) {
    directory.emplace(*store, 4);
    const auto id = save(relay_of("alice"));
    auto& known = directory->know(id, bob);
    known.privacy.encrypted = true;
    directory->save(known);
    for (int i = 0; i < 50; ++i) {
        auto& stranger = directory->know(id, {"", "s" + std::to_string(i), "flood.example"});
        stranger.privacy.has_key = true;
        directory->save(stranger);
    }
    EXPECT_NE(directory->contact(id, bob.canonical()), nullptr) << "not pushed out by those with a key in clear mail";
    for (int i = 0; i < 20 && directory->contact(id, bob.canonical()); ++i) {
        auto& stranger = directory->know(id, {"", "e" + std::to_string(i), "flood.example"});
        stranger.privacy.encrypted = true;
        directory->save(stranger);
    }
    ASSERT_EQ(directory->contact(id, bob.canonical()), nullptr);
    EXPECT_TRUE(directory->know(id, bob).privacy.encrypted) << "nothing goes to him in the clear by itself";
    directory->remove_contact(id, bob.canonical());
    restart();
    EXPECT_TRUE(directory->know(id, bob).privacy.encrypted) << "nor after a restart";
    EXPECT_FALSE(directory->know(id, dan).privacy.encrypted);
}

TEST_F(DirectoryTest, where_all_are_kept_there_is_room_for_as_many_again) {
    directory.emplace(*store, 3);
    const auto id = save(relay_of("alice"));
    for (int i = 0; i < 20; ++i) {
        auto& contact = directory->know(id, {"", "c" + std::to_string(i), "example.org"});
        contact.privacy.policy = Policy::require;
        directory->save(contact);
    }
    EXPECT_EQ(directory->contacts(id).size(), 6u);
}

TEST_F(DirectoryTest, there_is_room_until_all_contacts_are_subscribed_to) {
    directory.emplace(*store, 2);
    const auto id = save(relay_of("alice"));
    EXPECT_TRUE(directory->has_room(id));
    directory->know(id, bob).subscribed = true;
    directory->know(id, dan);
    EXPECT_TRUE(directory->has_room(id)) << "a stranger makes way";
    directory->know(id, zoe).subscribed = true;
    EXPECT_EQ(directory->contact(id, dan.canonical()), nullptr);
    EXPECT_FALSE(directory->has_room(id));
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
    directory->save(directory->know(id, bob));
    directory->save(directory->know(other, bob));
    store->now([&](Database& db) {
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
    directory->save(directory->know(id, dan));  // comes too late: it must not fail, nor come back
    directory->note_language(id, "en");
    remove(id);
    store->now([&](Database& db) {
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
        store->commit([](Database&) {}, [&](const Store::Failure&) { through = true; });
        EXPECT_TRUE(loop.run_until([&] { return through; }));
    };
    std::vector<std::string> gone;
    directory->on_removed = [&](const Account& account) { gone.push_back(account.jid); };
    const auto unused = save(relay_of("unused")), wrote = save(relay_of("wrote")), got = save(relay_of("got"));
    const auto waits = save(relay_of("waits")), linked = save(mailbox_of("linked"));
    directory->know(unused, bob);
    directory->know(wrote, bob).written_to = true;
    store->now([&](Database& db) {
        ids::remember(db, {got, bob.canonical(), {"m1@example.org"}, {"s1"}, false, "", "", false, {}});
        queue::Entry entry;
        entry.account = waits;
        queue::put(db, entry);
    });
    for (const auto id : {unused, wrote, got, waits, linked}) directory->remove_if_unused(id);
    EXPECT_EQ(directory->relay_of("unused@jabber.example"), nullptr);
    settle();
    EXPECT_EQ(gone, std::vector<std::string>{"unused@jabber.example"});
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

TEST_F(DirectoryTest, changes_are_told_to_who_follows_them) {
    std::vector<std::string> told;
    directory->on_saved = [&](const Account& account) { told.push_back("saved " + account.jid); };
    directory->on_removed = [&](const Account& account) { told.push_back("removed " + account.jid); };
    auto account = mailbox_of("alice");
    account.id = save(account);
    account.login.password = "new";
    save(account);
    EXPECT_EQ(directory->find(account.id)->login.password, "new");
    remove(account.id);
    EXPECT_EQ(told, (std::vector<std::string>{"saved alice@jabber.example", "saved alice@jabber.example",
                                              "removed alice@jabber.example"}));
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
