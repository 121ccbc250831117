// The scheduling of one direction; see scheduler.h.

#include "gateway/queue/scheduler.h"

#include <algorithm>
#include <iterator>

#include "gateway/queue/retry.h"

namespace gateway {

void Scheduler::start() {
    constexpr std::size_t page = 500;
    const Time now = now_();
    queue::set_unknown_aside(store_);
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto heads = queue::heads(store_, direction_, after, page);
        more = heads.size() == page;
        for (auto& head : heads) {
            after = std::max(after, head.id);
            const Key key{head.account, head.contact};
            Conversation& conversation = conversations_[key];
            conversation.destination = sender_.destination(head);
            conversation.newest = head.id + 1;  // there may be more entries in the store
            conversation.read_up_to = head.id - 1;
            conversation.left = head.id;  // before a kill, maybe
            head.next > now ? sleep(key, conversation, head.next) : offer(key, conversation);
        }
    }
    for (auto& [id, destination] : destinations_) pump(id);
}

void Scheduler::committed(queue::Entry entry) {
    const Key key{entry.account, entry.contact};
    auto [at, fresh] = conversations_.try_emplace(key);
    Conversation& conversation = at->second;
    if (fresh) {
        conversation.destination = sender_.destination(entry);
        conversation.read_up_to = conversation.newest = conversation.left = entry.id - 1;
    }
    // An entry that was withdrawn and is committed again, or that is due later, is read when it is due.
    if (entry.id <= conversation.read_up_to)
        conversation.again = std::min(conversation.again.value_or(entry.id), entry.id);
    const bool contiguous =
        conversation.complete() && !conversation.reading && !conversation.until && entry.next <= now_();
    conversation.newest = std::max(conversation.newest, entry.id);
    conversation.grew = true;
    const bool room =
        conversation.ready.size() < limits_.ready_entries && ready_bytes_ + entry.payload.size() <= limits_.ready_bytes;
    const bool is_whole = !entry.payload.empty();  // one that was withdrawn comes back without it
    if (contiguous && room && is_whole && !destinations_[conversation.destination].down_until) {
        conversation.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        conversation.ready.push_back(std::move(entry));
    }
    offer(key, conversation);
    pump(conversation.destination);
}

/// Puts the conversation into its destination's waiting list, unless it is there, sleeps, or is busy: the end of these
/// states offers it again.
void Scheduler::offer(const Key& key, Conversation& conversation, Turn turn) {
    if (conversation.flying || conversation.reading || conversation.queued || conversation.until) return;
    conversation.queued = true;
    auto& waiting = destinations_[conversation.destination].waiting;
    turn == Turn::now ? waiting.push_front(key) : waiting.push_back(key);
}

/// Attempts may end at once and call pump() again: only the outermost call works, so that the stack does not grow.
void Scheduler::pump(DestinationId id) {
    Destination& destination = destinations_[id];
    if (std::exchange(destination.pumping, true)) return;
    while (!stopped_ && !destination.down_until && !destination.waiting.empty() &&
           destination.busy < destination.capacity(sender_.capacity(id))) {
        const Key key = std::move(destination.waiting.front());
        destination.waiting.pop_front();
        Conversation& conversation = conversations_.at(key);
        conversation.queued = false;
        if (conversation.ready.empty()) {
            read_more(key, conversation);
        } else if (const Time due = conversation.ready.front().next; due > now_()) {
            put_back(conversation);
            sleep(key, conversation, due);
        } else {
            fly(key, conversation);
        }
    }
    destination.pumping = false;
    const bool full =
        !stopped_ && !destination.down_until && !destination.waiting.empty() && limits_.destination.full.count() > 0;
    if (!destination.note_full(full, now_()) || look_at_full_) return;
    look_at_full_ = destination.more_at(limits_.destination);
    wake_changed_();
}

void Scheduler::fly(const Key& key, Conversation& conversation) {
    conversation.flying = true;
    conversation.raised = false;
    ++in_flight_;
    const queue::Entry& head = conversation.ready.front();
    conversation.strikes = std::max(conversation.strikes, head.strikes);  // before a restart, too
    conversation.left_before = std::exchange(conversation.left, head.id);
    destinations_[conversation.destination].started(conversation.strikes > 0);
    sender_.send(head, [this, key, id = head.id](const AttemptResult& fate) { finish(key, id, fate); });
}

