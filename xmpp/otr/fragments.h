// Encoded messages that come in pieces, joined under limits.
//
// [OTR v3 "Fragmentation"]. Pieces of one message come in order; a piece out of order and an unfragmented message make
// those before it worthless. Each resource and instance has a message of its own under way; what grows too long, is too
// old or is one too many is forgotten. (libotr's own joining has no limit and makes a session context per instance.)

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
        std::size_t messages = 8;                           // under way at a time
        std::size_t bytes = 2 * max_message;                // of all of them
        std::chrono::seconds age{std::chrono::minutes{5}};  // since the last piece
    };

    Fragments() = default;
    explicit Fragments(Limits limits) : limits_(limits) {}

    /// Takes a piece (Kind::fragment) from `peer`; the whole message if it was the last.
    std::optional<std::string> add(const std::string& peer, const Seen& piece, Time now);
    /// An unfragmented message came from `peer`, or it is gone: its pieces are forgotten.
    void forget(const std::string& peer);
    /// Forgets what is too old.
    void expire(Time now);
    /// Bytes held.
    std::size_t bytes() const { return bytes_; }

  private:
    struct Growing {
        std::string peer;
        std::uint32_t sender;
        unsigned number, count;  // number: of the piece that came last
        std::string text;
        Time last;
    };
    void drop(std::vector<Growing>::iterator which);

    Limits limits_;
    std::vector<Growing> growing_;  // oldest first
    std::size_t bytes_ = 0;
};

}  // namespace xmpp::otr
