// The ping fence: proves which stanzas the Jabber server took, on a stream without acknowledgements.
//
// [XEP-0114] has none, but servers process a component's stanzas in order. So the answer to a ping [XEP-0199 §4.3]
// proves that all stanzas sent before it were taken, and errors for local users arrive before that answer. One ping is
// pending at a time; stanzas sent meanwhile wait for the next one. Time is an argument; this class neither sends nor
// waits.
// COMPAT: ejabberd 23.01 passes a message to the recipient's session process, which may refuse it (blocked, a stranger)
// after the ping was answered, and no query of a component goes through that process. So if an outcome must be final,
// it is `taken` only after a grace period: a multiple of the delay of recent late refusals and of the ping's round
// trip. Prosody, recognised by its name [XEP-0030 §3], processes a component's stanzas one after the other, and decides
// before it answers (24,000 refusals of 0.12.3 and 13.0 by its blocklist, privacy lists, for missing users and without
// storage: none came after the pong). What it took is watched all the same: after one late refusal it has grace
// periods, too. Invariant: every stanza given to sent() leaves in exactly one Verdict.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp {

/// The outcome of a stanza given to Component::deliver().
struct Outcome {
    enum class Kind {
        taken,    // the pong came: the server has the stanza
        refused,  // an error with the stanza's id came before the pong
        lost,     // the stream ended before the pong: send it again, with the same id
        unsent,   // there is no stream
    } kind = Kind::taken;
    StanzaError error{};  // for refused; for lost its text says why the stream ended
};

/// What identifies a stanza when an error comes back.
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
    /// The caller must call done(outcome), in the order of the list.
    struct Verdict {
        Done done;
        Outcome outcome;
    };

    /// Pings go from `component` to `server`; `nonce` distinguishes their ids from all others.
    Fence(std::string component, std::string server, std::string nonce);

    /// The stanza is sent now. `is_final`: its outcome must not be corrected later, and may come a grace period later.
    void sent(Head, Done done, bool is_final = false);
    /// Whether the server's identity must be queried before the next stanza: once, before the first stanza with a final
    /// outcome.
    bool wants_name() const { return !name_asked_; }
    Stanza ask_name();
    /// Whether a stanza is unproven and no ping is pending.
    bool wants_ping() const { return !asked_ && !waiting_.empty(); }
    /// The ping to send now. Only while none is pending.
    Stanza ping(Time now);
    bool ping_under_way() const { return asked_.has_value(); }
    /// When the pending ping counts as lost: `timeout` after the last sign of life, or six timeouts after the ping in
    /// any case. nullopt: none is pending.
    std::optional<Time> deadline(std::chrono::milliseconds timeout) const;
    /// A sign of life: the server sent something, or accepted bytes.
    void heard(Time now) { heard_ = now; }
    /// Restarts the wait (reading was paused by the gateway itself).
    void restart(Time now);
    /// A stanza from the server; nullopt if it does not concern the fence. A pong settles all stanzas sent before its
    /// ping; an error with the id and the addresses of an unproven stanza settles that one. Errors for proven stanzas
    /// do not concern it.
    std::optional<std::vector<Verdict>> take(const Tag& stanza, Time now);
    /// When the next grace period ends; nullopt: there is none.
    std::optional<Time> settles_at() const;
    /// The stanzas whose grace period is over.
    std::vector<Verdict> settled(Time now);
    std::chrono::milliseconds grace() const;
    /// The stream has ended: settles all open stanzas, in order. Stanzas that the server has taken are not lost.
    std::vector<Verdict> lost(const std::string& why = {});
    std::size_t unproven() const { return waiting_.size() + settling_.size(); }

  private:
    struct Unproven {
        Head head;
        Done done;
        bool is_final;
    };
    /// The server has the stanza, but the recipient's session may still refuse it. Without `done` it is settled, and
    /// only late refusals are measured.
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
    std::deque<Unproven> waiting_;  // in the order of sending; the first covered_ were sent before the ping
    std::size_t covered_ = 0;
    std::optional<Time> asked_;
    Time heard_{};
    std::uint64_t pings_ = 0;
    std::string ping_id_;
    std::deque<Settling> settling_, watched_;  // in the order of their pongs
    std::chrono::steady_clock::duration round_trip_{}, lateness_{};
    bool name_asked_ = false, judges_first_ = false;
    bool has_judged_late_ = false;  // although its name promised otherwise; kept when the stream ends
};

}  // namespace xmpp
