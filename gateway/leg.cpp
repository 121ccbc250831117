// The scheduling of one leg; see leg.h.

#include "gateway/leg.h"

#include <algorithm>

#include "gateway/retry.h"

namespace gateway {

Leg::Leg(queue::Leg leg, Store& store, Calls calls, Limits limits)
    : leg_(leg), store_(store), calls_(std::move(calls)), limits_(limits) {}

void Leg::start() {
    constexpr std::size_t page = 500;
    const Time now = calls_.now();
    std::int64_t after = 0;
    for (bool more = true; more;) {
        std::vector<queue::Entry> heads;
        store_.now([&](Database& db) { heads = queue::heads(db, leg_, after, page); });
        more = heads.size() == page;
        for (auto& head : heads) {
            after = std::max(after, head.id);
            const Key key{head.account, head.contact};
            Line& line = lines_[key];
            line.lane = calls_.lane(head);
            line.newest = head.id + 1;  // perhaps more behind it: the store knows
            line.read_up_to = head.id - 1;
            if (head.next > now) {
                sleep(key, line, head.next);
            } else {
                offer(key, line);
            }
        }
    }
    for (auto& [id, lane] : lanes_) pump(id);
}

void Leg::committed(queue::Entry entry) {
    const Key key{entry.account, entry.contact};
    auto [at, fresh] = lines_.try_emplace(key);
    Line& line = at->second;
    if (fresh) {
        line.lane = calls_.lane(entry);
        line.read_up_to = line.newest = entry.id - 1;
    }
    const bool contiguous = line.complete() && !line.reading && !line.until;
    line.newest = entry.id;
    line.grew = true;
    const bool room =
        line.ready.size() < limits_.ready_entries && ready_bytes_ + entry.payload.size() <= limits_.ready_bytes;
    if (contiguous && room && !lanes_[line.lane].down_until) {
        line.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        line.ready.push_back(std::move(entry));
    }
    offer(key, line);
    pump(line.lane);
}

/// Into the lane's queue, unless the line is there, sleeps, or is busy: what ends those states offers it again.
void Leg::offer(const Key& key, Line& line, Turn turn) {
    if (line.flying || line.reading || line.queued || line.until) return;
    line.queued = true;
    auto& waiting = lanes_[line.lane].waiting;
    turn == Turn::now ? waiting.push_front(key) : waiting.push_back(key);
}

/// Attempts may end at once and come back here: only the outermost call works, so that the stack does not grow.
void Leg::pump(LaneId id) {
    Lane& lane = lanes_[id];
    if (std::exchange(lane.pumping, true)) return;
    // One probe until a lane that failed has proved itself.
    const auto capacity = [&] { return lane.failures > 0 ? std::size_t{1} : calls_.capacity(id); };
    while (!stopped_ && !lane.down_until && !lane.waiting.empty() && lane.busy < capacity()) {
        const Key key = std::move(lane.waiting.front());
        lane.waiting.pop_front();
        Line& line = lines_.at(key);
        line.queued = false;
        line.ready.empty() ? read_more(key, line) : fly(key, line);
    }
    lane.pumping = false;
}

void Leg::fly(const Key& key, Line& line) {
    line.flying = true;
    line.raised = false;
    ++lanes_[line.lane].busy;
    ++in_flight_;
    const queue::Entry& head = line.ready.front();
    calls_.attempt(head, [this, key, id = head.id](const Fate& fate) { finish(key, id, fate); });
}

void Leg::pop(Line& line) {
    ready_bytes_ -= line.ready.front().payload.size();
    line.ready.pop_front();
}

void Leg::finish(const Key& key, std::int64_t id, const Fate& fate) {
    Line& line = lines_.at(key);
    const LaneId lane_id = line.lane;
    Lane& lane = lanes_[lane_id];
    --lane.busy;
    --in_flight_;
    if (fate.kind == Fate::Kind::unreachable) {
        line.flying = false;
        lane_failed(lane_id, key, line);
        return;
    }
    lane.failures = 0;
    if (fate.kind == Fate::Kind::later) {
        const queue::Entry& head = line.ready.front();
        const int attempts = head.attempts + 1;
        const Time now = calls_.now();
        const Time next = next_try(attempts, now, static_cast<std::uint64_t>(id));
        store_.commit([id, next, attempts, text = fate.error.text,
                       told = head.delay_told](Database& db) { queue::retry(db, id, next, attempts, text, told); },
                      {});
        line.flying = false;
        put_back(line);  // read again when it is due: a line that sleeps holds no memory
        sleep(key, line, next);
    } else if (fate.kind == Fate::Kind::held) {
        line.flying = false;
        put_back(line);
        line.raised ? offer(key, line) : sleep(key, line, calls_.now() + limits_.held);
    } else {
        queue::Entry head = std::move(line.ready.front());
        ready_bytes_ -= head.payload.size();
        line.ready.pop_front();
        if (fate.kind == Fate::Kind::done) {
            if (calls_.done) calls_.done(head);
            const auto mark = [id](Database& db) { queue::done(db, id); };
            if (line.ready.empty() && line.complete()) {
                store_.later(mark);
            } else {  // a kill may repeat one message of a line, not all that went out since the last commit
                store_.commit(mark, [this, key](const Store::Failure&) { went_on(key); });
                return pump(lane_id);
            }
        } else {
            calls_.refused(head, fate.error);
        }
        line.flying = false;  // only now: the calls may come back to this line
        advance(key, line);
    }
    pump(lane_id);
}

void Leg::went_on(const Key& key) {
    Line& line = lines_.at(key);
    const LaneId lane = line.lane;
    line.flying = false;
    advance(key, line);
    pump(lane);
}

void Leg::advance(const Key& key, Line& line) {
    if (line.ready.empty() && line.complete()) {
        lines_.erase(key);
    } else {
        offer(key, line);
    }
}

void Leg::lane_failed(LaneId id, const Key& key, Line& line) {
    Lane& lane = lanes_[id];
    put_back(line);
    offer(key, line, Turn::now);
    if (lane.down_until) return;  // several were in flight; the first set the time
    lane.failures = std::min(lane.failures + 1, 16);
    const auto backoff =
        std::min(limits_.lane_backoff_first * (1 << std::min(lane.failures - 1, 10)), limits_.lane_backoff_most);
    lane.down_until = calls_.now() + backoff;
    calls_.wake_changed();
}

/// Out of memory: the store has them.
void Leg::put_back(Line& line) {
    line.read_up_to = line.ready.front().id - 1;
    while (!line.ready.empty()) pop(line);
}

void Leg::lane_up(LaneId id) {
    Lane& lane = lanes_[id];
    lane.down_until.reset();
    lane.failures = 0;
    pump(id);
}

void Leg::sleep(const Key& key, Line& line, Time until) {
    line.until = until;
    sleeping_.emplace(until, key);
    calls_.wake_changed();
}

void Leg::line_up(AccountId account, const std::string& contact) {
    const Key key{account, contact};
    const auto at = lines_.find(key);
    if (at == lines_.end()) return;
    at->second.raised = true;
    if (at->second.until) wake(key, at->second);
}

void Leg::retry_now() {
    while (!sleeping_.empty()) {
        const Key key = sleeping_.begin()->second;
        wake(key, lines_.at(key));
    }
    for (auto& [id, lane] : lanes_) lane_up(id);
}

bool Leg::forget(const queue::Entry& entry) {
    const Key key{entry.account, entry.contact};
    const auto found = lines_.find(key);
    if (found == lines_.end()) return true;
    Line& line = found->second;
    if (line.reading || (line.flying && !line.ready.empty() && line.ready.front().id == entry.id)) return false;
    const auto at = std::find_if(line.ready.begin(), line.ready.end(), [&](const auto& e) { return e.id == entry.id; });
    if (at != line.ready.end()) {
        ready_bytes_ -= at->payload.size();
        line.ready.erase(at);
    } else if (line.until && line.read_up_to == entry.id - 1) {  // it was the one that the line slept for
        line.read_up_to = entry.id;
        wake(key, line);
    }
    return true;
}

/// Ends the line's sleep.
void Leg::wake(const Key& key, Line& line) {
    const auto [first, last] = sleeping_.equal_range(*line.until);
    const auto at = std::find_if(first, last, [&](const auto& sleeper) { return sleeper.second == key; });
    sleeping_.erase(at);
    line.until.reset();
    offer(key, line);
    pump(line.lane);
}

void Leg::read_more(const Key& key, Line& line) {
    line.reading = true;
    line.grew = false;
    ++lanes_[line.lane].busy;
    const auto after = line.read_up_to;
    const auto most = limits_.ready_entries;
    store_.ask<std::vector<queue::Entry>>(
        [leg = leg_, key, after, most](Database& db) {
            return queue::next(db, leg, key.first, key.second, after, most);
        },
        [this, key](const Store::Failure& failure, std::vector<queue::Entry> entries) {
            Line& read = lines_.at(key);
            read.reading = false;
            --lanes_[read.lane].busy;
            if (!failure) return received(key, read, std::move(entries));
            sleep(key, read, calls_.now() + limits_.lane_backoff_first);  // the store comes back by itself
            pump(read.lane);
        });
}

void Leg::received(const Key& key, Line& line, std::vector<queue::Entry> entries) {
    const std::int64_t last = entries.empty() ? line.read_up_to : entries.back().id;
    if (entries.size() >= limits_.ready_entries) {
        line.newest = std::max(line.newest, last + 1);  // perhaps more behind it
    } else if (!line.grew) {
        line.newest = last;
    }
    for (auto& entry : entries) {
        if (!line.ready.empty() && ready_bytes_ + entry.payload.size() > limits_.ready_bytes) break;
        line.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        line.ready.push_back(std::move(entry));
    }
    const LaneId lane = line.lane;
    if (line.ready.empty()) {
        advance(key, line);
    } else if (const Time due = line.ready.front().next; due > calls_.now()) {
        put_back(line);
        sleep(key, line, due);
    } else {
        offer(key, line, Turn::now);
    }
    pump(lane);
}

std::optional<Time> Leg::next_wake() const {
    std::optional<Time> earliest;
    if (!sleeping_.empty()) earliest = sleeping_.begin()->first;
    for (const auto& [id, lane] : lanes_) {
        if (lane.down_until && (!earliest || *lane.down_until < *earliest)) earliest = lane.down_until;
    }
    return earliest;
}

void Leg::tick(Time now) {
    while (!sleeping_.empty() && sleeping_.begin()->first <= now) {
        const Key key = sleeping_.begin()->second;
        wake(key, lines_.at(key));
    }
    for (auto& [id, lane] : lanes_) {
        if (!lane.down_until || *lane.down_until > now) continue;
        lane.down_until.reset();  // failures stay: one probe goes first
        pump(id);
    }
}

}  // namespace gateway
