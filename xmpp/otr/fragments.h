// Joins fragmented OTR messages, under limits.
//
// [OTR v3 "Fragmentation"]. Fragments of one message come in order; a fragment out of order, or an unfragmented
// message, invalidates earlier ones. Each resource and instance has one message in progress; it is dropped if it is too
// long, too old or one too many. (libotr's own joining has no limit and makes a session context per instance.)

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/otr/front.h"

namespace xmpp::otr {

using Time = std::chrono::steady_clock::time_point;

class Fragments {
  public:
    struct Limits {
        std::size_t messages = 8;                           // in progress at the same time
        std::size_t bytes = 2 * max_message;                // of all messages
        std::chrono::seconds age{std::chrono::minutes{5}};  // since the last fragment
    };

    Fragments() = default;
    explicit Fragments(Limits limits) : limits_(limits) {}

    /// Takes a fragment (Kind::fragment) from `peer`; returns the whole message after the last one.
    std::optional<std::string> add(const std::string& peer, const Seen& piece, Time now);
    /// An unfragmented message came from `peer`, or it went offline: drops its fragments.
    void forget(const std::string& peer);
    /// Drops messages that are too old.
    void expire(Time now);
    /// Bytes in memory.
    std::size_t bytes() const { return bytes_; }

  private:
    struct Growing {
        std::string peer;
        std::uint32_t sender;
        unsigned number, count;  // number: of the last fragment
        std::string text;
        Time last;
    };
    void drop(std::vector<Growing>::iterator which);

    Limits limits_;
    std::vector<Growing> growing_;  // oldest first
    std::size_t bytes_ = 0;
};

}  // namespace xmpp::otr
