// Strands on few threads; see workers.h.

#include "gateway/workers.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace gateway {

struct Workers::State {
    struct Job {
        std::string strand;
        std::function<void()> work, done;
    };

    explicit State(Post post_) : post(std::move(post_)) {}

    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stopping || !ready.empty(); });
            if (stopping) return;
            Job job = std::move(ready.front());
            ready.pop_front();
            lock.unlock();
            job.work();
            job.work = nullptr;  // its captures end here, not on the loop
            post([self = weak.lock(), done = std::move(job.done)] {
                if (!self || self->stopping) return;
                --self->open;
                done();
            });
            lock.lock();
            next_of(job.strand);
        }
    }

    /// The strand is free: its next job may go.
    void next_of(const std::string& strand) {
        const auto at = strands.find(strand);
        if (strand.empty() || at == strands.end()) return;
        if (at->second.empty()) {
            strands.erase(at);
            return;
        }
        ready.push_back(std::move(at->second.front()));
        at->second.pop_front();
        wake.notify_one();
    }

    Post post;
    std::weak_ptr<State> weak;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Job> ready;
    std::map<std::string, std::deque<Job>> strands;  // busy ones, and what waits behind each
    std::vector<std::thread> threads;
    std::atomic<bool> stopping = false;
    std::size_t open = 0;  // on the loop's thread only
};

Workers::Workers(std::size_t threads, Post post) : state_(std::make_shared<State>(std::move(post))) {
    state_->weak = state_;
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
        state_->threads.emplace_back([state = state_.get()] { state->serve(); });
}

Workers::~Workers() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->wake.notify_all();
    for (auto& thread : state_->threads) thread.join();
}

void Workers::run(const std::string& strand, std::function<void()> work, std::function<void()> done) {
    ++state_->open;
    const std::lock_guard lock(state_->mutex);
    State::Job job{strand, std::move(work), std::move(done)};
    if (!strand.empty()) {
        const auto [at, fresh] = state_->strands.try_emplace(strand);
        if (!fresh) {
            at->second.push_back(std::move(job));
            return;
        }
    }
    state_->ready.push_back(std::move(job));
    state_->wake.notify_one();
}

std::size_t Workers::waiting() const { return state_->open; }

std::size_t Workers::usual() { return std::max(std::thread::hardware_concurrency(), 2U) - 1; }

}  // namespace gateway
