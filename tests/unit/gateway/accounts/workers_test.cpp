// Strands keep their order, others run beside them, and nothing comes back after the end.

#include "gateway/accounts/workers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/store_loop.h"

namespace gateway {
namespace {

constexpr AccountId alice{1}, carol{2};

/// Holds a worker until it is let go.
struct Held {
    std::promise<void> started, release;
    std::shared_future<void> held = release.get_future().share();
    std::function<void()> work() {
        return [this] {
            started.set_value();
            held.wait();
        };
    }
};

TEST(Workers, AStrandIsDoneInItsOrder) {
    StoreLoop loop;
    Workers workers(4, loop.post());
    std::vector<int> worked, done;  // of one strand: never two at a time
    for (int i = 0; i < 200; ++i) {
        workers.run(Line(alice, "bob"), [&worked, i] { worked.push_back(i); }, [&done, i] { done.push_back(i); });
    }
    loop.run_until([&] { return done.size() == 200; });
    std::vector<int> expected(200);
    for (int i = 0; i < 200; ++i) expected[static_cast<std::size_t>(i)] = i;
    EXPECT_EQ(worked, expected);
    EXPECT_EQ(done, expected);
    EXPECT_EQ(workers.waiting(), 0U);
}

TEST(Workers, AnotherStrandDoesNotWait) {
    StoreLoop loop;
    Workers workers(2, loop.post());
    std::promise<void> release;
    auto held = release.get_future().share();
    bool first = false, second = false;
    workers.run(Line(alice, "bob"), [held] { held.wait(); }, [&] { first = true; });
    workers.run(Line(carol, "bob's"), [] {}, [&] { second = true; });
    loop.run_until([&] { return second; });
    EXPECT_FALSE(first);
    release.set_value();
    loop.run_until([&] { return first; });
}

TEST(Workers, AValueComesBack) {
    StoreLoop loop;
    Workers workers(1, loop.post());
    int got = 0;
    workers.ask<int>(Line(alice), [] { return 42; }, [&](int value) { got = value; });
    loop.run_until([&] { return got == 42; });
}

TEST(Workers, WhatWaitsAtTheEndIsLetGo) {
    std::promise<void> started, release;
    auto held = release.get_future().share();
    std::vector<std::function<void()>> posted;
    std::mutex mutex;
    bool told = false;
    std::thread let_go;
    {
        Workers workers(1, [&](std::function<void()> call) {
            const std::lock_guard lock(mutex);
            posted.push_back(std::move(call));
        });
        workers.run(
            Line(alice, "a"),
            [&started, held] {
                started.set_value();
                held.wait();
            },
            [&] { told = true; });
        workers.run(Line(alice, "a"), [] {}, [&] { told = true; });
        started.get_future().wait();
        let_go = std::thread([&] { release.set_value(); });
    }
    let_go.join();
    for (const auto& call : posted) call();
    EXPECT_FALSE(told);
}

TEST(Workers, OwnersTakeTurns) {
    StoreLoop loop;
    Held held;
    Workers workers(1, loop.post());
    workers.run(Line(alice), held.work(), [] {});
    held.started.get_future().wait();
    std::vector<std::string> done;
    for (int i = 0; i < 1000; ++i) workers.run(Line(alice), [] {}, [&done] { done.emplace_back("alice"); });
    for (int i = 0; i < 1000; ++i)
        workers.run(Line::foreign("evil.test"), [] {}, [&done] { done.emplace_back("evil"); });
    workers.run(Line(carol), [] {}, [&done] { done.emplace_back("carol"); });
    workers.run(Line::foreign("good.test"), [] {}, [&done] { done.emplace_back("good"); });
    held.release.set_value();
    loop.run_until([&] { return done.size() == 2002; });
    const auto place = [&](const char* who) { return std::ranges::find(done, who) - done.begin(); };
    EXPECT_LT(place("carol"), 5);
    EXPECT_LT(place("good"), 5);
}

TEST(Workers, OneOwnerNeverHoldsTheLastThread) {
    StoreLoop loop;
    Held held;
    Workers workers(2, loop.post());
    std::atomic<int> begun = 0;
    bool carols = false;
    workers.run(Line(alice, "1"), held.work(), [] {});
    held.started.get_future().wait();
    for (int i = 0; i < 10; ++i) workers.run(Line(alice), [&begun] { ++begun; }, [] {});
    workers.run(Line(carol), [] {}, [&] { carols = true; });
    loop.run_until([&] { return carols; });
    EXPECT_EQ(begun, 0);
    held.release.set_value();
    loop.run_until([&] { return workers.waiting() == 0; });
    EXPECT_EQ(begun, 10);
}

TEST(Workers, StrangersTogetherNeverHoldTheLastThread) {
    StoreLoop loop;
    Held held;
    Workers workers(2, loop.post());
    std::atomic<int> begun = 0;
    bool carols = false;
    workers.run(Line::foreign("evil.test"), held.work(), [] {});
    held.started.get_future().wait();
    for (const char* domain : {"a.test", "b.test", "c.test"})
        workers.run(Line::foreign(domain), [&begun] { ++begun; }, [] {});
    workers.run(Line(carol), [] {}, [&] { carols = true; });
    loop.run_until([&] { return carols; });
    EXPECT_EQ(begun, 0);
    held.release.set_value();
    loop.run_until([&] { return workers.waiting() == 0; });
    EXPECT_EQ(begun, 3);
}

}  // namespace
}  // namespace gateway
