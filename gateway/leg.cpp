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
    const bool room = line.ready.empty() || (line.ready.size() < limits_.ready_entries &&
                                             ready_bytes_ + entry.payload.size() <= limits_.ready_bytes);
    if (contiguous && room && !lanes_[line.lane].down_until) {
        line.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        line.ready.push_back(std::move(entry));
    }
    if (!line.until) offer(key, line);
    pump(line.lane);
}

void Leg::offer(const Key& key, Line& line) {
    if (line.flying || line.queued || line.reading) return;  // it is on its way already, and would fly twice
    line.queued = true;
    lanes_[line.lane].waiting.push_back(key);
}

void Leg::pump(LaneId id) {
    Lane& lane = lanes_[id];
    if (stopped_ || lane.down_until) return;
    const std::size_t capacity = lane.failures > 0 ? 1 : calls_.capacity(id);  // one probe until the lane proved itself
    while (!lane.waiting.empty() && lane.busy < capacity && !lane.down_until) {
        const Key key = std::move(lane.waiting.front());
        lane.waiting.pop_front();
        const auto at = lines_.find(key);
        if (at == lines_.end()) continue;
        at->second.queued = false;
        if (at->second.ready.empty()) {
            read_more(key, at->second);
        } else {
            fly(key);
        }
    }
}

void Leg::fly(const Key& key) {
    Line& line = lines_.at(key);
    line.flying = true;
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
    line.flying = false;
    --lane.busy;
    --in_flight_;
    if (fate.kind == Fate::Kind::unreachable) {
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
        line.read_up_to = id - 1;  // read again when it is due: a line that sleeps holds no memory
        while (!line.ready.empty()) pop(line);
        sleep(key, line, next);
    } else {
        queue::Entry head = std::move(line.ready.front());
        ready_bytes_ -= head.payload.size();
        line.ready.pop_front();
        if (fate.kind == Fate::Kind::done) {
            store_.later([id](Database& db) { queue::done(db, id); });
            if (calls_.done) calls_.done(head);
        } else {
            calls_.refused(head, fate.error);
        }
        advance(key, lines_.at(key));
    }
    pump(lane_id);
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
    line.read_up_to = line.ready.front().id - 1;
    line.newest = std::max(line.newest, line.ready.back().id);
    while (!line.ready.empty()) pop(line);
    line.queued = true;
    lane.waiting.push_front(key);
    if (lane.down_until) return;  // several were in flight; the first set the time
    lane.failures = std::min(lane.failures + 1, 16);
    const auto backoff =
        std::min(limits_.lane_backoff_first * (1 << std::min(lane.failures - 1, 10)), limits_.lane_backoff_most);
    lane.down_until = calls_.now() + backoff;
    calls_.wake_changed();
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

void Leg::retry_now() {
    for (auto& [until, key] : std::exchange(sleeping_, {})) {
        const auto at = lines_.find(key);
        if (at == lines_.end()) continue;
        at->second.until.reset();
        offer(key, at->second);
    }
    for (auto& [id, lane] : lanes_) lane_up(id);
}

bool Leg::forget(std::int64_t id) {
    for (auto& [key, line] : lines_) {
        if (line.read_up_to < id || line.ready.empty() || line.ready.front().id > id) continue;
        if (line.flying && line.ready.front().id == id) return false;
        const auto at = std::find_if(line.ready.begin(), line.ready.end(), [id](const auto& e) { return e.id == id; });
        if (at == line.ready.end()) continue;
        ready_bytes_ -= at->payload.size();
        line.ready.erase(at);
        return true;
    }
    return true;
}

void Leg::read_more(const Key& key, Line& line) {
    if (line.reading) return;
    line.reading = true;
    line.newest_at_read = line.newest;
    ++lanes_[line.lane].busy;
    const auto after = line.read_up_to;
    const auto most = limits_.ready_entries;
    store_.ask<std::vector<queue::Entry>>(
        [leg = leg_, key, after, most](Database& db) {
            return queue::next(db, leg, key.first, key.second, after, most);
        },
        [this, key](Store::Failure failure, std::vector<queue::Entry> entries) {
            const auto at = lines_.find(key);
            if (at == lines_.end()) return;
            at->second.reading = false;
            --lanes_[at->second.lane].busy;
            if (failure) {  // the store is unwell and comes back by itself
                sleep(key, at->second, calls_.now() + limits_.lane_backoff_first);
                return;
            }
            received(key, std::move(entries));
        });
}

void Leg::received(const Key& key, std::vector<queue::Entry> entries) {
    Line& line = lines_.at(key);
    if (entries.size() < limits_.ready_entries && line.newest == line.newest_at_read) {
        line.newest = entries.empty() ? line.read_up_to : entries.back().id;
    } else if (entries.size() == limits_.ready_entries) {
        line.newest = std::max(line.newest, entries.back().id + 1);  // perhaps more behind it
    }
    for (auto& entry : entries) {
        if (!line.ready.empty() && ready_bytes_ + entry.payload.size() > limits_.ready_bytes) {
            line.newest = std::max(line.newest, entry.id);
            break;
        }
        line.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        line.ready.push_back(std::move(entry));
    }
    const LaneId lane = line.lane;
    if (line.ready.empty()) {
        advance(key, line);
    } else if (const Time due = line.ready.front().next; due > calls_.now()) {
        line.read_up_to = line.ready.front().id - 1;
        line.newest = std::max(line.newest, line.ready.back().id);
        while (!line.ready.empty()) pop(line);
        sleep(key, line, due);
    } else {
        line.queued = true;
        lanes_[lane].waiting.push_front(key);  // it was its turn
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
        sleeping_.erase(sleeping_.begin());
        const auto at = lines_.find(key);
        if (at == lines_.end() || !at->second.until) continue;
        at->second.until.reset();
        offer(key, at->second);
        pump(at->second.lane);
    }
    for (auto& [id, lane] : lanes_) {
        if (!lane.down_until || *lane.down_until > now) continue;
        lane.down_until.reset();  // failures stay: one probe goes first
        pump(id);
    }
}

}  // namespace gateway
