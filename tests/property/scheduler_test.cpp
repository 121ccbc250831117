// The law of a leg: whatever happens in whatever order, every committed entry ends exactly once, and a line keeps its
// order, and what is said to be kept has not left. Random plays of commits, fates, ticks, drops and restarts on a real
// store in memory; the seed is the number of the play.

#include "gateway/queue/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

class Play {
  public:
    explicit Play(unsigned seed) : random_(seed), direction_(make()) {}

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            step();
            for (const auto& entry : waiting_) {
                if (direction_->is_kept(entry))
                    EXPECT_FALSE(flying_.contains(entry.id) || given_.contains(entry.id))
                        << entry.id << " may have left";
            }
        }
        finish_all();
        for (const auto& [line, ended] : ended_) EXPECT_EQ(ended, committed_[line]) << "line " << line;
    }

  private:
    struct Flight {
        std::string line;
        std::function<void(AttemptResult)> finished;
    };
    struct Sender : EntrySender {
        Sender(Play& its_play, int its_life) : play(its_play), life(its_life) {}
        void send(const queue::Entry& entry, std::function<void(AttemptResult)> finished) override {
            if (life != play.life_) return;  // of a process that is no more
            auto& flying = play.flying_;
            const std::string line = line_of(entry);
            EXPECT_TRUE(flying.emplace(entry.id, Flight{line, std::move(finished)}).second) << entry.id << " twice";
            EXPECT_EQ(std::count_if(flying.begin(), flying.end(), [&](auto& f) { return f.second.line == line; }), 1)
                << "two of one line in flight";
        }
        void done(const queue::Entry& entry) override { play.ended_[line_of(entry)].push_back(entry.id); }
        void refused(const queue::Entry& entry, const coi::Error&) override {
            play.ended_[line_of(entry)].push_back(entry.id);
            Transactions(play.store_).commit([id = entry.id](Database& db) { queue::done(db, id); }, {});
        }
        DestinationId destination(const queue::Entry& entry) const override {
            return static_cast<DestinationId>(entry.account);
        }
        std::size_t capacity(DestinationId) const override { return play.capacity_; }
        Play& play;
        const int life;
    };
    static std::string line_of(const queue::Entry& entry) {
        return std::to_string(static_cast<std::int64_t>(entry.account)) + entry.contact;
    }
    std::size_t upto(std::size_t most) { return random_() % most; }

    std::unique_ptr<Scheduler> make() {
        Scheduler::Limits limits;
        limits.ready_entries = 3;
        limits.ready_bytes = 60;
        senders_.push_back(std::make_unique<Sender>(*this, ++life_));
        return std::make_unique<Scheduler>(
            queue::Direction::mail, store_, *senders_.back(), [this] { return time_; }, [] {}, limits);
    }

    void step() {
        switch (upto(20)) {
            case 0:
                return direction_->destination_up(static_cast<DestinationId>(1 + upto(2)));
            case 1:
                return direction_->retry_now();
            case 2:
                capacity_ = 1 + upto(4);
                return;
            case 3:
                return drop();
            case 4:
                if (upto(4) == 0) restart();
                return;
            case 5:
            case 6:
                return wake();
            case 7:
            case 8:
            case 9:
                return loop_.flush(store_);
            case 10:
            case 11:
            case 12:
            case 13:
                return finish(static_cast<AttemptResult::Kind>(upto(7)));
            case 14:
                return finish(AttemptResult::Kind::done);
            default:
                return commit();
        }
    }

    void commit() {
        auto entry = std::make_shared<queue::Entry>();
        entry->account = AccountId(1 + static_cast<std::int64_t>(upto(2)));
        entry->contact = std::string(1, static_cast<char>('a' + upto(3)));
        entry->payload = std::string(1 + upto(30), 'x');
        entry->taken = entry->next = time_;
        entry->expires = time_ + 24h;
        Transactions(store_).commit([entry](Database& db) { entry->id = queue::put(db, *entry); },
                                    [this, entry](const Store::Failure& failure) {
                                        ASSERT_FALSE(failure);
                                        committed_[line_of(*entry)].push_back(entry->id);
                                        waiting_.push_back(*entry);
                                        direction_->committed(*entry);
                                    });
    }

    void finish(AttemptResult::Kind kind) {
        if (flying_.empty()) return;
        const auto which = std::next(flying_.begin(), static_cast<std::ptrdiff_t>(upto(flying_.size())));
        const auto finished = std::move(which->second.finished);
        const bool is_kept = kind != AttemptResult::Kind::done && upto(2) == 0;
        if (!is_kept) given_.insert(which->first);
        flying_.erase(which);
        finished(AttemptResult{kind, {coi::ErrorKind::refused, false, "no", 0, {}}, is_kept});
    }

    /// What `coigate queue drop` does: it ends, told by somebody else.
    void drop() {
        if (waiting_.empty()) return;
        const auto entry = waiting_[upto(waiting_.size())];
        const std::string line = line_of(entry);
        auto& ended = ended_[line];
        if (std::find(ended.begin(), ended.end(), entry.id) != ended.end() || !direction_->withdraw(entry)) return;
        std::erase(committed_[line], entry.id);
        Transactions(store_).commit([id = entry.id](Database& db) { queue::done(db, id); }, {});
        std::erase_if(waiting_, [&](const auto& other) { return other.id == entry.id; });
    }

    void wake() {
        const auto next = direction_->next_wake();
        if (next) time_ = std::max(time_, *next);
        direction_->tick(time_);
    }

    /// The process ends with attempts in the air; what was reported is on disk.
    void restart() {
        loop_.flush(store_);
        direction_->stop();
        gone_.push_back(std::move(direction_));
        for (const auto& [id, flight] : flying_) given_.insert(id);
        flying_.clear();
        direction_ = make();
        direction_->start();
    }

    void finish_all() {
        for (int idle = 0; idle < 3 && !testing::Test::HasFailure();) {
            loop_.flush(store_);
            idle = flying_.empty() && !direction_->next_wake() ? idle + 1 : 0;
            while (!flying_.empty()) finish(AttemptResult::Kind::done);
            wake();
        }
        std::int64_t left = 0;
        Transactions(store_).now([&](Database& db) { left = queue::count(db, queue::Direction::mail); });
        EXPECT_EQ(left, 0) << "the store holds what nothing will ever send";
        EXPECT_EQ(direction_->in_flight(), 0u);
    }

    std::mt19937 random_;
    StoreLoop loop_;
    Store store_{"sqlite::memory:", Seal({Seal::Key{}}), loop_.post()};
    Time time_{1'000'000'000ms};
    std::size_t capacity_ = 2;
    int life_ = 0;
    std::map<std::int64_t, Flight> flying_;
    std::set<std::int64_t> given_;  // may have left
    std::map<std::string, std::vector<std::int64_t>> committed_, ended_;
    std::vector<queue::Entry> waiting_;
    std::vector<std::unique_ptr<Sender>> senders_;  // of each life
    std::vector<std::unique_ptr<Scheduler>> gone_;
    std::unique_ptr<Scheduler> direction_;
};

