// The scheduling of one leg; see leg.h.

#include "gateway/queue/scheduler.h"

#include <algorithm>

#include "gateway/queue/retry.h"

namespace gateway {

Leg::Leg(queue::Leg leg, Store& store, Calls calls, Limits limits)
    : leg_(leg), store_(store), calls_(std::move(calls)), limits_(limits) {}

void Leg::start() {
    constexpr std::size_t page = 500;
    const Time now = calls_.now();
    store_.now(queue::set_unknown_aside);
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

/// How many lines may be busy in this lane now. One, until a lane that failed has proved itself, or until it is known
/// which message it was that ended the session.
std::size_t Leg::capacity(LaneId id, const Lane& lane) const {
    constexpr int doubtful = 3;
    if (lane.failures > 0 || lane.suspects > 0 || lane.strikes >= doubtful) return 1;
    return calls_.capacity(id) + lane.extra;
}

/// Attempts may end at once and come back here: only the outermost call works, so that the stack does not grow.
void Leg::pump(LaneId id) {
    Lane& lane = lanes_[id];
    if (std::exchange(lane.pumping, true)) return;
    while (!stopped_ && !lane.down_until && !lane.waiting.empty() && lane.busy < capacity(id, lane)) {
        const Key key = std::move(lane.waiting.front());
        lane.waiting.pop_front();
        Line& line = lines_.at(key);
        line.queued = false;
        line.ready.empty() ? read_more(key, line) : fly(key, line);
    }
    lane.pumping = false;
    const bool full = !stopped_ && !lane.down_until && !lane.waiting.empty() && limits_.full.count() > 0;
    if (!full) {
        lane.full.reset();
    } else if (!lane.full) {
        lane.full = calls_.now();
        if (look_at_full_) return;
        look_at_full_ = *lane.full + limits_.full;
        calls_.wake_changed();
    }
}

void Leg::fly(const Key& key, Line& line) {
    line.flying = true;
    line.raised = false;
    Lane& lane = lanes_[line.lane];
    ++lane.busy;
    lane.crowded = ++lane.flying > 1 || lane.crowded;
    lane.struck = lane.struck || line.strikes > 0;
    ++in_flight_;
    const queue::Entry& head = line.ready.front();
    calls_.attempt(head, [this, key, id = head.id](const Fate& fate) { finish(key, id, fate); });
}

void Leg::pop(Line& line) {
    ready_bytes_ -= line.ready.front().payload.size();
    line.ready.pop_front();
}

void Leg::finish(const Key& key, std::int64_t id, const Fate& fate) {
    using Kind = Fate::Kind;
    Line& line = lines_.at(key);
    const LaneId lane_id = line.lane;
    Lane& lane = lanes_[lane_id];
    --lane.busy;
    --in_flight_;
    if (fate.kind == Kind::unreachable) {
        line.flying = false;
        put_back(line);
        offer(key, line);
        lane_failed(lane_id, fate.error);
    } else if (fate.kind == Kind::lost && lane.crowded && line.strikes == 0) {
        suspect(key, line, fate.error);
    } else if (fate.kind == Kind::lost || fate.kind == Kind::broken) {
        acquit(lane, line);
        if (fate.kind == Kind::broken) lane.failures = 0;  // it was reached
        strike(key, line, fate);
    } else {
        acquit(lane, line);
        lane.failures = lane.strikes = 0;
        lane.trouble.reset();
        if (fate.kind != Kind::held) ++lane.passed;
        if (fate.kind == Kind::done && !(line.ready.size() == 1 && line.complete())) {
            // A kill may repeat one message of a line, not all that went out since the last commit.
            const queue::Entry head = std::move(line.ready.front());
            ready_bytes_ -= head.payload.size();
            line.ready.pop_front();
            line.strikes = 0;
            if (calls_.done) calls_.done(head);
            store_.commit([id](Database& db) { queue::done(db, id); },
                          [this, key](const Store::Failure&) { went_on(key); });
        } else {
            end(key, line, fate);
        }
    }
    land(lane_id, lane);
}

/// One flight less; whoever waits for its place gets it.
void Leg::land(LaneId id, Lane& lane) {
    if (--lane.flying == 0) lane.crowded = lane.struck = false;
    if (lane.busy < calls_.capacity(id)) lane.extra = 0;
    lane.full.reset();
    pump(id);
}

/// What the server, or whoever acts, said of the head of this line.
void Leg::end(const Key& key, Line& line, const Fate& fate) {
    if (fate.kind == Fate::Kind::later) return retry_later(key, line, fate, false);
    if (fate.kind == Fate::Kind::held) {
        line.flying = false;
        put_back(line);
        return line.raised ? offer(key, line) : sleep(key, line, calls_.now() + limits_.held);
    }
    queue::Entry head = std::move(line.ready.front());
    ready_bytes_ -= head.payload.size();
    line.ready.pop_front();
    line.strikes = 0;
    if (fate.kind == Fate::Kind::done) {
        if (calls_.done) calls_.done(head);
        store_.later([id = head.id](Database& db) { queue::done(db, id); });
    } else {
        calls_.refused(head, fate.error);
    }
    line.flying = false;  // only now: the calls may come back to this line
    advance(key, line);
}

/// An attempt of the message's: it sleeps until its next.
void Leg::retry_later(const Key& key, Line& line, const Fate& fate, bool at_once) {
    const queue::Entry& head = line.ready.front();
    const int attempts = head.attempts + 1;
    const Time now = calls_.now();
    const Time next = at_once ? now : next_try(attempts, now, static_cast<std::uint64_t>(head.id));
    store_.commit([id = head.id, next, attempts, text = fate.error.text,
                   told = head.delay_told](Database& db) { queue::retry(db, id, next, attempts, text, told); },
                  {});
    line.flying = false;
    put_back(line);  // read again when it is due: a line that sleeps holds no memory
    at_once ? offer(key, line) : sleep(key, line, next);
}

/// The session ended at this message alone. A shared session that ends once may well have ended by itself: then only
/// the others go first.
void Leg::strike(const Key& key, Line& line, const Fate& fate) {
    Lane& lane = lanes_[line.lane];
    const bool shared = fate.kind == Fate::Kind::lost;
    if (line.strikes == 0 || lane.passed > line.passed) ++line.strikes;
    line.passed = lane.passed;
    ++lane.strikes;
    if (limits_.strikes_most > 0 && line.strikes >= limits_.strikes_most)
        return end(key, line, Fate{Fate::Kind::refused, fate.error});
    retry_later(key, line, fate, shared && line.ready.front().attempts == 0);
    const bool again = lane.strikes >= 3;
    if (shared) {
        lane_failed(line.lane, fate.error);
    } else if (again && !lane.down_until) {
        lane.down_until = calls_.now() + limits_.pause;
        calls_.wake_changed();
    }
}

/// One of those in flight ended the session, nobody knows which: they go first, one by one. Unless it was one that did
/// so before.
void Leg::suspect(const Key& key, Line& line, const coi::Error& error) {
    Lane& lane = lanes_[line.lane];
    if (!lane.struck && !std::exchange(line.suspect, true)) ++lane.suspects;
    line.flying = false;
    put_back(line);
    offer(key, line, Turn::now);
    lane_failed(line.lane, error);
}

void Leg::acquit(Lane& lane, Line& line) {
    if (std::exchange(line.suspect, false)) --lane.suspects;
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
        acquit(lanes_[line.lane], line);
        lines_.erase(key);
    } else {
        offer(key, line);
    }
}

void Leg::lane_failed(LaneId id, const coi::Error& error) {
    Lane& lane = lanes_[id];
    lane.trouble = error;
    if (lane.down_until) return;  // several were in flight; the first set the time
    lane.failures = std::min(lane.failures + 1, 16);
    const auto backoff =
        std::min(limits_.lane_backoff_first * (1 << std::min(lane.failures - 1, 10)), limits_.lane_backoff_most);
    lane.down_until = calls_.now() + backoff;
    calls_.wake_changed();
}

std::optional<Leg::Trouble> Leg::trouble(const queue::Entry& entry) const {
    const auto at = lanes_.find(calls_.lane(entry));
    if (at == lanes_.end() || !at->second.trouble) return std::nullopt;
    return Trouble{*at->second.trouble, at->second.down_until};
}

/// Out of memory: the store has them.
void Leg::put_back(Line& line) {
    line.read_up_to = line.ready.front().id - 1;
    while (!line.ready.empty()) pop(line);
}

void Leg::lane_up(LaneId id) {
    Lane& lane = lanes_[id];
    lane.down_until.reset();
    lane.failures = lane.strikes = 0;
    lane.trouble.reset();
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
        line.strikes = 0;
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

/// Slow servers keep the places they have, but not those of others.
void Leg::relieve(Time now) {
    look_at_full_.reset();
    for (auto& [id, lane] : lanes_) {
        if (!lane.full) continue;
        if (*lane.full + limits_.full <= now) {
            lane.extra += lane.extra < 3 * calls_.capacity(id) ? 1 : 0;
            lane.full.reset();
            pump(id);
        } else if (!look_at_full_) {
            look_at_full_ = now + limits_.full;
        }
    }
}

std::optional<Time> Leg::next_wake() const {
    std::optional<Time> earliest;
    if (!sleeping_.empty()) earliest = sleeping_.begin()->first;
    if (look_at_full_ && (!earliest || *look_at_full_ < *earliest)) earliest = look_at_full_;
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
    if (look_at_full_ && *look_at_full_ <= now) relieve(now);
    for (auto& [id, lane] : lanes_) {
        if (!lane.down_until || *lane.down_until > now) continue;
        lane.down_until.reset();  // failures stay: one probe goes first
        pump(id);
    }
}

}  // namespace gateway
