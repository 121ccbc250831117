// Limits how often sessions start: nobody can keep the gateway busy with handshakes, and two programs cannot answer
// each other's errors with new starts for ever.
//
// A start is a query or a DH commit from the peer, or a query of ours. Each full JID has a few starts at once and then
// one per minute; over all resources of the user a breaker stops a series of starts without any message in between. Our
// own queries are at most one per minute; an error is answered with a query only once, until a message could be read
// again. Pure: time is an argument. Memory is bounded; starts of a forgotten resource still count for the breaker.

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace xmpp::otr {

class Limiter {
  public:
    using Time = std::chrono::steady_clock::time_point;
    struct Limits {
        unsigned burst = 3;                                     // starts that a full JID may have at once
        std::chrono::seconds pause{60};                         // then one more per pause
        unsigned breaker = 12;                                  // so many starts without a message …
        std::chrono::seconds window{std::chrono::minutes{15}};  // … in this time, over all resources, …
        std::chrono::seconds rest{std::chrono::minutes{30}};    // … stop all for this long
        std::size_t peers = 32;                                 // kept in memory
    };
    /// `refused`: the user must be told of it. `told`: refused as well, and the user was told before.
    enum class Verdict { allowed, refused, told };

    Limiter() = default;
    explicit Limiter(Limits limits) : limits_(limits) {}

    /// `peer` (a full JID) sent a query.
    Verdict query(const std::string& peer, Time now);
    /// `peer` sent a DH commit; the answer to our own query costs nothing.
    Verdict commit(const std::string& peer, Time now);
    /// Whether we may send a query to `peer`. True: it counts as sent.
    bool may_ask(const std::string& peer, Time now);
    /// Whether we may answer an error of `peer` with a query. True: it counts as sent.
    bool may_answer_error(const std::string& peer, Time now);
    /// A message of `peer` could be read: the session works.
    void talked(const std::string& peer);

  private:
    struct Peer {
        std::string jid;
        double starts;  // remaining
        Time counted;   // when `starts` was computed
        std::optional<Time> asked{};
        bool answer_due = false;  // our query is not answered yet
        bool error_answered = false;
        bool told = false;
    };
    Peer& peer(const std::string& jid, Time now);
    Verdict start(Peer& who, Time now);
    bool open(Time now);

    Limits limits_;
    std::vector<Peer> peers_;    // least recently heard first
    std::deque<Time> starts_{};  // since the last message, not older than the window
    Time rests_until_{};
};

}  // namespace xmpp::otr
