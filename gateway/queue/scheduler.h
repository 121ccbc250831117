// Sends one direction of the queue: which conversation may send now, what waits, and what follows from each attempt.
//
// The entries of one (account, contact) are a conversation: first in, first out, one in flight. Conversations that
// share a server (one SMTP server, the Jabber stream) share a destination with a capacity (gateway/queue/destination).
// Waiting entries stay on disk: memory holds the first few of each conversation, and a limited number of bytes of all
// together. If a server cannot be reached, one conversation probes it until it answers; this is no attempt of any
// message. If a session ends while one message is in progress, this counts against that message: other conversations go
// first, and the message is retried by gateway/queue/retry. Time is an argument (tick), an EntrySender sends: no
// sockets here.
// Invariant: a committed entry ends in exactly one of EntrySender::done or EntrySender::refused, in the order of its
// conversation. A conversation with entries on disk is in exactly one of four states: it sleeps, waits in its
// destination, is being read, or has one entry in flight.

#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coi/result.h"
#include "gateway/model/clock.h"
#include "gateway/queue/destination.h"
#include "gateway/queue/entry_sender.h"
#include "gateway/store/outlet.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

class Scheduler : public queue::Outlet, public DestinationObserver {
  public:
    struct Limits {
        std::size_t ready_entries = 8;              // of one conversation in memory
        std::size_t ready_bytes = 8 * 1024 * 1024;  // of all conversations in memory, without what is in flight
        Destination::Limits destination{};
        std::chrono::milliseconds blocked{60'000};  // a blocked conversation is tried again after this time
        /// How often a message may end the session alone, with other messages sent in between, before it is given up.
        /// 0: until it expires (for a session that no other conversation shares).
        int strikes_most = 0;
    };
    /// `wake_changed` is called when next_wake() has changed.
    Scheduler(queue::Direction direction, Store& store, EntrySender& sender, Clock now,
              std::function<void()> wake_changed, Limits limits)
        : direction_(direction),
          store_(store),
          sender_(sender),
          now_(std::move(now)),
          wake_changed_(std::move(wake_changed)),
          limits_(limits) {}
    Scheduler(queue::Direction direction, Store& store, EntrySender& sender, Clock now,
              std::function<void()> wake_changed)
        : Scheduler(direction, store, sender, std::move(now), std::move(wake_changed), Limits{}) {}

    /// Loads what the store holds from before. Waits for the store: call before the loop runs.
    void start();
    /// Call for each committed entry (with id and payload), in the order of commits.
    void committed(queue::Entry entry) override;
    void destination_up(DestinationId) override;
    /// The reason for AttemptResult::Kind::blocked is over, or an entry has changed in the store: reads what waits in
    /// the conversation anew, and tries it.
    void unblock(AccountId, const std::string& contact) override;
    /// Whether an entry of this conversation waits or is in flight.
    bool holds(AccountId id, const std::string& contact) const { return conversations_.contains({id, contact}); }
    /// Tries all waiting conversations now, for `coigate queue retry`.
    void retry_now();
    /// The caller (admin, expiry) removes the entry from the store with its next piece of work. False if the entry may
    /// be in flight: then it must not be removed.
    bool withdraw(const queue::Entry&) override;
    bool is_kept(const queue::Entry& entry) const override {
        const auto at = conversations_.find({entry.account, entry.contact});
        return at != conversations_.end() && entry.id > at->second.left;
    }
    /// No new attempts; those in flight still finish.
    void stop() { stopped_ = true; }
    std::size_t in_flight() const { return in_flight_; }
    std::optional<Time> next_wake() const;
    void tick(Time now);
    /// Why the entry's destination cannot be used, and when it is tried again.
    struct Trouble {
        coi::Error error;
        std::optional<Time> next;
    };
    std::optional<Trouble> trouble(const queue::Entry&) const;

  private:
    using Key = Destination::Key;
    struct Conversation {
        DestinationId destination = 0;
        std::list<queue::Entry> ready;  // contiguous from the head, which stays where it is while it is in flight
        std::int64_t read_up_to = 0;    // last id that was put in `ready`
        std::int64_t newest = 0;        // last id committed to this conversation
        std::int64_t left = 0;          // last id that may have left
        std::int64_t left_before = 0;   // the same, without what is in flight
        bool reading = false, flying = false, queued = false;
        bool raised = false;                  // unblock() was called while it was in flight
        bool grew = false;                    // an entry was committed since it was last read
        bool stale = false;                   // what is being read may have changed
        bool suspect = false;                 // was in flight with others when the shared session ended
        int strikes = 0;                      // how often its head ended the session alone, with others sent in between
        std::uint64_t passed = 0;             // Destination::passed at the last strike
        std::optional<Time> until;            // sleeps
        std::optional<std::int64_t> again{};  // an entry that was withdrawn and came back, behind what was read
        bool complete() const { return read_up_to >= newest && !again; }
    };
    enum class Turn { now, last };
    void offer(const Key&, Conversation&, Turn turn = Turn::last);
    void pump(DestinationId);
    void fly(const Key&, Conversation&);
    void finish(const Key&, std::int64_t id, const AttemptResult&);
    void went_on(const Key&);
    void advance(const Key&, Conversation&);
    void sleep(const Key&, Conversation&, Time until);
    void read_more(const Key&, Conversation&);
    void received(const Key&, Conversation&, std::vector<queue::Entry>);
    void wake(const Key&, Conversation&);
    void put_back(Conversation&, std::size_t kept = 0);
    void relieve(Time now);
    void end(const Key&, Conversation&, const AttemptResult&);
    void retry_later(const Key&, Conversation&, const AttemptResult&, bool at_once);
    void strike(const Key&, Conversation&, const AttemptResult&);
    void suspect(const Key&, Conversation&, const coi::Error&);
    void acquit(Destination&, Conversation&);
    void destination_failed(DestinationId, const coi::Error&);

    queue::Direction direction_;
    Store& store_;
    EntrySender& sender_;
    Clock now_;
    std::function<void()> wake_changed_;
    Limits limits_;
    std::map<Key, Conversation> conversations_;
    std::map<DestinationId, Destination> destinations_;
    std::multimap<Time, Key> sleeping_;
    std::size_t ready_bytes_ = 0, in_flight_ = 0;
    std::optional<Time> look_at_full_;
    bool stopped_ = false;
};

}  // namespace gateway
