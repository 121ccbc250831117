// The contacts of an account are read with what is known of their keys and spellings.

#include "gateway/store/contacts.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>

#include "gateway/model/nick_hash.h"
#include "gateway/store/sqlite/keys.h"
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
        save(store, added, {Changed::more, true});
        coi::autocrypt::Peer peer;
        peer.key = "key";
        peer.fingerprint = "F0";
        if (!with_key) return;
        Transactions(store).now([&](Database& db) { keys::save(db, account, added.canonical, peer); });
    }
    /// Of each account "bob+ dave ", with + for a key.
    std::vector<std::string> read(std::vector<AccountId> of, std::size_t most = 100) {
        std::vector<std::string> lines;
        for (const auto& [account, contacts, marks, nicks] :
             wait<std::vector<AccountContacts>>([&](auto done) { contacts_of(store, of, most, done); })) {
            lines.emplace_back();
            for (const auto& each : contacts) {
                EXPECT_EQ(each.account, account);
                lines.back() += each.address.local + (each.privacy.has_key ? "+ " : " ");
                EXPECT_THAT(each.spellings, ElementsAre(each.address.local + "%example.org"));
            }
        }
        return lines;
    }
};

TEST_F(StoreContactsTest, those_of_the_accounts_that_are_asked_for_and_no_others) {
    const AccountId erin = make_account("erin@jabber.example");
    add(alice, "bob", true);
    add(alice, "dave", false);
    add(carol, "bob", false);
    add(carol, "zoe", true);
    EXPECT_THAT(read({alice, carol, erin}), ElementsAre("bob+ dave ", "bob zoe+ ", ""));
    EXPECT_THAT(read({carol}), ElementsAre("bob zoe+ "));
    EXPECT_THAT(read({alice, carol, erin}, 1), ElementsAre("bob+ dave ")) << "the first at any rate";
    EXPECT_THAT(read({alice, carol, erin}, 3), ElementsAre("bob+ dave ", "bob zoe+ "));
    EXPECT_EQ(contacts_now(store, alice).contacts.size(), 2u) << "what was given to the store before is there";
}

TEST_F(StoreContactsTest, a_damaged_contact_is_set_aside_and_marked_in_the_same_answer) {
    for (const char* local : {"a", "b", "c"}) add(alice, local, false);
    note_once_encrypted(store, carol, "x@example.org", "");
    loop.flush(store);
    Transactions(store).now(
        [](Database& db) { db.execute("UPDATE contact SET written_to = 1 WHERE local IN ('a', 'b')"); });
    const auto damaged = contacts_now(store, alice);
    EXPECT_EQ(damaged.contacts.size(), 1u);
    EXPECT_THAT(damaged.once_encrypted, ElementsAre("a@example.org", "b@example.org"))
        << "how they were protected is not known any more";
    EXPECT_THAT(contacts_now(store, carol).once_encrypted, ElementsAre("x@example.org"));
}

TEST_F(StoreContactsTest, the_names_of_contacts_are_hashed_and_sorted) {
    std::vector<std::uint32_t> expected;
    for (const char* name : {"Zoe", "Bob", "", "Dave"}) {
        auto added = contact(alice, std::string("of.") + name);
        added.canonical = added.address.canonical();
        added.address.name = name;
        save(store, added, {Changed::more, true});
        if (*name != 0) expected.push_back(nick_hash(added.address));
    }
    std::ranges::sort(expected);
    EXPECT_EQ(contacts_now(store, alice).nicks, expected);
}

TEST_F(StoreContactsTest, the_keys_of_people_who_are_no_contacts_do_not_matter) {
    Transactions(store).now([&](Database& db) {
        for (const char* who : {"a@example.org", "x@example.org"}) keys::save(db, alice, who, coi::autocrypt::Peer{});
    });
    add(alice, "bob", true);
    EXPECT_THAT(read({alice}), ElementsAre("bob+ "));
}

}  // namespace
}  // namespace gateway::accounts