TEST(LegLaw, every_committed_entry_ends_once_and_in_the_order_of_its_line) {
    for (unsigned seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Play(seed).run(300);
        if (HasFailure()) return;
    }
}

/// One message is poison: whatever it does to its session, those of all other lines arrive, and it ends refused.
class Poisoned {
  public:
    Poisoned(unsigned seed, AttemptResult::Kind fate) : random_(seed), fate_(fate) {
        Scheduler::Limits limits;
        limits.strikes_most = fate == AttemptResult::Kind::lost ? 3 : 0;
        direction_ = std::make_unique<Scheduler>(
            queue::Direction::mail, store_, sender_, [this] { return time_; }, [] {}, limits);
    }

    void run() {
        poison_ = 1 + static_cast<std::int64_t>(random_() % 8);
        for (int i = 1; i <= 30; ++i) {
            commit(i <= 10 ? i : static_cast<int>(random_() % 10) + 20);
            if (i % 3 == 0) turn();
        }
        const Time begun = time_;
        for (int i = 0; i < 2000 && passed_.size() < 29; ++i) turn();
        EXPECT_EQ(passed_.size(), 29u) << "others wait for the poison";
        EXPECT_LT(time_ - begun, 2min);
        for (int i = 0; i < 2000 && !gone_ && time_ < begun + 24h; ++i) turn();
        if (!gone_) expire();
        EXPECT_TRUE(gone_);
    }

