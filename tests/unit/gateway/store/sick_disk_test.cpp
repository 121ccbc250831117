// A full or failing disk: nothing is reported done that is not on it, the store says how it is, and is well again by
// itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite/transactions.h"
#include "gateway/store/store.h"
#include "tests/unit/gateway/store/faulty_disk.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using Fault = FaultyDisk::Fault;

void make_table(Database& db) {
    db.execute("CREATE TABLE IF NOT EXISTS note (value INTEGER NOT NULL UNIQUE, bytes BLOB)");
}
Transactions::Work insert(std::int64_t value) {
    return [value](Database& db) {
        db.query("INSERT INTO note (value, bytes) VALUES (?, zeroblob(3000))").bind(value).run();
    };
}
std::vector<std::int64_t> values(Database& db) {
    std::vector<std::int64_t> values;
    auto query = db.query("SELECT value FROM note ORDER BY value");
    while (query.step()) values.push_back(query.integer(0));
    return values;
}

class SickDiskTest : public testing::Test {
  protected:
    FaultyDisk disk;
    TestFolder folder;
    std::string url = "sqlite:" + folder.file("coigate.db");
    StoreLoop loop;
    std::optional<Store> store{std::in_place, url, test_seal(), loop.post()};
    std::vector<std::string> health;  // "well" or why not

    void SetUp() override {
        store->on_health([this](bool well, const std::string& why) { health.push_back(well ? "well" : why); });
        Transactions(*store).now(make_table);
    }
    /// Commits one row and tells what became of it.
    Store::Failure commit(std::int64_t value) {
        std::optional<Store::Failure> outcome;
        Transactions(*store).commit(insert(value), [&](Store::Failure failure) { outcome = std::move(failure); });
        EXPECT_TRUE(loop.run_until([&] { return outcome.has_value(); }));
        return outcome ? *outcome : StoreError("no outcome");
    }
    bool becomes_well() {
        return loop.run_until([&] { return !health.empty() && health.back() == "well"; });
    }
};

TEST_F(SickDiskTest, a_full_disk_fails_with_full_and_heals_when_there_is_room) {
    ASSERT_FALSE(commit(1));
    disk.fail(Fault::full);
    const auto failure = commit(2);
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->full);
    EXPECT_THAT(failure->what(), testing::HasSubstr("is full: make room there"));
    EXPECT_FALSE(store->well());
    const auto refused = commit(3);  // while it is sick it fails at once
    ASSERT_TRUE(refused);
    EXPECT_TRUE(refused->full);

    disk.heal();
    ASSERT_TRUE(becomes_well());
    EXPECT_TRUE(store->well());
    EXPECT_FALSE(commit(4));
    Transactions(*store).now([](Database& db) { EXPECT_EQ(values(db), (std::vector<std::int64_t>{1, 4})); });
    EXPECT_THAT(health, testing::SizeIs(2));
}

TEST_F(SickDiskTest, a_full_disk_can_be_read) {
    ASSERT_FALSE(commit(1));
    disk.fail(Fault::full);
    ASSERT_TRUE(commit(2));
    std::optional<std::vector<std::int64_t>> read;
    Transactions(*store).read(values, [&](const Store::Failure& failure, std::vector<std::int64_t> found) {
        EXPECT_FALSE(failure);
        read = std::move(found);
    });
    EXPECT_TRUE(loop.run_until([&] { return read.has_value(); }));
    EXPECT_EQ(*read, std::vector<std::int64_t>{1});
    Transactions(*store).read_now([&](Database& db) { read = values(db); });
    EXPECT_EQ(*read, std::vector<std::int64_t>{1});
    EXPECT_THROW(Transactions(*store).now(insert(3)), StoreError);
    EXPECT_FALSE(store->well());
}

TEST_F(SickDiskTest, a_disk_that_is_full_of_the_stores_own_log_heals_by_itself) {
    ASSERT_FALSE(commit(1));
    store.reset();  // its end moves the log into the database: every page has its place there
    store.emplace(url, test_seal(), loop.post());
    SetUp();
    disk.leave_room(1024 * 1024);
    const auto rewrite = [](Database& db) { db.query("UPDATE note SET value = value").run(); };
    Store::Failure failure;
    for (int i = 0; i < 10'000 && !failure; ++i) {
        Transactions(*store).commit(rewrite, [&](const Store::Failure& is) { failure = is; });
        loop.flush(*store);
    }
    ASSERT_TRUE(failure && failure->full);
    ASSERT_TRUE(becomes_well());
    EXPECT_FALSE(commit(2));
}

