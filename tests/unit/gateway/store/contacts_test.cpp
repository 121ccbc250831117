// Contacts are read in pages, each with what is known of their keys and spellings.

#include "gateway/store/contacts.h"

#include <gmock/gmock.h>

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway::accounts {
namespace {

using testing::ElementsAre;

struct StoreContactsTest : testing::Test, Operations {
    const AccountId carol = make_account("carol@jabber.example");
    Contact contact(AccountId account, const std::string& local) const {
        Contact made;
        made.account = account;
        made.address = {"", local, "example.org"};
        made.canonical = made.address.canonical();
        return made;
    }
    void add(AccountId account, const std::string& local, bool with_key) {
        auto added = contact(account, local);
        added.spellings = {local + "%example.org"};
        save(store, added, Changed::more, true);
        coi::autocrypt::Peer peer;
        peer.key = "key";
        peer.fingerprint = "F0";
        if (!with_key) return;
        Transactions(store).now([&](Database& db) { keys::save(db, account, added.canonical, peer); });
    }
    /// Pages of two: who is on each, with + for a key.
    std::vector<std::string> pages() {
        std::vector<std::string> read;
        for (ContactPage page; !page.is_last;) {
            Transactions(store).now([&](Database& db) { page = next_page(db, page, 2); });
            read.emplace_back();
            for (const auto& each : page.contacts) {
                read.back() += each.address.local + (each.privacy.has_key ? "+ " : " ");
                EXPECT_THAT(each.spellings, ElementsAre(each.address.local + "%example.org"));
            }
        }
        return read;
    }
};

TEST_F(StoreContactsTest, pages_go_on_behind_the_last_contact) {
    add(alice, "bob", true);
    add(alice, "dave", false);
    add(alice, "erin", true);
    add(carol, "bob", false);
    add(carol, "zoe", true);
    loop.flush(store);
    EXPECT_THAT(pages(), ElementsAre("bob+ dave ", "erin+ bob ", "zoe+ "));
    EXPECT_EQ(next_page(store, {}).contacts.size(), 5u);
}

TEST_F(StoreContactsTest, a_damaged_contact_ends_no_page_early) {
    for (const char* local : {"a", "b", "c", "d", "e"}) add(alice, local, false);
    loop.flush(store);
    Transactions(store).now(
        [](Database& db) { db.execute("UPDATE contact SET written_to = 1 WHERE local IN ('a', 'b')"); });
    EXPECT_THAT(pages(), ElementsAre("", "c d ", "e "));
    EXPECT_EQ(once_encrypted(store).size(), 2u) << "how they were protected is not known any more";
}

TEST_F(StoreContactsTest, the_keys_of_people_who_are_no_contacts_do_not_matter) {
    Transactions(store).now([&](Database& db) {
        for (const char* who : {"a@example.org", "x@example.org"}) keys::save(db, alice, who, coi::autocrypt::Peer{});
    });
    add(alice, "bob", true);
    loop.flush(store);
    EXPECT_THAT(pages(), ElementsAre("bob+ "));
}

}  // namespace
}  // namespace gateway::accounts
