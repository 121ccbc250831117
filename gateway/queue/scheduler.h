// One direction of the queue at work: which conversation may send now, what waits, and what becomes of each attempt.
//
// Entries of one (account, contact) are a conversation: first in, first out, one in flight; conversations that share a
// way out (one SMTP server, the Jabber stream) are a destination with a capacity. What waits stays on disk: memory
// holds the first few of a conversation, and of all conversations only so many bytes. A destination whose server cannot
// be reached is tried by one conversation until it answers; that is no attempt of the messages'. What ends a session at
// one message is counted against that message: the other conversations go first, and it is tried again in the steps of
// retry. Time is an argument (tick), the act itself a callback: nothing here knows a socket. Invariant: an entry that
// was committed ends in exactly one of Calls::done or Calls::refused, in the order of its conversation. A conversation
// that has entries on disk is in exactly one of four states: it sleeps, waits in its destination, is being read, or has
// one in flight.

#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coi/result.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

/// What an attempt came to.
struct AttemptResult {
    enum class Kind {
        done,         // the other side took responsibility
        refused,      // permanent; the sender must be told
        later,        // this message not now
        unreachable,  // the whole destination not now
        blocked,  // this conversation not before line_up(), or a minute: somebody must do something first. No attempt
        broken,   // the session ended while it had this message in hand, and no other
        lost,     // the session that the whole destination shares ended; this message was among those in flight
    } kind = Kind::done;
    coi::Error error{coi::ErrorKind::refused, false, {}, 0, {}};  // of all but done: for the sender and the admin
};

class Scheduler {
  public:
    using DestinationId = std::int64_t;
    struct Calls {
        /// Acts. `finished` is called exactly once, later or at once.
        std::function<void(const queue::Entry&, std::function<void(AttemptResult)> finished)> attempt;
        /// After success; the entry is already marked.
        std::function<void(const queue::Entry&)> done;
        /// After a permanent failure or expiry: must put the sender's notice and queue::done(entry) into one commit.
        std::function<void(const queue::Entry&, const coi::Error&)> refused;
        std::function<DestinationId(const queue::Entry&)> destination;
        std::function<std::size_t(DestinationId)> capacity;
        std::function<Time()> now;
        /// The earliest tick that is needed has changed.
        std::function<void()> wake_changed;
    };
    struct Limits {
        std::size_t ready_entries = 8;              // of one conversation in memory
        std::size_t ready_bytes = 8 * 1024 * 1024;  // of all conversations in memory, beyond what is in flight
        std::chrono::milliseconds lane_backoff_first{1000}, lane_backoff_most{60'000};
        std::chrono::milliseconds blocked{60'000};  // a held conversation is tried again after this, whatever happened
        std::chrono::milliseconds full{
            10'000};  // a destination that waits so long for an end gets one more place; 0: never
        std::chrono::milliseconds pause{500};  // between messages that each end their session, from the third on
        /// So often a message may end the session alone, with others passing between, before it is given up; 0: until
        /// it expires (its session is its own then, and nobody else suffers).
        int strikes_most = 0;
    };
    Scheduler(queue::Direction direction, Store& store, Calls calls, Limits limits);
    Scheduler(queue::Direction direction, Store& store, Calls calls)
        : Scheduler(direction, store, std::move(calls), Limits{}) {}

    /// Takes up what the store holds from before. Waits for the store: call before the loop runs.
    void start();
    /// An entry was committed (with its id and payload). In the order of commits.
    void committed(queue::Entry entry);
    /// The destination can be tried again now (stream online, password changed).
    void destination_up(DestinationId destination);
    /// What held the conversation is over.
    void unblock(AccountId, const std::string& contact);
    /// Whether anything of this conversation waits or is in flight.
    bool holds(AccountId id, const std::string& contact) const { return conversations_.contains({id, contact}); }
    /// All waiting conversations at once, for `coigate queue retry`.
    void retry_now();
    /// Someone else (admin, expiry) takes the entry out of the store, with the next piece of work given to it. False if
    /// it may be in flight: then they must not.
    bool forget(const queue::Entry&);
    /// Nothing new is attempted any more; those in flight still finish.
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
    using Key = std::pair<AccountId, std::string>;
    struct Conversation {
        DestinationId destination = 0;
        std::deque<queue::Entry> ready;  // contiguous from the head
        std::int64_t read_up_to = 0;     // last id that was put in `ready`
        std::int64_t newest = 0;         // last id committed to this conversation
        bool reading = false, flying = false, queued = false;
        bool raised = false;        // line_up() came while it was in flight
        bool grew = false;          // was committed to since it was last read
        bool suspect = false;       // was in flight with others when the session ended
        int strikes = 0;            // its head ended the session alone, with others passing between
        std::uint64_t passed = 0;   // Lane::passed at the last of these
        std::optional<Time> until;  // sleeps
        bool complete() const { return read_up_to >= newest; }
    };
    struct Destination {
        std::deque<Key> waiting;
        std::size_t busy = 0;    // conversations that fly or read
        std::size_t flying = 0;  // of these
        bool crowded = false;    // two flew at once, and one of them still does
        bool struck = false;     // one that has ended a session before is, or was, among them
        bool pumping = false;
        int failures = 0;                // to reach it, since it last answered
        int strikes = 0;                 // messages that ended their session, since the last that passed
        std::size_t suspects = 0;        // conversations that fly one by one, until it is known which of them it was
        std::uint64_t passed = 0;        // messages that the server answered
        std::size_t extra = 0;           // places given because the others are slow
        std::optional<Time> full;        // since when every place is taken and nothing ends
        std::optional<Time> down_until;  // unreachable: one probe then
        std::optional<coi::Error> trouble;
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
    void pop(Conversation&);
    void put_back(Conversation&);
    std::size_t capacity(DestinationId, const Destination&) const;
    void land(DestinationId, Destination&);
    void relieve(Time now);
    void end(const Key&, Conversation&, const AttemptResult&);
    void retry_later(const Key&, Conversation&, const AttemptResult&, bool at_once);
    void strike(const Key&, Conversation&, const AttemptResult&);
    void suspect(const Key&, Conversation&, const coi::Error&);
    void acquit(Destination&, Conversation&);
    void lane_failed(DestinationId, const coi::Error&);

    queue::Direction direction_;
    Store& store_;
    Calls calls_;
    Limits limits_;
    std::map<Key, Conversation> conversations_;
    std::map<DestinationId, Destination> destinations_;
    std::multimap<Time, Key> sleeping_;
    std::size_t ready_bytes_ = 0, in_flight_ = 0;
    std::optional<Time> look_at_full_;
    bool stopped_ = false;
};

}  // namespace gateway