TEST_F(SickDiskTest, a_failing_disk_is_not_called_full_and_heals_too) {
    disk.fail(Fault::broken);
    const auto failure = commit(1);
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->full);
    EXPECT_TRUE(failure->broken);
    EXPECT_THAT(failure->what(), testing::HasSubstr("check the disk"));
    disk.heal();
    ASSERT_TRUE(becomes_well());
    EXPECT_FALSE(commit(2));
    Transactions(*store).now([](Database& db) { EXPECT_EQ(values(db), (std::vector<std::int64_t>{2})); });
}

TEST_F(SickDiskTest, marks_are_kept_until_they_can_be_written) {
    ASSERT_FALSE(commit(1));
    disk.fail(Fault::full);
    Transactions(*store).later([](Database& db) { db.query("DELETE FROM note WHERE value = 1").run(); });
    Transactions(*store).later(insert(10));
    ASSERT_TRUE(commit(2));
    Transactions(*store).later(insert(11));
    disk.heal();
    ASSERT_TRUE(becomes_well());
    ASSERT_FALSE(commit(3));
    Transactions(*store).now([](Database& db) { EXPECT_EQ(values(db), (std::vector<std::int64_t>{3, 10, 11})); });
}

TEST_F(SickDiskTest, ending_while_sick_fails_what_waits_and_loses_nothing_committed) {
    ASSERT_FALSE(commit(1));
    disk.fail(Fault::full);
    ASSERT_TRUE(commit(2));
    bool failed = false;
    Transactions(*store).commit(insert(3), [&](Store::Failure failure) { failed = failure.has_value(); });
    store.reset();
    loop.drain();
    EXPECT_TRUE(failed);
    disk.heal();
    Store again(url, test_seal(), loop.post());
    Transactions(again).now([](Database& db) { EXPECT_EQ(values(db), (std::vector<std::int64_t>{1})); });
}

/// Two commits of three rows on a disk that fails from the `at`-th write or sync on and heals after them. Answers the
/// steps taken.
int play(Fault fault, int at) {
    FaultyDisk disk;
    const TestFolder folder;
    const auto url = "sqlite:" + folder.file("coigate.db");
    StoreLoop loop;
    std::vector<std::int64_t> done;
    int steps = 0;
    {
        Store store(url, test_seal(), loop.post());
        Transactions(store).now(make_table);
        const int before = disk.steps();
        disk.fail(fault, at);
        for (int round = 0; round < 2; ++round) {
            int outcomes = 0;
            for (int i = 0; i < 3; ++i) {
                const auto value = round * 10 + i;
                Transactions(store).commit(insert(value), [&, value](Store::Failure failure) {
                    ++outcomes;
                    if (!failure) done.push_back(value);
                });
            }
            EXPECT_TRUE(loop.run_until([&] { return outcomes == 3; }));
        }
        steps = disk.steps() - before;
        disk.heal();
        bool written = false;
        while (!written) {  // the store finds by itself that the disk is well
            std::optional<bool> outcome;
            Transactions(store).commit(insert(99), [&](Store::Failure failure) { outcome = !failure; });
            EXPECT_TRUE(loop.run_until([&] { return outcome.has_value(); }));
            written = outcome.value_or(true);
        }
        done.push_back(99);
        Transactions(store).now([&](Database& db) { EXPECT_EQ(values(db), done) << "step " << at; });
    }
    Store again(url, test_seal(), loop.post());
    Transactions(again).now(
        [&](Database& db) { EXPECT_EQ(values(db), done) << "step " << at << " after opening again"; });
    return steps;
}

TEST(SickDiskLaw, failing_at_every_step_reports_the_truth) {
    const int steps = play(Fault::none, 0);
    EXPECT_GT(steps, 6);
    for (const auto fault : {Fault::full, Fault::broken}) {
        for (int at = 0; at <= steps; ++at) play(fault, at);
    }
}

}  // namespace
}  // namespace gateway
