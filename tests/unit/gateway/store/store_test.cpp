// The store's promises: done means on disk and in order, a piece that fails harms no other, marks ride, start-up errors
// say the remedy.

#include "gateway/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using testing::HasSubstr;

void make_table(Database& db) { db.execute("CREATE TABLE IF NOT EXISTS note (value INTEGER NOT NULL UNIQUE)"); }
Transactions::Work insert(std::int64_t value) {
    return [value](Database& db) { db.query("INSERT INTO note (value) VALUES (?)").bind(value).run(); };
}
std::vector<std::int64_t> values(Database& db) {
    std::vector<std::int64_t> values;
    auto query = db.query("SELECT value FROM note ORDER BY rowid");
    while (query.step()) values.push_back(query.integer(0));
    return values;
}
using Values = std::vector<std::int64_t>;

/// What opening says, "" if it succeeds.
std::string refusal(const std::string& url, Seal seal = test_seal()) {
    try {
        const Store store(url, std::move(seal), [](auto call) { call(); });
        return "";
    } catch (const StoreError& error) {
        return error.what();
    }
}

class StoreTest : public testing::Test {
  protected:
    TestFolder folder;
    std::string url = "sqlite:" + folder.file("coigate.db");
    StoreLoop loop;
    Store store{url, test_seal(), loop.post()};

    void SetUp() override { Transactions(store).now(make_table); }
    /// Keeps the store's thread inside a piece of work until released, so that what follows waits together.
    std::promise<void> hold() {
        std::promise<void> release, inside;
        auto entered = inside.get_future();
        Transactions(store).commit(
            [gate = std::make_shared<std::future<void>>(release.get_future()),
             inside = std::make_shared<std::promise<void>>(std::move(inside))](Database&) {
                inside->set_value();
                gate->wait();
            },
            {});
        loop.drain();
        entered.wait();
        return release;
    }
};

TEST_F(StoreTest, done_comes_in_order_after_the_commit) {
    std::vector<int> order;
    for (int i = 0; i < 200; ++i) {
        Transactions(store).commit(insert(i), [&order, i](Store::Failure failure) {
            EXPECT_FALSE(failure);
            order.push_back(i);
        });
    }
    ASSERT_TRUE(loop.run_until([&] { return order.size() == 200; }));
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db).size(), 200u); });
}

TEST_F(StoreTest, what_waits_together_shares_one_commit) {
    auto release = hold();
    const auto before = store.commits();
    int done = 0;
    for (int i = 0; i < 500; ++i) Transactions(store).commit(insert(i), [&](Store::Failure) { ++done; });
    EXPECT_GE(store.waiting(), 500u);
    release.set_value();
    ASSERT_TRUE(loop.run_until([&] { return done == 500; }));
    EXPECT_EQ(store.commits() - before, 1u);
}

TEST_F(StoreTest, what_one_turn_of_the_loop_gives_shares_one_commit) {
    const auto before = store.commits();
    int done = 0;
    for (int i = 0; i < 500; ++i) Transactions(store).commit(insert(i), [&](Store::Failure) { ++done; });
    ASSERT_TRUE(loop.run_until([&] { return done == 500; }));
    EXPECT_EQ(store.commits() - before, 1u);
}

TEST_F(StoreTest, while_many_pieces_come_a_commit_waits_for_more) {
    const auto before = store.commits();
    const auto begin = std::chrono::steady_clock::now();
    int done = 0;
    for (int turn = 0; turn < 50; ++turn) {
        for (int i = 0; i < 10; ++i) Transactions(store).commit(insert(10 * turn + i), [&](Store::Failure) { ++done; });
        ASSERT_TRUE(loop.run_until([&] { return done == 10 * (turn + 1); }));
    }
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    EXPECT_LE(store.commits() - before, static_cast<std::uint64_t>(2 * passed.count() + 3)) << "half a millisecond";
}

TEST_F(StoreTest, what_waits_for_the_turn_to_end_is_done_before_one_who_waits) {
    Transactions(store).commit(insert(1), {});
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db), (Values{1})); });
    EXPECT_EQ(store.waiting(), 0u);
    loop.drain();  // nothing is left for the wake that comes now
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db), (Values{1})); });
}

