// The ping fence: proves which stanzas the Jabber server took, on a stream that has no acknowledgements.
//
// [XEP-0114] has none, but servers answer a component's stanzas in order, so the answer to a ping [XEP-0199 §4.3]
// proves that what was sent before it was taken, and errors for local users have come before the answer. One ping is
// under way at a time; what is sent meanwhile waits for the next. Time is an argument; nothing here sends or waits.
// COMPAT: ejabberd 23.01 hands a message to the process of its reader's session, which refuses it (blocked, a stranger)
// after the ping was answered, and nothing that a component may ask passes that process. So where an outcome must not
// be taken back, it is `taken` only a grace after the pong: a multiple of the latest refusals and of the ping's own
// time. Prosody, known by its name [XEP-0030 §3], judges before it answers. Invariant: every stanza given to sent()
// leaves in exactly one Verdict.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp {

/// What became of a stanza given to Component::deliver().
struct Outcome {
    enum class Kind {
        taken,    // the fence's pong came: the server has it
        refused,  // an error with the stanza's id came before the pong
        lost,     // the stream ended before the pong: send it again, with the same id
        unsent,   // there was no stream
    } kind = Kind::taken;
    StanzaError error{};  // of refused; of lost its text: why the stream ended
};

/// What a stanza is known by when an error comes back.
struct Head {
    Head(std::string its_id, std::string its_from, std::string its_to)
        : id(std::move(its_id)), from(std::move(its_from)), to(std::move(its_to)) {}
    explicit Head(const Tag& stanza)
        : Head(attribute(stanza, "id"), attribute(stanza, "from"), attribute(stanza, "to")) {}
    std::string id, from, to;
};

class Fence {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Done = std::function<void(const Outcome&)>;
    /// The caller calls done(outcome), in the order of the list.
    struct Verdict {
        Done done;
        Outcome outcome;
    };

    /// Pings go from `component` to `server`; `nonce` keeps their ids apart from everybody else's.
    Fence(std::string component, std::string server, std::string nonce);

    /// The stanza goes out now. `is_final`: its outcome must not be taken back, and may come a grace later.
    void sent(Head, Done done, bool is_final = false);
    /// Who the server is must be asked before the next stanza: once, before the first whose outcome is final.
    bool wants_name() const { return !name_asked_; }
    Stanza ask_name();
    /// Something sent is unproven and no ping is under way.
    bool wants_ping() const { return !asked_ && !waiting_.empty(); }
    /// The ping to send now. Only while none is under way.
    Stanza ping(Time now);
    bool ping_under_way() const { return asked_.has_value(); }
    /// When the ping under way counts as never answered: `timeout` after the last sign of life, or six of them after
    /// the ping, whatever else is heard. nullopt: none is under way.
    std::optional<Time> deadline(std::chrono::milliseconds timeout) const;
    /// A sign of life: the server sent something, or took bytes from us.
    void heard(Time now) { heard_ = now; }
    /// Waiting starts anew (reading was paused by ourselves).
    void restart(Time now);
    /// What came from the server: nullopt if it is not the fence's business. A pong settles what was sent before its
    /// ping, an error with the id and the addresses of an unproven stanza settles that one. Errors for stanzas already
    /// proven are not its business.
    std::optional<std::vector<Verdict>> take(const Tag& stanza, Time now);
    /// When the grace of something ends; nullopt: nothing has one.
    std::optional<Time> settles_at() const;
    /// Those whose grace is over.
    std::vector<Verdict> settled(Time now);
    std::chrono::milliseconds grace() const;
    /// The stream is gone: all that is open, in order. What the server has taken is not lost.
    std::vector<Verdict> lost(const std::string& why = {});
    std::size_t unproven() const { return waiting_.size() + settling_.size(); }

  private:
    struct Unproven {
        Head head;
        Done done;
        bool is_final;
    };
    /// The server has it, and its reader's session may still refuse it; without `done`: it is settled, and only
    /// watched.
    struct Settling {
        Head head;
        Done done;
        Time ponged, until;
    };
    bool is_answer(const Tag& stanza, const std::string& id) const;
    std::vector<Verdict> ponged(Time now);
    std::optional<std::vector<Verdict>> refused(const Tag& stanza, StanzaError, Time now);
    void watch(Head, Time ponged);

    const std::string component_, nonce_;
    const JID server_;
    std::deque<Unproven> waiting_;  // in the order of sending; the first covered_ of them were sent before the ping
    std::size_t covered_ = 0;
    std::optional<Time> asked_;
    Time heard_{};
    std::uint64_t pings_ = 0;
    std::string ping_id_;
    std::deque<Settling> settling_, watched_;  // in the order of their pongs
    std::chrono::steady_clock::duration round_trip_{}, lateness_{};
    bool name_asked_ = false, judges_first_ = false;
};

}  // namespace xmpp