  private:
    struct Sender : EntrySender {
        explicit Sender(Poisoned& its_play) : play(its_play) {}
        void send(const queue::Entry& entry, std::function<void(AttemptResult)> finished) override {
            play.flying_.emplace_back(entry.id, std::move(finished));
        }
        void done(const queue::Entry& entry) override { play.passed_.insert(entry.id); }
        void refused(const queue::Entry& entry, const coi::Error&) override { play.refused(entry.id); }
        DestinationId destination(const queue::Entry&) const override { return shared_destination; }
        std::size_t capacity(DestinationId) const override { return 1 + play.random_() % 4; }
        Poisoned& play;
    };

    void commit(int contact) {
        queue::Entry entry;
        entry.account = AccountId(1);
        entry.contact = std::to_string(contact);
        entry.taken = entry.next = time_;
        entry.expires = time_ + 24h;
        Transactions(store_).now([&](Database& db) { entry.id = queue::put(db, entry); });
        direction_->committed(entry);
    }

    void turn() {
        loop_.flush(store_);
        if (flying_.empty()) {
            if (const auto next = direction_->next_wake()) time_ = std::max(time_, *next);
            return direction_->tick(time_);
        }
        const auto at = std::ranges::find_if(flying_, [&](const auto& flight) { return flight.first == poison_; });
        const coi::Error error{coi::ErrorKind::closed, false, "gone", 0, {}};
        if (at == flying_.end()) {
            const auto finished = std::move(flying_.front().second);
            flying_.erase(flying_.begin());
            return finished(AttemptResult{});
        }
        if (fate_ == AttemptResult::Kind::lost) {  // the session of them all
            const auto all = std::exchange(flying_, {});
            for (const auto& [id, finished] : all) finished(AttemptResult{fate_, error});
            return direction_->destination_up(0);
        }
        const auto finished = std::move(at->second);
        flying_.erase(at);
        finished(AttemptResult{fate_, error});
    }

    void refused(std::int64_t id) {
        EXPECT_EQ(id, poison_);
        gone_ = true;
        Transactions(store_).commit([id](Database& db) { queue::done(db, id); }, {});
    }

    /// As the gateway's sweep does it.
    void expire() {
        loop_.flush(store_);
        while (!flying_.empty()) turn();
        loop_.flush(store_);
        std::vector<queue::Entry> old;
        Transactions(store_).now([&](Database& db) { old = queue::overdue(db, time_ + 24h, time_, 10); });
        ASSERT_EQ(old.size(), 1u);
        EXPECT_GT(old.front().attempts, 3);
        EXPECT_EQ(old.front().last_error, "gone");
        if (direction_->withdraw(old.front())) refused(old.front().id);
    }

    std::mt19937 random_;
    const AttemptResult::Kind fate_;
    StoreLoop loop_;
    Store store_{"sqlite::memory:", Seal({Seal::Key{}}), loop_.post()};
    Time time_{1'000'000'000ms};
    std::int64_t poison_ = 0;
    bool gone_ = false;
    std::set<std::int64_t> passed_;
    std::vector<std::pair<std::int64_t, std::function<void(AttemptResult)>>> flying_;
    Sender sender_{*this};
    std::unique_ptr<Scheduler> direction_;
};

TEST(LegLaw, one_poison_stops_nobody_and_ends_refused) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        for (const auto fate : {AttemptResult::Kind::broken, AttemptResult::Kind::lost, AttemptResult::Kind::later}) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", fate " + std::to_string(static_cast<int>(fate)));
            Poisoned(seed, fate).run();
            if (HasFailure()) return;
        }
    }
}

}  // namespace
}  // namespace gateway