void Scheduler::finish(const Key& key, std::int64_t id, const AttemptResult& fate) {
    using Kind = AttemptResult::Kind;
    Conversation& conversation = conversations_.at(key);
    const DestinationId destination_id = conversation.destination;
    Destination& destination = destinations_[destination_id];
    --destination.busy;
    --in_flight_;
    if (fate.is_kept) conversation.left = conversation.left_before;
    if (fate.kind == Kind::unreachable) {
        conversation.flying = false;
        put_back(conversation);
        offer(key, conversation);
        destination_failed(destination_id, fate.error);
    } else if (fate.kind == Kind::lost && destination.was_shared() && conversation.strikes == 0) {
        suspect(key, conversation, fate.error);
    } else if (fate.kind == Kind::lost || fate.kind == Kind::broken) {
        acquit(destination, conversation);
        if (fate.kind == Kind::broken) destination.reached();
        strike(key, conversation, fate);
    } else {
        acquit(destination, conversation);
        destination.answered(fate.kind != Kind::blocked);
        if (fate.kind == Kind::done && !(conversation.ready.size() == 1 && conversation.complete())) {
            // After a kill only one message of a conversation may be repeated, so the next one waits for this commit.
            const queue::Entry head = std::move(conversation.ready.front());
            ready_bytes_ -= head.payload.size();
            conversation.ready.pop_front();
            conversation.strikes = 0;
            queue::finish(store_, id, [this, key](const Store::Failure&) { went_on(key); });
            sender_.done(head);  // what it commits finds the entry gone
        } else {
            end(key, conversation, fate);
        }
    }
    destination.ended(sender_.capacity(destination_id));
    pump(destination_id);
}

/// Applies the result of an attempt to the head of its conversation.
void Scheduler::end(const Key& key, Conversation& conversation, const AttemptResult& fate) {
    if (fate.kind == AttemptResult::Kind::later) return retry_later(key, conversation, fate, false);
    if (fate.kind == AttemptResult::Kind::blocked) {
        conversation.flying = false;
        put_back(conversation);
        return conversation.raised ? offer(key, conversation) : sleep(key, conversation, now_() + limits_.blocked);
    }
    queue::Entry head = std::move(conversation.ready.front());
    ready_bytes_ -= head.payload.size();
    conversation.ready.pop_front();
    conversation.strikes = 0;
    if (fate.kind == AttemptResult::Kind::done) {
        queue::finish_later(store_, head.id);
        sender_.done(head);
    } else {
        sender_.refused(head, fate.error);
    }
    conversation.flying = false;  // only now: the callbacks may call into this conversation
    advance(key, conversation);
}

/// Counts an attempt of the message; the conversation sleeps until the next one.
void Scheduler::retry_later(const Key& key, Conversation& conversation, const AttemptResult& fate, bool at_once) {
    const queue::Entry& head = conversation.ready.front();
    const int attempts = head.attempts + 1;
    const Time now = now_();
    const Time next = at_once ? now : next_try(attempts, now, static_cast<std::uint64_t>(head.id));
    queue::postpone(store_, head.id, next, attempts, fate.error.text, head.delay_told);
    conversation.flying = false;
    put_back(conversation);  // read again when it is due: a sleeping conversation uses no memory
    at_once ? offer(key, conversation) : sleep(key, conversation, next);
}

/// The session ended while only this message was in flight. If a shared session ends once, this may be by chance: then
/// the message is only tried after the others.
void Scheduler::strike(const Key& key, Conversation& conversation, const AttemptResult& fate) {
    Destination& destination = destinations_[conversation.destination];
    const bool shared = fate.kind == AttemptResult::Kind::lost;
    if (conversation.strikes == 0 || destination.passed > conversation.passed) ++conversation.strikes;
    conversation.passed = destination.passed;
    const bool must_pause = destination.struck();
    if (limits_.strikes_most > 0 && conversation.strikes >= limits_.strikes_most)
        return end(key, conversation, AttemptResult{AttemptResult::Kind::refused, fate.error});
    queue::note_strikes(store_, conversation.ready.front().id, conversation.strikes);
    retry_later(key, conversation, fate, shared && conversation.ready.front().attempts == 0);
    if (shared) {
        destination_failed(conversation.destination, fate.error);
    } else if (must_pause && !destination.down_until) {
        destination.down_until = now_() + limits_.destination.pause;
        wake_changed_();
    }
}

