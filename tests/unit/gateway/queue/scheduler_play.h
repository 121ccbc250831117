// What the tests of the scheduler share: a store in memory, attempts that wait for their result, and a clock that
// stands still.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/queue/scheduler.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/store_loop.h"

namespace gateway {

struct SchedulerPlay : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Time time{std::chrono::milliseconds(1'000'000'000)};
    std::size_t capacity = 10;
    bool at_once = false;  // every attempt ends well where it begins
    int strikes_most = 0;
    struct Attempt {
        std::string payload;
        const queue::Entry* entry;
        std::function<void(AttemptResult)> finished;
    };
    std::vector<Attempt> flying;
    std::vector<std::string> tried, done, refused;
    struct Sender : EntrySender {
        explicit Sender(SchedulerPlay& its_play) : play(its_play) {}
        void send(const queue::Entry& entry, std::function<void(AttemptResult)> finished) override {
            play.tried.push_back(entry.payload);
            if (play.at_once) return finished(AttemptResult{});
            play.flying.push_back({entry.payload, &entry, std::move(finished)});
        }
        void done(const queue::Entry& entry) override { play.done.push_back(entry.payload); }
        void refused(const queue::Entry& entry, const coi::Error&) override {
            play.refused.push_back(entry.payload);
            Transactions(play.store).commit([id = entry.id](Database& db) { queue::done(db, id); }, {});
        }
        DestinationId destination(const queue::Entry&) const override { return shared_destination; }
        std::size_t capacity(DestinationId) const override { return play.capacity; }
        SchedulerPlay& play;
    } sender{*this};
    std::unique_ptr<Scheduler> direction = make();

    std::unique_ptr<Scheduler> make() {
        Scheduler::Limits limits;
        limits.ready_entries = 3;
        limits.strikes_most = strikes_most;
        return std::make_unique<Scheduler>(
            queue::Direction::mail, store, sender, [this] { return time; }, [] {}, limits);
    }

    queue::Entry commit(const std::string& contact, const std::string& payload,
                        std::chrono::seconds wait = std::chrono::seconds(0)) {
        queue::Entry entry;
        entry.account = AccountId{1};
        entry.contact = contact;
        entry.name = entry.payload = payload;
        entry.taken = time;
        entry.next = time + wait;
        entry.expires = time + std::chrono::hours(24);
        Transactions(store).now([&](Database& db) { entry.id = queue::put(db, entry); });
        direction->committed(entry);
        return entry;
    }
    void finish(const std::string& payload, AttemptResult::Kind kind = AttemptResult::Kind::done) {
        const auto at =
            std::find_if(flying.begin(), flying.end(), [&](const Attempt& a) { return a.payload == payload; });
        ASSERT_NE(at, flying.end()) << payload << " is not in flight";
        EXPECT_EQ(at->entry->payload, payload) << "the entry stays where it is";
        const auto finished = std::move(at->finished);
        flying.erase(at);
        finished(AttemptResult{kind, {coi::ErrorKind::refused, false, "no", 0, {}}});
    }
    bool flies(const std::string& payload) const {
        return std::ranges::any_of(flying, [&](const Attempt& a) { return a.payload == payload; });
    }
    queue::Entry on_disk(const std::string& payload) {
        loop.flush(store);
        queue::Entry found;
        Transactions(store).now([&](Database& db) {
            for (auto& entry : queue::list(db, 0, 1000))
                if (entry.name == payload) found = entry;
        });
        return found;
    }
    /// The next time at which something is due.
    void go_on() {
        loop.flush(store);
        ASSERT_TRUE(direction->next_wake());
        time = std::max(time, *direction->next_wake());
        direction->tick(time);
        loop.flush(store);
    }
    void wait_for_attempts(std::size_t count) {
        loop.run_until([&] { return tried.size() >= count; });
    }
    std::int64_t on_disk() {
        std::int64_t count = 0;
        Transactions(store).now([&](Database& db) { count = queue::count(db, queue::Direction::mail); });
        return count;
    }
};

}  // namespace gateway
