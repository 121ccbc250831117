// A loop without Asio for tests of the store and of the gateway's core: what the store posts is run by the test, on the
// test's thread.

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
    /// Runs what was posted until `enough`; false, and the test has failed, if nothing more comes for ten seconds.
    bool run_until(const std::function<bool()>& enough) {
        while (!enough()) {
            std::unique_lock lock(mutex_);
            if (!some_.wait_for(lock, std::chrono::seconds(10), [this] { return !calls_.empty(); })) {
                ADD_FAILURE() << "nothing more came";
                return false;
            }
            run_first(lock);
        }
        return true;
    }
    /// Runs what has been posted so far.
    void drain() {
        std::unique_lock lock(mutex_);
        while (!calls_.empty()) {
            run_first(lock);
            lock.lock();
        }
    }
    /// Everything given to the store before this call is committed, and its callbacks have run.
    void flush(Store& store) {
        bool through = false;
        store.flush([&through](const Store::Failure&) { through = true; });
        run_until([&through] { return through; });
    }

  private:
    void run_first(std::unique_lock<std::mutex>& lock) {
        const auto call = std::move(calls_.front());
        calls_.pop_front();
        lock.unlock();
        call();
    }

    std::mutex mutex_;
    std::condition_variable some_;
    std::deque<std::function<void()>> calls_;
};

}  // namespace gateway