/// One of several messages in flight ended the session, and it is not known which: they are tried first, one by one;
/// except when a message that did so before was among them.
void Scheduler::suspect(const Key& key, Conversation& conversation, const coi::Error& error) {
    Destination& destination = destinations_[conversation.destination];
    if (!destination.has_struck() && !std::exchange(conversation.suspect, true)) ++destination.suspects;
    conversation.flying = false;
    put_back(conversation);
    offer(key, conversation, Turn::now);
    destination_failed(conversation.destination, error);
}

void Scheduler::acquit(Destination& destination, Conversation& conversation) {
    if (std::exchange(conversation.suspect, false)) --destination.suspects;
}

void Scheduler::went_on(const Key& key) {
    Conversation& conversation = conversations_.at(key);
    const DestinationId destination = conversation.destination;
    conversation.flying = false;
    advance(key, conversation);
    pump(destination);
}

void Scheduler::advance(const Key& key, Conversation& conversation) {
    if (conversation.ready.empty() && conversation.complete()) {
        acquit(destinations_[conversation.destination], conversation);
        conversations_.erase(key);
    } else {
        offer(key, conversation);
    }
}

void Scheduler::destination_failed(DestinationId id, const coi::Error& error) {
    if (destinations_[id].failed(error, now_(), limits_.destination)) wake_changed_();
}

std::optional<Scheduler::Trouble> Scheduler::trouble(const queue::Entry& entry) const {
    const auto at = destinations_.find(sender_.destination(entry));
    if (at == destinations_.end() || !at->second.trouble) return std::nullopt;
    return Trouble{*at->second.trouble, at->second.down_until};
}

/// Drops the entries from memory, except the first `kept`; the store has them.
void Scheduler::put_back(Conversation& conversation, std::size_t kept) {
    if (conversation.ready.size() > kept)
        conversation.read_up_to = std::next(conversation.ready.begin(), static_cast<std::ptrdiff_t>(kept))->id - 1;
    for (; conversation.ready.size() > kept; conversation.ready.pop_back())
        ready_bytes_ -= conversation.ready.back().payload.size();
}

void Scheduler::destination_up(DestinationId id) {
    destinations_[id].up();
    pump(id);
}

void Scheduler::sleep(const Key& key, Conversation& conversation, Time until) {
    conversation.until = until;
    sleeping_.emplace(until, key);
    wake_changed_();
}

void Scheduler::unblock(AccountId account, const std::string& contact) {
    const Key key{account, contact};
    const auto at = conversations_.find(key);
    if (at == conversations_.end()) return;
    Conversation& conversation = at->second;
    conversation.raised = true;
    conversation.stale = conversation.reading;
    const bool has_head_in_flight =
        conversation.flying && !conversation.ready.empty() && conversation.ready.front().id == conversation.left;
    put_back(conversation, has_head_in_flight ? 1 : 0);
    if (conversation.until) wake(key, conversation);
}

void Scheduler::retry_now() {
    while (!sleeping_.empty()) {
        const Key key = sleeping_.begin()->second;
        wake(key, conversations_.at(key));
    }
    for (auto& [id, destination] : destinations_) destination_up(id);
}

bool Scheduler::withdraw(const queue::Entry& entry) {
    const Key key{entry.account, entry.contact};
    const auto found = conversations_.find(key);
    if (found == conversations_.end()) return true;
    Conversation& conversation = found->second;
    if (conversation.reading ||
        (conversation.flying && !conversation.ready.empty() && conversation.ready.front().id == entry.id))
        return false;
    const auto at = std::find_if(conversation.ready.begin(), conversation.ready.end(),
                                 [&](const auto& e) { return e.id == entry.id; });
    if (at != conversation.ready.end()) {
        ready_bytes_ -= at->payload.size();
        conversation.ready.erase(at);
    } else if (conversation.until &&
               conversation.read_up_to == entry.id - 1) {  // the conversation slept because of this entry
        conversation.read_up_to = entry.id;
        conversation.strikes = 0;
        wake(key, conversation);
    }
    return true;
}

