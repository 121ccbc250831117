// One leg of the queue at work: which line may send now, what waits, and what becomes of each attempt.
//
// Entries of one (account, contact) are a line: first in, first out, one in flight; lines that share a way out (one
// SMTP server, the Jabber stream) are a lane with a capacity. What waits stays on disk: memory holds the first few of a
// line, and of all lines only so many bytes. A lane whose server cannot be reached is tried by one line until it
// answers; that is no attempt of the messages'. What ends a session at one message is counted against that message:
// the other lines go first, and it is tried again in the steps of retry. Time is an argument (tick), the act itself a
// callback: nothing here knows a socket. Invariant: an entry that was committed ends in exactly one of Calls::done or
// Calls::refused, in the order of its line. A line that has entries on disk is in exactly one of four states: it
// sleeps, waits in its lane, is being read, or has one in flight.

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
struct Fate {
    enum class Kind {
        done,         // the other side took responsibility
        refused,      // permanent; the sender must be told
        later,        // this message not now
        unreachable,  // the whole lane not now
        held,         // this line not before line_up(), or a minute: somebody must do something first. No attempt
        broken,       // the session ended while it had this message in hand, and no other
        lost,         // the session that the whole lane shares ended; this message was among those in flight
    } kind = Kind::done;
    coi::Error error{coi::ErrorKind::refused, false, {}, 0, {}};  // of all but done: for the sender and the admin
};

class Leg {
  public:
    using LaneId = std::int64_t;
    struct Calls {
        /// Acts. `finished` is called exactly once, later or at once.
        std::function<void(const queue::Entry&, std::function<void(Fate)> finished)> attempt;
        /// After success; the entry is already marked.
        std::function<void(const queue::Entry&)> done;
        /// After a permanent failure or expiry: must put the sender's notice and queue::done(entry) into one commit.
        std::function<void(const queue::Entry&, const coi::Error&)> refused;
        std::function<LaneId(const queue::Entry&)> lane;
        std::function<std::size_t(LaneId)> capacity;
        std::function<Time()> now;
        /// The earliest tick that is needed has changed.
        std::function<void()> wake_changed;
    };
    struct Limits {
        std::size_t ready_entries = 8;              // of one line in memory
        std::size_t ready_bytes = 8 * 1024 * 1024;  // of all lines in memory, beyond what is in flight
        std::chrono::milliseconds lane_backoff_first{1000}, lane_backoff_most{60'000};
        std::chrono::milliseconds held{60'000};  // a held line is tried again after this, whatever happened
        std::chrono::milliseconds full{10'000};  // a lane that waits so long for an end gets one more place; 0: never
        std::chrono::milliseconds pause{500};    // between messages that each end their session, from the third on
        /// So often a message may end the session alone, with others passing between, before it is given up; 0: until
        /// it expires (its session is its own then, and nobody else suffers).
        int strikes_most = 0;
    };
    Leg(queue::Leg leg, Store& store, Calls calls, Limits limits);
    Leg(queue::Leg leg, Store& store, Calls calls) : Leg(leg, store, std::move(calls), Limits{}) {}

    /// Takes up what the store holds from before. Waits for the store: call before the loop runs.
    void start();
    /// An entry was committed (with its id and payload). In the order of commits.
    void committed(queue::Entry entry);
    /// The lane can be tried again now (stream online, password changed).
    void lane_up(LaneId lane);
    /// What held the line is over.
    void line_up(AccountId, const std::string& contact);
    /// All waiting lines at once, for `coigate queue retry`.
    void retry_now();
    /// Someone else (admin, expiry) takes the entry out of the store, with the next piece of work given to it. False if
    /// it may be in flight: then they must not.
    bool forget(const queue::Entry&);
    /// Nothing new is attempted any more; those in flight still finish.
    void stop() { stopped_ = true; }
    std::size_t in_flight() const { return in_flight_; }
    std::optional<Time> next_wake() const;
    void tick(Time now);
    /// Why the entry's lane cannot be used, and when it is tried again.
    struct Trouble {
        coi::Error error;
        std::optional<Time> next;
    };
    std::optional<Trouble> trouble(const queue::Entry&) const;

  private:
    using Key = std::pair<AccountId, std::string>;
    struct Line {
        LaneId lane = 0;
        std::deque<queue::Entry> ready;  // contiguous from the head
        std::int64_t read_up_to = 0;     // last id that was put in `ready`
        std::int64_t newest = 0;         // last id committed to this line
        bool reading = false, flying = false, queued = false;
        bool raised = false;        // line_up() came while it was in flight
        bool grew = false;          // was committed to since it was last read
        bool suspect = false;       // was in flight with others when the session ended
        int strikes = 0;            // its head ended the session alone, with others passing between
        std::uint64_t passed = 0;   // Lane::passed at the last of these
        std::optional<Time> until;  // sleeps
        bool complete() const { return read_up_to >= newest; }
    };
    struct Lane {
        std::deque<Key> waiting;
        std::size_t busy = 0;    // lines that fly or read
        std::size_t flying = 0;  // of these
        bool crowded = false;    // two flew at once, and one of them still does
        bool struck = false;     // one that has ended a session before is, or was, among them
        bool pumping = false;
        int failures = 0;                // to reach it, since it last answered
        int strikes = 0;                 // messages that ended their session, since the last that passed
        std::size_t suspects = 0;        // lines that fly one by one, until it is known which of them it was
        std::uint64_t passed = 0;        // messages that the server answered
        std::size_t extra = 0;           // places given because the others are slow
        std::optional<Time> full;        // since when every place is taken and nothing ends
        std::optional<Time> down_until;  // unreachable: one probe then
        std::optional<coi::Error> trouble;
    };
    enum class Turn { now, last };
    void offer(const Key&, Line&, Turn turn = Turn::last);
    void pump(LaneId);
    void fly(const Key&, Line&);
    void finish(const Key&, std::int64_t id, const Fate&);
    void went_on(const Key&);
    void advance(const Key&, Line&);
    void sleep(const Key&, Line&, Time until);
    void read_more(const Key&, Line&);
    void received(const Key&, Line&, std::vector<queue::Entry>);
    void wake(const Key&, Line&);
    void pop(Line&);
    void put_back(Line&);
    std::size_t capacity(LaneId, const Lane&) const;
    void land(LaneId, Lane&);
    void relieve(Time now);
    void end(const Key&, Line&, const Fate&);
    void retry_later(const Key&, Line&, const Fate&, bool at_once);
    void strike(const Key&, Line&, const Fate&);
    void suspect(const Key&, Line&, const coi::Error&);
    void acquit(Lane&, Line&);
    void lane_failed(LaneId, const coi::Error&);

    queue::Leg leg_;
    Store& store_;
    Calls calls_;
    Limits limits_;
    std::map<Key, Line> lines_;
    std::map<LaneId, Lane> lanes_;
    std::multimap<Time, Key> sleeping_;
    std::size_t ready_bytes_ = 0, in_flight_ = 0;
    std::optional<Time> look_at_full_;
    bool stopped_ = false;
};

}  // namespace gateway
