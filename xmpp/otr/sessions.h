// The OTR sessions of one contact with one user: one for each of the user's resources, by libotr.
//
// [OTR v3] [XEP-0364 §4, §5]. Versions 3 and 2, never 1. Nothing starts by itself: a session stands because the peer
// asked for it, or because query() was sent. Everything goes in and out by value: replies are bodies for the full JID
// that the message came from, in order. Left out: the extra symmetric key (told, not used), heartbeats (libotr sends
// them). Not thread-safe and slow (handshake steps take milliseconds): one strand of the pool for each of these. A full
// JID is one client at a time: its newest session replaces the one before it. Bounded: resources, instances, pieces,
// starts, known keys. What is forgotten is `unreadable` when it comes back.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/otr/identity.h"
#include "xmpp/wiped.h"

namespace xmpp::otr {

/// A key that the user's clients have shown. The caller stores known_keys() and gives them back.
struct KnownKey {
    Fingerprint fingerprint{};
    bool verified = false;
    bool operator==(const KnownKey&) const = default;
};

enum class SessionState {
    plain,
    encrypted,
    finished,  // the peer ended it: nothing may be sent before end() acknowledges that or a new session starts
};

struct Notice {
    enum class Kind {
        started,        // a new session: fingerprint, is_new, verified
        refreshed,      // the same session has new keys: fingerprint, verified
        ended_by_peer,  // state is `finished`
        in_clear,       // text came unencrypted though the state is not `plain`
        unreadable,     // a message that no session can read (before our restart, from offline storage): ask to resend
        repeated,       // a message that was read before came again (replay, or resent by its sender): dropped
        malformed,      // no OTR message though it looks like one
        old_version,    // the peer speaks only version 1
        too_often,      // starts are refused for a while; said once
        error,          // the peer says that something went wrong: text (its words, cleaned)
        smp_asked,      // the peer wants to verify: text is the question or empty. smp_answer() or smp_abort()
        smp_succeeded,  // the secrets are the same: verified says whether that verified the peer's key for us
        smp_failed,     // they are not
        smp_aborted,    // given up by the peer, or out of step
        symmetric_key,  // the peer wants to use the extra symmetric key: not supported
    } kind{};
    std::string text{};
    Fingerprint fingerprint{};
    bool is_new = false;
    bool verified = false;
};

struct Received {
    /// What a person wrote: UTF-8 as XML may hold it, LF; many clients write HTML here.
    std::optional<std::string> text;
    bool was_encrypted = false;  // of text
    bool verified = false;       // of text: the session's key is a verified one
    std::vector<std::string> replies;
    std::vector<Notice> notices;
    bool keys_changed = false;  // known_keys() is to be stored
};

struct Sent {
    enum class Refusal {
        none,
        plain,     // no session
        finished,  // the peer ended it
        too_long,  // see Limits
        failed,    // the library could not encrypt
    } refusal = Refusal::none;
    std::vector<std::string> messages;  // bodies for the peer, in order
};

class Sessions {
  public:
    using Time = std::chrono::steady_clock::time_point;
    struct Limits {
        std::size_t fragment = 16'000;  // bytes of one body that we send; at least 200
        std::size_t text = 64 * 1024;   // bytes of a text to send
        std::size_t peers = 16;         // resources with a context; the longest silent is forgotten
        std::size_t known_keys = 32;    // the oldest unverified is forgotten
    };
    /// What our bodies say to a person, in the user's language.
    struct Words {
        std::string query = "This conversation can be encrypted by OTR, which your program does not know.";
        std::string unreadable = "Your message could not be read. Please send it again.";
    };

    Sessions(const Identity& identity, std::vector<KnownKey> known, Limits limits, Words words);
    Sessions(const Identity& identity, std::vector<KnownKey> known);
    ~Sessions();
    Sessions(Sessions&&) noexcept;
    Sessions& operator=(Sessions&&) noexcept;

    /// A body from `peer` (full JID). Not to be given: carbon copies [XEP-0364 §4.2], errors, delayed queries and
    /// handshakes (delayed data messages are to be given).
    Received receive(const std::string& peer, std::string_view body, Time now);
    /// A text (UTF-8) to `peer`, encrypted, or refused: never in the clear.
    Sent send(const std::string& peer, std::string_view text);
    /// A query that asks `peer` for a session; nullopt: one was sent within the last minute, or there were too many
    /// starts.
    std::optional<std::string> query(const std::string& peer, Time now);
    /// Ends the session, tells the peer, acknowledges `finished`, forgets the resource; the bodies to send.
    std::vector<std::string> end(const std::string& peer);
    struct Ending {
        std::string peer;
        std::vector<std::string> messages;
    };
    std::vector<Ending> end_all();
    /// Every 70 s: wipes keys of handshakes that came to nothing, and old pieces.
    void poll(Time now);

    SessionState state(const std::string& peer) const;
    bool is_encrypted(const std::string& peer) const { return state(peer) == SessionState::encrypted; }
    /// Resources whose state is not `plain`, the one heard last first.
    std::vector<std::string> peers() const;
    /// Of the key in the session with `peer`; nullopt: no session.
    std::optional<KnownKey> key_of(const std::string& peer) const;

    /// Verifying by a shared secret [OTR v3 "Socialist Millionaires' Protocol (SMP)"]; the bodies to send, empty if
    /// there is no session (or, for smp_answer, nothing was asked). A run under way is given up for a new one. An empty
    /// `question` asks none.
    std::vector<std::string> smp_start(const std::string& peer, const Wiped& secret, const std::string& question = {});
    std::vector<std::string> smp_answer(const std::string& peer, const Wiped& secret);
    std::vector<std::string> smp_abort(const std::string& peer);

    const std::vector<KnownKey>& known_keys() const;
    /// The user compared fingerprints (or takes that back). False: no such key is known.
    bool verify(const Fingerprint& fingerprint, bool verified = true);

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace xmpp::otr