/// Ends the conversation's sleep.
void Scheduler::wake(const Key& key, Conversation& conversation) {
    const auto [first, last] = sleeping_.equal_range(*conversation.until);
    const auto at = std::find_if(first, last, [&](const auto& sleeper) { return sleeper.second == key; });
    sleeping_.erase(at);
    conversation.until.reset();
    offer(key, conversation);
    pump(conversation.destination);
}

void Scheduler::read_more(const Key& key, Conversation& conversation) {
    conversation.reading = true;
    conversation.grew = false;
    if (const auto again = std::exchange(conversation.again, std::nullopt))
        conversation.read_up_to = std::min(conversation.read_up_to, *again - 1);
    ++destinations_[conversation.destination].busy;
    const auto after = conversation.read_up_to;
    const auto most = limits_.ready_entries;
    queue::next(store_, direction_, key.first, key.second, after, most,
                [this, key](const Store::Failure& failure, std::vector<queue::Entry> entries) {
                    Conversation& read = conversations_.at(key);
                    read.reading = false;
                    --destinations_[read.destination].busy;
                    if (std::exchange(read.stale, false)) return offer(key, read), pump(read.destination);
                    if (!failure) return received(key, read, std::move(entries));
                    sleep(key, read, now_() + limits_.destination.backoff_first);  // the store recovers by itself
                    pump(read.destination);
                });
}

void Scheduler::received(const Key& key, Conversation& conversation, std::vector<queue::Entry> entries) {
    const std::int64_t last = entries.empty() ? conversation.read_up_to : entries.back().id;
    if (entries.size() >= limits_.ready_entries) {
        conversation.newest = std::max(conversation.newest, last + 1);  // there may be more in the store
    } else if (!conversation.grew) {
        conversation.newest = last;
    }
    for (auto& entry : entries) {
        const bool is_too_much = entry.payload.empty() || ready_bytes_ + entry.payload.size() > limits_.ready_bytes;
        if (!conversation.ready.empty() && is_too_much) break;
        conversation.read_up_to = entry.id;
        ready_bytes_ += entry.payload.size();
        conversation.ready.push_back(std::move(entry));
    }
    const DestinationId destination = conversation.destination;
    if (conversation.ready.empty()) {
        advance(key, conversation);
    } else if (const Time due = conversation.ready.front().next; due > now_()) {
        put_back(conversation);
        sleep(key, conversation, due);
    } else {
        offer(key, conversation, Turn::now);
    }
    pump(destination);
}

/// Adds places where all are taken by slow servers, so that other conversations can send.
void Scheduler::relieve(Time now) {
    look_at_full_.reset();
    for (auto& [id, destination] : destinations_) {
        if (destination.relieve(now, sender_.capacity(id), limits_.destination)) {
            pump(id);
        } else if (destination.more_at(limits_.destination) && !look_at_full_) {
            look_at_full_ = now + limits_.destination.full;
        }
    }
}

std::optional<Time> Scheduler::next_wake() const {
    std::optional<Time> earliest;
    if (!sleeping_.empty()) earliest = sleeping_.begin()->first;
    if (look_at_full_ && (!earliest || *look_at_full_ < *earliest)) earliest = look_at_full_;
    for (const auto& [id, destination] : destinations_) {
        if (destination.down_until && (!earliest || *destination.down_until < *earliest))
            earliest = destination.down_until;
    }
    return earliest;
}

void Scheduler::tick(Time now) {
    while (!sleeping_.empty() && sleeping_.begin()->first <= now) {
        const Key key = sleeping_.begin()->second;
        wake(key, conversations_.at(key));
    }
    if (look_at_full_ && *look_at_full_ <= now) relieve(now);
    for (auto& [id, destination] : destinations_) {
        if (!destination.down_until || *destination.down_until > now) continue;
        destination.down_until.reset();  // the failure count stays: one conversation probes first
        pump(id);
    }
}

}  // namespace gateway
