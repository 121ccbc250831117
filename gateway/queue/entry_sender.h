// Sends the entries of one direction of the queue; the scheduler decides which one may be sent now.
//
// Towards Jabber this is gateway/queue/jabber_sender, towards mail gateway/transport/mail_sender.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coi/result.h"
#include "gateway/queue/destination.h"
#include "gateway/store/queue.h"

namespace gateway {

/// The result of an attempt.
struct AttemptResult {
    enum class Kind {
        done,         // the other side took responsibility
        refused,      // permanent; the sender must be told
        later,        // this message cannot be sent now
        unreachable,  // the whole destination cannot be reached now
        blocked,      // this conversation waits for somebody's action: until unblock(), or a minute. Not an attempt
        broken,       // the session ended while this message, and no other, was in progress
        lost,         // the destination's shared session ended with several messages in flight, of which this is one
    } kind = Kind::done;
    coi::Error error{coi::ErrorKind::refused, false, {}, 0, {}};  // except for done; for the sender and the admin
    bool is_kept = false;                                         // not done, and nobody else can have the message
    std::vector<std::pair<std::string, coi::Error>> left_out{};   // who did not get what was done: addresses of several
};

class EntrySender {
  public:
    virtual ~EntrySender() = default;
    /// Makes one attempt. `finished` is called exactly once, later or at once; the entry lives until then.
    virtual void send(const queue::Entry&, std::function<void(AttemptResult)> finished) = 0;
    /// After success; the entry is removed with the next commit.
    virtual void done(const queue::Entry&) = 0;
    /// After a permanent failure: must put the sender's notice and queue::done(entry) into one commit.
    virtual void refused(const queue::Entry&, const coi::Error&) = 0;
    /// The server that the entry goes to. Conversations with the same destination share its capacity.
    virtual DestinationId destination(const queue::Entry&) const = 0;
    /// How many conversations may send to a destination at once.
    virtual std::size_t capacity(DestinationId) const = 0;
};

}  // namespace gateway
