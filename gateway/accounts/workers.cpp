// Turns of owners, strands within them, few threads; see workers.h.

#include "gateway/accounts/workers.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace gateway {
namespace {

struct Job {
    Line line;
    std::function<void()> work, done;
};

/// The owners in turn, and the numbers of threads that they use: each owner, and all strangers together. Guarded by
/// State::mutex.
class Turns {
  public:
    Turns(std::size_t each, std::size_t together) : each_(each), together_(together) {}

    void add(Job job) {
        Owner& owner = owners_[job.line.owner];
        if (owner.ready.empty()) order_.push_back(job.line.owner);
        owner.ready.push_back(std::move(job));
    }

    /// The next work that may run. Owners that use as many threads as allowed are skipped; these are few.
    std::optional<Job> next() {
        if (running_ == together_) return std::nullopt;
        for (auto at = order_.begin(); at != order_.end(); ++at) {
            Owner& owner = owners_[*at];
            if (owner.running == each_) continue;
            Job job = std::move(owner.ready.front());
            owner.ready.pop_front();
            ++owner.running;
            ++running_;
            std::string name = std::move(*at);
            order_.erase(at);
            if (!owner.ready.empty()) order_.push_back(std::move(name));
            return job;
        }
        return std::nullopt;
    }

    void ended(const Line& line) {
        --running_;
        const auto at = owners_.find(line.owner);
        if (--at->second.running == 0 && at->second.ready.empty()) owners_.erase(at);
    }

  private:
    struct Owner {
        std::deque<Job> ready;
        std::size_t running = 0;
    };
    const std::size_t each_, together_;
    std::size_t running_ = 0;
    std::map<std::string, Owner> owners_;
    std::deque<std::string> order_;  // owners with ready work, each once
};

}  // namespace

Line::Line(AccountId account, std::string strand_)
    : owner(std::to_string(static_cast<std::int64_t>(account))), strand(std::move(strand_)) {}

Line Line::foreign(const std::string& domain, std::string strand) {
    Line line(AccountId{}, std::move(strand));
    line.owner = domain;
    line.is_foreign = true;
    return line;
}

struct Workers::State {
    State(std::size_t count, Post post_)
        : post(std::move(post_)), known(but_one(count), count), foreign(but_one(count), but_one(count)) {}

    static std::size_t but_one(std::size_t count) { return count > 1 ? count - 1 : 1; }

    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            std::optional<Job> job;
            wake.wait(lock, [&] { return stopping || (job = next()); });
            if (stopping) return;
            lock.unlock();
            job->work();
            job->work = nullptr;  // its captures are destroyed here, not on the loop
            post([self = weak.lock(), done = std::move(job->done)] {
                if (!self || self->stopping) return;
                --self->open;
                done();
            });
            lock.lock();
            turns(job->line).ended(job->line);
            next_of(job->line.strand);
            wake.notify_one();  // an owner at its limit has one thread less
        }
    }

    Turns& turns(const Line& line) { return line.is_foreign ? foreign : known; }

    /// Known owners and strangers alternate.
    std::optional<Job> next() {
        Turns& first = foreign_first ? foreign : known;
        Turns& second = foreign_first ? known : foreign;
        auto job = first.next();
        if (!job) job = second.next();
        if (job) foreign_first = !job->line.is_foreign;
        return job;
    }

    /// The strand is free: its next job may run.
    void next_of(const std::string& strand) {
        const auto at = strands.find(strand);
        if (strand.empty() || at == strands.end()) return;
        if (at->second.empty()) {
            strands.erase(at);
            return;
        }
        ready(std::move(at->second.front()));
        at->second.pop_front();
    }

    void ready(Job job) {
        turns(job.line).add(std::move(job));
        wake.notify_one();
    }

    Post post;
    std::weak_ptr<State> weak;
    std::mutex mutex;
    std::condition_variable wake;
    Turns known, foreign;
    bool foreign_first = false;
    std::map<std::string, std::deque<Job>> strands;  // busy strands, and the jobs that wait for each
    std::vector<std::thread> threads;
    std::atomic<bool> stopping = false;
    std::size_t open = 0;  // on the loop's thread only
};

Workers::Workers(std::size_t threads, Post post)
    : state_(std::make_shared<State>(std::max<std::size_t>(threads, 1), std::move(post))) {
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

void Workers::run(Line line, std::function<void()> work, std::function<void()> done) {
    ++state_->open;
    const std::lock_guard lock(state_->mutex);
    Job job{std::move(line), std::move(work), std::move(done)};
    if (!job.line.strand.empty()) {
        const auto [at, fresh] = state_->strands.try_emplace(job.line.strand);
        if (!fresh) {
            at->second.push_back(std::move(job));
            return;
        }
    }
    state_->ready(std::move(job));
}

std::size_t Workers::waiting() const { return state_->open; }

std::size_t Workers::usual() { return std::max(std::thread::hardware_concurrency(), 3U) - 1; }

}  // namespace gateway