TEST_F(StoreTest, a_piece_that_fails_is_undone_alone) {
    auto release = hold();
    std::vector<bool> failed;
    const auto note = [&](Store::Failure failure) { failed.push_back(failure.has_value()); };
    Transactions(store).commit(insert(1), note);
    Transactions(store).commit([](Database& db) { insert(2)(db), insert(1)(db); },
                               note);  // the second insert breaks UNIQUE
    Transactions(store).commit([](Database& db) { insert(3)(db), throw std::runtime_error("bug"); }, note);
    Transactions(store).commit(insert(4), note);
    release.set_value();
    ASSERT_TRUE(loop.run_until([&] { return failed.size() == 4; }));
    EXPECT_EQ(failed, (std::vector<bool>{false, true, true, false}));
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db), (Values{1, 4})); });
    EXPECT_TRUE(store.well());
}

TEST_F(StoreTest, marks_ride_with_the_next_commit) {
    const auto before = store.commits();
    Transactions(store).later(insert(1));
    bool done = false;
    Transactions(store).commit(insert(2), [&](Store::Failure) { done = true; });
    ASSERT_TRUE(loop.run_until([&] { return done; }));
    EXPECT_EQ(store.commits() - before, 1u);
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db), (Values{1, 2})); });
}

TEST_F(StoreTest, marks_are_committed_alone_when_nothing_else_comes) {
    const auto before = store.commits();
    std::atomic<bool> ran = false;
    Transactions(store).later([&ran](Database& db) {
        insert(1)(db);
        ran = true;
        ran.notify_one();
    });
    ran.wait(false);
    Transactions(store).now([](Database&) {});
    EXPECT_EQ(store.commits() - before, 1u);
}

TEST_F(StoreTest, reading_costs_no_commit) {
    const auto before = store.commits();
    std::size_t count = 99;
    Transactions(store).ask([](Database& db) { return values(db).size(); },
                            [&](Store::Failure failure, std::size_t value) {
                                EXPECT_FALSE(failure);
                                count = value;
                            });
    ASSERT_TRUE(loop.run_until([&] { return count != 99; }));
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(store.commits(), before);
}

TEST_F(StoreTest, now_throws_what_the_work_threw) {
    Transactions(store).now(insert(1));
    EXPECT_THROW(Transactions(store).now(insert(1)), StoreError);
}

TEST(StoreLife, ending_commits_what_waits_and_leaves_no_log) {
    const TestFolder folder;
    const auto url = "sqlite:" + folder.file("coigate.db");
    int done = 0;
    StoreLoop loop;
    {
        Store store(url, test_seal(), loop.post());
        Transactions(store).now(make_table);
        for (int i = 0; i < 300; ++i)
            Transactions(store).commit(insert(i), [&](Store::Failure failure) { done += failure ? 0 : 1; });
        for (int i = 300; i < 310; ++i) Transactions(store).later(insert(i));
    }
    loop.drain();
    EXPECT_EQ(done, 300);
    EXPECT_FALSE(std::filesystem::exists(folder.file("coigate.db-wal")));
    Store again(url, test_seal(), loop.post());
    Transactions(again).now([](Database& db) { EXPECT_EQ(values(db).size(), 310u); });
}

