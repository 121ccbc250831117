// The OTR sessions of one contact with one user: one session for each of the user's resources, by libotr.
//
// [OTR v3] [XEP-0364 §4, §5]. Versions 3 and 2, never 1. No session starts by itself: the peer asked for it, or query()
// was sent. Input and output are values: replies are bodies for the full JID that the message came from, in order. Left
// out: the extra symmetric key (reported, not used), heartbeats (libotr sends them). Not thread-safe and slow
// (handshake steps take milliseconds): each object has a strand of the pool. A full JID is one client at a time: its
// newest session replaces the previous one. Limited: resources, instances, fragments, starts, known keys. A message of
// a forgotten session is `unreadable`.

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

/// A key that the user's clients have used. The caller stores known_keys() and passes them in again.
struct KnownKey {
    Fingerprint fingerprint{};
    bool verified = false;
    bool operator==(const KnownKey&) const = default;
};

enum class SessionState {
    plain,
    encrypted,
    finished,  // the peer ended it: nothing may be sent until end() acknowledges that or a new session starts
};

struct Notice {
    enum class Kind {
        started,        // a new session: fingerprint, is_new, verified
        refreshed,      // the same session has new keys: fingerprint, verified
        ended_by_peer,  // state is `finished`
        in_clear,       // an unencrypted text although the state is not `plain`
        unreadable,     // no session can read it (from before a restart, or offline storage): ask to resend
        repeated,       // a repetition of a message (replay, or resent by its sender): dropped
        malformed,      // looks like an OTR message but is none
        old_version,    // the peer supports only version 1
        too_often,      // starts are refused for a while; reported once
        error,          // the peer reports an error: text (its words, cleaned)
        smp_asked,      // the peer asks to verify: text is the question or empty. Call smp_answer() or smp_abort()
        smp_succeeded,  // the secrets match; verified: this verified the peer's key for us
        smp_failed,     // the secrets differ
        smp_aborted,    // aborted by the peer, or out of order
        symmetric_key,  // the peer wants to use the extra symmetric key: not supported
    } kind{};
    std::string text{};
    Fingerprint fingerprint{};
    bool is_new = false;
    bool verified = false;
};

struct Received {
    /// The text that a person wrote: valid XML text in UTF-8, LF; many clients write HTML here.
    std::optional<std::string> text;
    bool was_encrypted = false;  // the text was encrypted
    bool verified = false;       // the text came in a session with a verified key
    std::vector<std::string> replies;
    std::vector<Notice> notices;
    bool keys_changed = false;  // known_keys() must be stored
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
        std::size_t fragment = 16'000;  // bytes of one sent body; at least 200
        std::size_t text = 64 * 1024;   // bytes of a text to send
        std::size_t peers = 16;         // resources with a context; the least recently heard is forgotten
        std::size_t known_keys = 32;    // the oldest unverified is forgotten
    };
    /// The readable texts in our bodies, in the user's language.
    struct Words {
        std::string query = "This conversation can be encrypted by OTR, which your program does not know.";
        std::string unreadable = "Your message could not be read. Please send it again.";
    };

    Sessions(const Identity& identity, std::vector<KnownKey> known, Limits limits, Words words);
    Sessions(const Identity& identity, std::vector<KnownKey> known);
    ~Sessions();
    Sessions(Sessions&&) noexcept;
    Sessions& operator=(Sessions&&) noexcept;

    /// Takes a body from `peer` (full JID). Not for carbon copies [XEP-0364 §4.2], errors, delayed queries and
    /// handshakes (delayed data messages are allowed).
    Received receive(const std::string& peer, std::string_view body, Time now);
    /// Encrypts a text (UTF-8) for `peer`, or refuses it: never in the clear.
    Sent send(const std::string& peer, std::string_view text);
    /// A query for a session with `peer`; nullopt: one was sent within the last minute, or there were too many starts.
    std::optional<std::string> query(const std::string& peer, Time now);
    /// Ends the session: notifies the peer, acknowledges `finished`, forgets the resource; returns the bodies to send.
    std::vector<std::string> end(const std::string& peer);
    struct Ending {
        std::string peer;
        std::vector<std::string> messages;
    };
    std::vector<Ending> end_all();
    /// To be called every 70 s: wipes keys of unfinished handshakes, and old fragments.
    void poll(Time now);

    SessionState state(const std::string& peer) const;
    bool is_encrypted(const std::string& peer) const { return state(peer) == SessionState::encrypted; }
    /// Resources whose state is not `plain`, the most recently heard first.
    std::vector<std::string> peers() const;
    /// The fingerprint of the key in the session with `peer`; nullopt: no session.
    std::optional<KnownKey> key_of(const std::string& peer) const;

    /// Verifies by a shared secret [OTR v3 "Socialist Millionaires' Protocol (SMP)"]; returns the bodies to send, empty
    /// if there is no session (or, for smp_answer, no request). A running SMP is aborted for a new one. An empty
    /// `question` sends none.
    std::vector<std::string> smp_start(const std::string& peer, const Wiped& secret, const std::string& question = {});
    std::vector<std::string> smp_answer(const std::string& peer, const Wiped& secret);
    std::vector<std::string> smp_abort(const std::string& peer);

    const std::vector<KnownKey>& known_keys() const;
    /// The user compared fingerprints (or withdraws that). False: the key is not known.
    bool verify(const Fingerprint& fingerprint, bool verified = true);

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace xmpp::otr
