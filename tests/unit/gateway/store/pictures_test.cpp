// Pictures and profiles on disk: with their contact, and no longer; bound to whose they are.

#include "gateway/store/pictures.h"

#include <gtest/gtest.h>

#include "gateway/store/contacts.h"
#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/pictures.h"
#include "gateway/store/sqlite/profiles.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway::pictures {
namespace {

struct PicturesTest : testing::Test, Operations {
    const Picture sea = *picture_of(png(64, 64, "the sea")), hills = *picture_of(png(64, 64, "the hills"));

    std::optional<Picture> stored(AccountId account, const std::string& contact) {
        return wait<std::optional<Picture>>([&](auto done) { read(store, account, contact, done); });
    }
    void keep(AccountId account, const std::string& contact, const Picture& picture) {
        save(store, account, contact, std::make_shared<const Picture>(picture));
        loop.flush(store);
    }
    Contact contact_with(const std::string& status) const {
        Contact contact;
        contact.account = alice;
        contact.canonical = bob;
        contact.address = {"", "bob", "example.org"};
        contact.profile = {sea.info, false, status, hills.info.id};
        return contact;
    }
    std::int64_t rows(const char* sql) {
        std::int64_t count = 0;
        Transactions(store).now([&](Database& db) {
            auto query = db.query(sql);
            count = query.step() ? query.integer(0) : -1;
        });
        return count;
    }
};

TEST_F(PicturesTest, AContactHasOneAndTheUserToo) {
    EXPECT_EQ(stored(alice, bob), std::nullopt);
    keep(alice, bob, sea);
    keep(alice, own, hills);
    EXPECT_EQ(stored(alice, bob), sea);
    EXPECT_EQ(stored(alice, own), hills);
    keep(alice, bob, hills);
    EXPECT_EQ(stored(alice, bob), hills);
    save(store, alice, bob, nullptr);
    EXPECT_EQ(stored(alice, bob), std::nullopt);
    EXPECT_EQ(stored(alice, own), hills);
}

TEST_F(PicturesTest, TheProfileComesWithItsContact) {
    accounts::save(store, contact_with("At the sea"), {accounts::Changed::more, false, true});
    const auto read = accounts::contacts_now(store, alice).contacts;
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read[0].profile, contact_with("At the sea").profile);
    accounts::save(store, contact_with(""), {accounts::Changed::nothing, false, true});
    EXPECT_EQ(accounts::contacts_now(store, alice).contacts[0].profile.status, "");
    Contact nobody = contact_with("");
    nobody.profile = {};
    accounts::save(store, nobody, {accounts::Changed::nothing, false, true});
    EXPECT_EQ(accounts::contacts_now(store, alice).contacts[0].profile, Profile{});
    EXPECT_EQ(rows("SELECT count(*) FROM profile"), 0);
}

TEST_F(PicturesTest, AllGoesWithTheContactAndWithTheAccount) {
    accounts::save(store, contact_with("At the sea"), {accounts::Changed::more, false, true});
    keep(alice, bob, sea);
    keep(alice, own, hills);
    accounts::forget(store, alice, bob);
    EXPECT_EQ(rows("SELECT (SELECT count(*) FROM profile) + (SELECT count(*) FROM picture)"), 1);
    accounts::save(store, contact_with("At the sea"), {accounts::Changed::more, false, true});
    keep(alice, bob, sea);
    Transactions(store).now([this](Database& db) { accounts::remove(db, alice); });
    EXPECT_EQ(rows("SELECT (SELECT count(*) FROM profile) + (SELECT count(*) FROM picture)"), 0);
    keep(alice, bob, sea);
    EXPECT_EQ(stored(alice, bob), std::nullopt) << "nothing is kept for an account that is gone";
}

TEST_F(PicturesTest, NobodyGivesAContactAnothersPicture) {
    accounts::save(store, contact_with("At the sea"), {accounts::Changed::more, false, true});
    keep(alice, bob, sea);
    keep(alice, "eve@example.net", hills);
    Transactions(store).now([](Database& db) {
        db.execute(
            "UPDATE picture SET image = (SELECT image FROM picture WHERE contact = 'eve@example.net') WHERE contact = "
            "'bob@example.org'");
        db.execute("UPDATE profile SET picture = 'of somebody else'");
    });
    EXPECT_EQ(stored(alice, bob), std::nullopt);
    EXPECT_EQ(stored(alice, "eve@example.net"), hills);
    EXPECT_EQ(accounts::contacts_now(store, alice).contacts[0].profile, Profile{});
    EXPECT_EQ(rows("SELECT count(*) FROM picture"), 1) << "what is damaged is removed";
}

TEST(PicturesSealedAnew, AreReadWithTheNewKey) {
    TestFolder folder;
    const Picture sea = *picture_of(png(64, 64, "the sea"));
    AccountId alice{};
    const Profile shown{sea.info, false, "At the sea", ""};
    Contact contact;
    {
        Database db(folder.file("db"), Seal({Seal::Key{1}}));
        Account account;
        account.jid = "alice@jabber.example";
        contact.account = alice = accounts::save(db, account);
        contact.canonical = "bob@example.org";
        contact.address = {"", "bob", "example.org"};
        accounts::save(db, contact);
        profiles::save(db, alice, contact.canonical, shown);
        save(db, alice, contact.canonical, sea);
    }
    {
        Database renewed(folder.file("db"), Seal({Seal::Key{2}, Seal::Key{1}}));
    }
    Database again(folder.file("db"), Seal({Seal::Key{2}}));
    EXPECT_EQ(read(again, alice, contact.canonical), sea);
    EXPECT_EQ(accounts::contacts_of(again, alice).contacts.at(0).profile, shown);
}

}  // namespace
}  // namespace gateway::pictures
