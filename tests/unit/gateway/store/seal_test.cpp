// Sealing: what does not open, key files, rotation.

#include "gateway/store/seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/queue.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using testing::HasSubstr;

std::string refusal(const std::function<void()>& act) {
    try {
        act();
        return "";
    } catch (const StoreError& error) {
        return error.what();
    }
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Seal, the_same_text_is_sealed_differently_every_time_and_adds_33_bytes) {
    const auto seal = test_seal();
    EXPECT_NE(seal.close("hello", "p"), seal.close("hello", "p"));
    EXPECT_EQ(seal.close("hello", "p").size(), 5u + 33u);
    EXPECT_EQ(seal.open(seal.close("", "p"), "p"), "");
}

TEST(Seal, opens_only_for_its_purpose) {
    const auto seal = test_seal();
    EXPECT_THAT(refusal([&] { seal.open(seal.close("secret", "queue.payload"), "account.login"); }),
                HasSubstr("damaged"));
}

TEST(Seal, an_unknown_key_is_told_apart_from_damage) {
    EXPECT_THAT(refusal([&] { test_seal('b').open(test_seal('a').close("secret", "p"), "p"); }),
                HasSubstr("a key that the key file does not hold"));
}

TEST(Seal, several_keys_open_and_the_first_one_seals) {
    const auto old_seal = test_seal('a');
    const auto both = Seal::from_file_bytes(std::string(32, 'b') + std::string(32, 'a'));
    EXPECT_EQ(both.open(old_seal.close("secret", "p"), "p"), "secret");
    EXPECT_FALSE(both.is_current(old_seal.close("secret", "p")));
    EXPECT_TRUE(both.is_current(both.close("secret", "p")));
    EXPECT_EQ(test_seal('b').open(both.close("secret", "p"), "p"), "secret");
    EXPECT_EQ(both.key_id(), test_seal('b').key_id());
    EXPECT_NE(both.key_id(), old_seal.key_id());
}

TEST(Seal, keyed_hash_depends_on_key_and_text) {
    EXPECT_EQ(test_seal('a').keyed_hash("x"), test_seal('a').keyed_hash("x"));
    EXPECT_NE(test_seal('a').keyed_hash("x"), test_seal('b').keyed_hash("x"));
    EXPECT_NE(test_seal('a').keyed_hash("x"), test_seal('a').keyed_hash("y"));
    EXPECT_EQ(test_seal('a').keyed_hash("x").size(), 64u);
}

TEST(KeyFile, is_made_once_for_its_owner_alone) {
    const TestFolder folder;
    const auto path = folder.file("store.key");
    const auto first = Seal::open_or_make(path);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(content(path).size(), 32u);
    EXPECT_EQ(Seal::open_or_make(path).key_id(), first.key_id());
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(KeyFile, of_a_wrong_size_is_refused_with_the_remedy) {
    const TestFolder folder;
    const auto path = folder.file("store.key");
    std::ofstream(path) << "too short";
    ::chmod(path.c_str(), 0600);
    EXPECT_THAT(refusal([&] { Seal::open_or_make(path); }),
                testing::AllOf(HasSubstr(path), HasSubstr("9 bytes"), HasSubstr("32 random bytes")));
    std::ofstream(path) << std::string(32 * 100, 'k');
    EXPECT_THAT(refusal([&] { Seal::open_or_make(path); }), HasSubstr("too large"));
}

TEST(KeyFile, that_everybody_may_read_is_refused) {
    const TestFolder folder;
    const auto path = folder.file("store.key");
    std::ofstream(path) << std::string(32, 'k');
    ::chmod(path.c_str(), 0644);
    EXPECT_THAT(refusal([&] { Seal::open_or_make(path); }), HasSubstr("chmod 600"));
}

TEST(KeyFile, in_a_missing_folder_is_refused_with_the_remedy) {
    const TestFolder folder;
    EXPECT_THAT(refusal([&] { Seal::open_or_make(folder.file("missing/store.key")); }), HasSubstr("make the folder"));
}

TEST(KeyRotation, seals_everything_anew_so_that_the_old_key_may_go) {
    const TestFolder folder;
    const auto path = folder.file("coigate.db");
    Account account;
    account.kind = Account::Kind::mailbox;
    account.jid = "alice@jabber.example";
    account.login.password = "correct horse";
    Contact contact;
    contact.canonical = "bob@example.org";
    contact.subject = "Earth";
    std::int64_t entry = 0;
    {
        Database db(path, test_seal('a'));
        contact.account = accounts::save(db, account);
        accounts::save(db, contact);
        queue::Entry waiting;
        waiting.payload = "final bytes";
        entry = queue::put(db, waiting);
    }
    {
        const Database both(path, Seal::from_file_bytes(std::string(32, 'b') + std::string(32, 'a')));
    }
    EXPECT_THAT(refusal([&] { Database(path, test_seal('a')); }), HasSubstr("not the one this store was sealed with"));

    Database db(path, test_seal('b'));
    EXPECT_EQ(accounts::all(db).at(0).login.password, "correct horse");
    EXPECT_EQ(accounts::contacts(db).at(0).subject, "Earth");
    EXPECT_EQ(queue::find(db, entry)->payload, "final bytes");
}

}  // namespace
}  // namespace gateway
