// A loop without Asio for tests of the gateway's core: what the store posts is run by the test, on the test's thread.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "gateway/store/store.h"

namespace gateway {

class StoreLoop {
  public:
    Store::Post post() {
        return [this](std::function<void()> call) {
            const std::lock_guard lock(mutex_);
            calls_.push_back(std::move(call));
            some_.notify_one();
        };
    }
    /// Runs what was posted until `enough`.
    void run_until(const std::function<bool()>& enough) {
        while (!enough()) {
            std::function<void()> call;
            {
                std::unique_lock lock(mutex_);
                ASSERT_TRUE(some_.wait_for(lock, std::chrono::seconds(10), [this] { return !calls_.empty(); }))
                    << "nothing more came";
                call = std::move(calls_.front());
                calls_.pop_front();
            }
            call();
        }
    }
    /// Everything given to the store before this call is committed, and its callbacks have run.
    void flush(Store& store) {
        bool through = false;
        store.commit([](Database&) {}, [&through](const Store::Failure&) { through = true; });
        run_until([&through] { return through; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable some_;
    std::deque<std::function<void()>> calls_;
};

}  // namespace gateway
