// What the tests of the store share: a folder of their own that goes away, a key, and a loop that runs what the store
// posts.

#pragma once

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "gateway/store/store.h"

namespace gateway {

class TestFolder {
  public:
    TestFolder() {
        // In memory where there is such a place: what is tested is the order of writes, not the disk's speed.
        const bool quick = ::access("/dev/shm", W_OK) == 0;
        std::string name = (quick ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
                           "coigate-store-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TestFolder(const TestFolder&) = delete;
    ~TestFolder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

inline Seal test_seal(char filler = 'k') { return Seal::from_file_bytes(std::string(32, filler)); }

/// Stands for the gateway's loop: whoever waits runs what was posted, on their own thread.
class TestLoop {
  public:
    Store::Post post() {
        return [this](std::function<void()> call) {
            {
                const std::lock_guard lock(mutex_);
                calls_.push_back(std::move(call));
            }
            came_.notify_one();
        };
    }
    /// Runs posted calls until `reached` is true; false after ten seconds without it.
    bool run_until(const std::function<bool()>& reached) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!reached()) {
            std::unique_lock lock(mutex_);
            if (!came_.wait_until(lock, until, [this] { return !calls_.empty(); })) return false;
            auto call = std::move(calls_.front());
            calls_.pop_front();
            lock.unlock();
            call();
        }
        return true;
    }
    /// Runs what has been posted so far.
    void drain() {
        for (;;) {
            std::unique_lock lock(mutex_);
            if (calls_.empty()) return;
            auto call = std::move(calls_.front());
            calls_.pop_front();
            lock.unlock();
            call();
        }
    }

  private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<std::function<void()>> calls_;
};

}  // namespace gateway