TEST(StoreLife, what_waited_on_disk_is_nobody_elses_to_read) {
    const TestFolder folder;
    const Store store("sqlite:" + folder.file("coigate.db"), test_seal(), [](auto call) { call(); });
    for (const auto& name : {"coigate.db", "coigate.db-wal", "coigate.db-shm"}) {
        struct stat status{};
        ASSERT_EQ(::stat(folder.file(name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 0077, 0u) << name;
    }
}

TEST(StoreLife, somebody_who_reads_is_not_in_the_way) {
    const TestFolder folder;
    StoreLoop loop;
    Store store("sqlite:" + folder.file("coigate.db"), test_seal(), loop.post());
    Transactions(store).now(make_table);
    Transactions(store).now(insert(1));
    sqlite3* reader = nullptr;
    ASSERT_EQ(sqlite3_open_v2(folder.file("coigate.db").c_str(), &reader, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM note", nullptr, nullptr, nullptr), SQLITE_OK);
    for (int i = 2; i < 5; ++i) {  // more than makes the store want to rewind its log, which the reader holds
        Transactions(store).now([i](Database& db) {
            insert(i)(db);
            db.execute("CREATE TABLE IF NOT EXISTS fat (bytes BLOB); INSERT INTO fat VALUES (zeroblob(9000000))");
        });
    }
    Transactions(store).now([](Database& db) { EXPECT_EQ(values(db).size(), 4u); });
    EXPECT_TRUE(store.well());
    sqlite3_close(reader);
}

TEST(StoreRefusal, a_second_coigate_on_the_same_store) {
    const TestFolder folder;
    const auto url = "sqlite:" + folder.file("coigate.db");
    const Store first(url, test_seal(), [](auto call) { call(); });
    EXPECT_THAT(refusal(url), HasSubstr("another coigate uses this store"));
}

TEST(StoreRefusal, the_wrong_key) {
    const TestFolder folder;
    const auto url = "sqlite:" + folder.file("coigate.db");
    EXPECT_EQ(refusal(url), "");
    EXPECT_THAT(refusal(url, test_seal('x')), HasSubstr("not the one this store was sealed with"));
    EXPECT_EQ(refusal(url), "");
}

TEST(StoreRefusal, a_folder_that_is_missing) {
    const TestFolder folder;
    EXPECT_THAT(refusal("sqlite:" + folder.file("missing/coigate.db")),
                testing::AllOf(HasSubstr("missing/coigate.db"), HasSubstr("make its folder")));
}

TEST(StoreRefusal, a_folder_in_place_of_the_file) {
    const TestFolder folder;
    EXPECT_THAT(refusal("sqlite:" + folder.file("")), HasSubstr("cannot write"));
}

TEST(StoreRefusal, a_file_that_is_no_database) {
    const TestFolder folder;
    std::ofstream(folder.file("coigate.db")) << std::string(10000, 'x');
    EXPECT_THAT(refusal("sqlite:" + folder.file("coigate.db")), HasSubstr("is damaged or is no database"));
}

TEST(StoreRefusal, a_page_that_was_overwritten_is_told_with_file_and_remedy) {
    const TestFolder folder;
    const auto path = folder.file("coigate.db");
    {
        Database db(path, test_seal());
        make_table(db);
        for (int i = 0; i < 3000; ++i) insert(i)(db);
    }
    const auto size = std::filesystem::file_size(path);
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
        .seekp(static_cast<std::streamoff>(size / 4096 * 4096 - 8 * 4096))
        .write(std::string(8 * 4096, 'x').c_str(), 8 * 4096);
    try {
        Database db(path, test_seal());
        db.check_integrity();
        (void)values(db);
        FAIL() << "nothing was noticed";
    } catch (const StoreError& error) {
        EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(path), HasSubstr("backup")));
    }
}

TEST(StoreRefusal, another_programs_database_which_is_left_as_it_was) {
    const TestFolder folder;
    const auto path = folder.file("other.db");
    {
        Database db(path, test_seal());
        db.execute("PRAGMA application_id = 7; PRAGMA journal_mode = DELETE");
    }
    std::ifstream before_file(path, std::ios::binary);
    const std::string before((std::istreambuf_iterator<char>(before_file)), {});
    EXPECT_THAT(refusal("sqlite:" + path), HasSubstr("database of another program"));
    std::ifstream after_file(path, std::ios::binary);
    const std::string after((std::istreambuf_iterator<char>(after_file)), {});
    EXPECT_EQ(after, before);
}

TEST(StoreRefusal, a_newer_schema) {
    const TestFolder folder;
    const auto path = folder.file("coigate.db");
    Database(path, test_seal()).execute("PRAGMA user_version = 999");
    EXPECT_THAT(refusal("sqlite:" + path), HasSubstr("made by a newer coigate"));
}

TEST(StoreRefusal, a_url_of_an_unknown_kind) {
    EXPECT_THAT(refusal("postgresql://db/coigate"), HasSubstr("write sqlite: and a path"));
    EXPECT_THAT(refusal("sqlite:"), HasSubstr("write sqlite: and a path"));
}

}  // namespace
}  // namespace gateway
