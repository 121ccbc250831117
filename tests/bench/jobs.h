// A thread of a peer for its cryptography, so that the heartbeat's answers do not wait for it.

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace bench {

/// Does what it is given, one after the other, for as long as the program runs.
class Jobs {
  public:
    void start() {
        std::thread([this] { work(); }).detach();
    }
    void give(std::function<void()> job) {
        const std::lock_guard lock(lock_);
        jobs_.push_back(std::move(job));
        some_.notify_one();
    }

  private:
    void work() {
        for (;;) {
            std::unique_lock lock(lock_);
            some_.wait(lock, [this] { return !jobs_.empty(); });
            const auto job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
        }
    }

    std::mutex lock_;
    std::condition_variable some_;
    std::deque<std::function<void()>> jobs_;
};

}  // namespace bench
