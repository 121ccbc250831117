// One destination of the queue (an SMTP server, or the Jabber stream): which conversations wait for it, how many may
// send now, and whether it can be reached.
//
// Four things limit how many may send: the capacity; a failure to reach it (then one conversation probes it); a session
// that ended with several messages in flight (then they are tried one by one, until it is known which one ended it);
// and several messages in a row that each ended their session (then one at a time). If slow servers hold all places for
// a while, places are added. Pure: time is an argument.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "coi/result.h"
#include "gateway/model/event.h"

namespace gateway {

/// Which destination: in the direction towards mail, the account of a linked mailbox.
using DestinationId = std::int64_t;
constexpr DestinationId shared_destination = 0;  // the relay's mail server; the Jabber stream

/// Who has something to send to a destination.
class DestinationObserver {
  public:
    virtual ~DestinationObserver() = default;
    /// The destination can be tried again now (the stream is up, the password was changed).
    virtual void destination_up(DestinationId) = 0;
};

struct Destination {
    /// A conversation: an account's messages to one contact.
    using Key = std::pair<AccountId, std::string>;
    struct Limits {
        std::chrono::milliseconds backoff_first{1000}, backoff_most{60'000};  // between probes
        std::chrono::milliseconds full{10'000};  // places are added when none became free for so long; 0: never
        std::chrono::milliseconds pause{500};    // after a message that ended its session, from the third on
    };

    std::deque<Key> waiting;
    std::size_t busy = 0;            // conversations that have a message in flight, or are being read
    std::size_t suspects = 0;        // conversations of which one ended the session; they are tried one by one
    std::uint64_t passed = 0;        // messages that the server answered
    bool pumping = false;            // the scheduler is starting attempts here
    std::optional<Time> down_until;  // not reachable: then one conversation probes it
    std::optional<coi::Error> trouble;

    /// How many conversations may be busy now. `normal`: while nothing is wrong.
    std::size_t capacity(std::size_t normal) const;
    /// A message goes in flight. `has_struck`: it has ended a session before.
    void started(bool has_struck);
    /// An attempt ended; to be called after `busy` was lowered.
    void ended(std::size_t normal);
    /// The server answered. `passes`: its answer is about the message, so that it counts in `passed`.
    void answered(bool passes);
    /// It was reached, whatever became of the message.
    void reached() { failures_ = 0; }
    /// It can be tried at once.
    void up();
    /// It could not be reached. False if that is known already: the first failure sets the time of the probe.
    bool failed(const coi::Error&, Time now, const Limits&);
    /// A message ended its session. True if so many did that the destination must pause before the next one.
    bool struck();
    /// True if two messages were in flight at once, and one of them still is.
    bool was_shared() const { return crowded_; }
    /// True if one that has ended a session before is, or was, among those in flight.
    bool has_struck() const { return struck_; }

    /// Notes whether every place is taken while others wait. True if that has just begun.
    bool note_full(bool is_full, Time now);
    /// When it gets one more place, if nothing ends before.
    std::optional<Time> more_at(const Limits&) const;
    /// Adds a place if it is time. True if it was.
    bool relieve(Time now, std::size_t normal, const Limits&);

  private:
    std::size_t flying_ = 0;    // messages in flight
    bool crowded_ = false;      // two were in flight at once, and one of them still is
    bool struck_ = false;       // one in flight has ended a session before
    int failures_ = 0;          // to reach it, since it last answered
    int strikes_ = 0;           // messages that ended their session, since the last that passed
    std::size_t extra_ = 0;     // places added because the others are slow
    std::optional<Time> full_;  // since when every place is taken and nothing ends
};

}  // namespace gateway
