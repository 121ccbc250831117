// The store under SIGKILL: a child commits numbered entries and tells each `done` by a pipe; whenever it dies, what it
// told is there.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <random>
#include <set>

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway::queue {
namespace {

/// Its payload follows from its number: a half-written one would differ. Some are larger than a page, some than many.
std::string payload_of(std::int64_t number) {
    return std::to_string(number) +
           std::string(static_cast<std::size_t>(number % 10 == 0 ? number * 7919 % 30'000 : number % 900),
                       static_cast<char>('a' + number % 26));
}

/// Commits entries without end, keeps a hundred waiting, and marks every second one as done when it is committed.
[[noreturn]] void run_child(const std::string& url, std::int64_t first, int report) {
    StoreLoop loop;
    Store store(url, test_seal(), loop.post());
    std::int64_t number = first, told = 0;
    for (;;) {
        const auto id = std::make_shared<std::int64_t>();
        Transactions(store).commit(
            [id, number](Database& db) {
                Entry entry;
                entry.name = std::to_string(number);
                entry.contact = std::to_string(number % 5);
                entry.payload = payload_of(number);
                *id = put(db, entry);
            },
            [&, id, number](Store::Failure failure) {
                if (failure || ::write(report, &number, sizeof number) != sizeof number) ::_exit(1);
                if (number % 2 == 0) Transactions(store).later([id](Database& db) { done(db, *id); });
                ++told;
            });
        ++number;
        if (number - first - told > 100 && !loop.run_until([&] { return number - first - told < 50; })) ::_exit(2);
        loop.drain();
    }
}

/// Reads reports until `enough` have come, kills the child at once, and reads what was still in the pipe.
std::vector<std::int64_t> reports_until_killed(pid_t child, int from, std::size_t enough) {
    std::vector<std::int64_t> reports;
    std::int64_t number = 0;
    while (::read(from, &number, sizeof number) == sizeof number) {
        reports.push_back(number);
        if (reports.size() == enough) ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    return reports;
}

TEST(QueueCrash, whatever_was_reported_done_survives_twenty_kills_whole) {
    const TestFolder folder;
    const auto url = "sqlite:" + folder.file("coigate.db");
    std::mt19937_64 random(20);
    std::size_t all_told = 0;
    std::int64_t next_number = 1;
    for (int kill = 0; kill < 20; ++kill) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            run_child(url, next_number, ends[1]);
        }
        ::close(ends[1]);
        std::set<std::int64_t> told;
        for (const auto number : reports_until_killed(child, ends[0], 1 + random() % 400)) told.insert(number);
        ::close(ends[0]);

        Database db(folder.file("coigate.db"), test_seal());
        db.check_integrity();
        std::set<std::int64_t> found;
        for (const auto& listed : list(db, 0, 100'000)) {  // all of this life: it is taken out below
            const auto number = std::stoll(listed.name);
            EXPECT_TRUE(found.insert(number).second) << number << " is there twice";
            const auto entry = find(db, listed.id);
            ASSERT_TRUE(entry) << number << " has no payload";
            EXPECT_EQ(entry->payload, payload_of(number)) << number << " is half-written";
            done(db, listed.id);
        }
        for (const auto number : told) {
            EXPECT_TRUE(number % 2 == 0 || found.contains(number))
                << number << " was reported done and is lost (kill " << kill << ")";
        }
        next_number = std::max(next_number, found.empty() ? 0 : *found.rbegin() + 1);
        next_number = std::max(next_number, *told.rbegin() + 1);
        all_told += told.size();
    }
    EXPECT_GT(all_told, 1000u);
}

}  // namespace
}  // namespace gateway::queue
