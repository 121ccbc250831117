// How often a session may start: nobody can keep the gateway busy with handshakes, and no two programs that answer each
// other's errors with new starts can go on for ever.
//
// A start is a query or a DH commit that came, or a query of ours. Each full JID has a few at once and then one a
// minute; over all resources of the user a breaker stops a series of starts in which nothing is ever said. Our own
// queries are at most one a minute, and an error is answered by one only once until something could be read again.
// Pure: time is an argument. Memory is bounded; what is forgotten of a resource is still counted by the breaker.

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
        std::chrono::seconds pause{60};                         // one more each
        unsigned breaker = 12;                                  // starts without a word said …
        std::chrono::seconds window{std::chrono::minutes{15}};  // … in this time, over all resources, …
        std::chrono::seconds rest{std::chrono::minutes{30}};    // … stop all for this long
        std::size_t peers = 32;                                 // remembered
    };
    /// A refusal is worth a word to the user once: `told` says that he has heard it.
    enum class Verdict { allowed, refused, told };

    Limiter() = default;
    explicit Limiter(Limits limits) : limits_(limits) {}

    /// `peer` (a full JID) sent a query.
    Verdict query(const std::string& peer, Time now);
    /// `peer` sent a DH commit; the one that answers our query costs nothing.
    Verdict commit(const std::string& peer, Time now);
    /// We would send a query to `peer`. True: it counts as sent.
    bool may_ask(const std::string& peer, Time now);
    /// We would answer an error of `peer` with a query. True: it counts as sent.
    bool may_answer_error(const std::string& peer, Time now);
    /// A message of `peer` could be read: the session works.
    void talked(const std::string& peer);

  private:
    struct Peer {
        std::string jid;
        double starts;  // left
        Time counted;   // when `starts` was right
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
    std::deque<Time> starts_{};  // since something was said, not older than the window
    Time rests_until_{};
};

}  // namespace xmpp::otr
