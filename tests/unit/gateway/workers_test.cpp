// Strands keep their order, others run beside them, and nothing comes back after the end.

#include "gateway/workers.h"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/store_loop.h"

namespace gateway {
namespace {

TEST(Workers, AStrandIsDoneInItsOrder) {
    StoreLoop loop;
    Workers workers(4, loop.post());
    std::vector<int> worked, done;  // of one strand: never two at a time
    for (int i = 0; i < 200; ++i) {
        workers.run("alice", [&worked, i] { worked.push_back(i); }, [&done, i] { done.push_back(i); });
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
    bool alice = false, bob = false;
    workers.run("alice", [held] { held.wait(); }, [&] { alice = true; });
    workers.run("bob", [] {}, [&] { bob = true; });
    loop.run_until([&] { return bob; });
    EXPECT_FALSE(alice);
    release.set_value();
    loop.run_until([&] { return alice; });
}

TEST(Workers, AValueComesBack) {
    StoreLoop loop;
    Workers workers(1, loop.post());
    int got = 0;
    workers.ask<int>("", [] { return 42; }, [&](int value) { got = value; });
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
            "a",
            [&started, held] {
                started.set_value();
                held.wait();
            },
            [&] { told = true; });
        workers.run("a", [] {}, [&] { told = true; });
        started.get_future().wait();
        let_go = std::thread([&] { release.set_value(); });
    }
    let_go.join();
    for (const auto& call : posted) call();
    EXPECT_FALSE(told);
}

}  // namespace
}  // namespace gateway
