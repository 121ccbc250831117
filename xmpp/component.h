// The gateway's stream to the Jabber server: connects, authenticates, stays connected, and proves what was delivered.
//
// [XEP-0114] by gloox::Component on our Asio connection; reconnects with backoff and jitter. The ping fence: XEP-0114
// has no acknowledgements, but servers answer a component's stanzas in order, so the answer to a later ping [XEP-0199]
// proves that the server took what was sent before it, and errors for local users have come before the answer.
// Invariant: every delivered stanza ends in exactly one call of its Outcome.

#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "xmpp/fence.h"
#include "xmpp/stanza.h"
#include "xmpp/wire.h"

namespace xmpp {

class Component {
  public:
    struct Settings {
        std::string host;  // of the Jabber server's component port
        std::uint16_t port = 5347;
        std::string component;      // our domain
        std::string server_domain;  // whom the fence pings
        std::string secret;
        Limits limits{};
        std::chrono::milliseconds ping_every{60'000};    // keep-alive when nothing else is sent
        std::chrono::milliseconds ping_timeout{20'000};  // then the stream counts as half-open
        std::chrono::milliseconds backoff_first{500}, backoff_most{60'000};
    };
    struct Calls {
        std::function<void(Stanza)> stanza;                   // every message, presence and iq, but the fence's own
        std::function<void()> online;                         // handshake done
        std::function<void(const std::string& why)> offline;  // the stream ended, or an attempt to connect failed
        std::function<void(Stanza head)> oversize{};  // over the limits: its element alone; unset: answered here
    };

    Component(boost::asio::io_context&, Settings, Calls);
    /// Ends at once and silently: nothing is called any more. May be called from within a call.
    ~Component();
    void start();
    bool online() const;
    /// Sends without proof (presence, iq answers); dropped when offline, and when `from` is not ours, `to` is no
    /// address or the stanza is over the limits: servers close the whole stream over such stanzas.
    void send(const Tag&);
    /// Sends with proof. The stanza must have an id and from; `done` is called later, never from within deliver. While
    /// offline the outcome is `unsent` at once (posted). What send() would drop is `refused`. `is_final`: somebody is
    /// told of the outcome who cannot be told another one; it may come a grace later (xmpp/fence).
    void deliver(const Tag&, std::function<void(const Outcome&)> done, bool is_final = false);
    /// The same for a stanza that is printed already, as print() does it.
    void deliver(Head, const std::string& xml, std::function<void(const Outcome&)> done, bool is_final = false);
    /// Bytes given to send/deliver and not yet in the socket: senders of much wait while it is large.
    std::size_t unsent() const;
    /// Closes the stream cleanly: no more sending; waits for what is delivered to be proven, says goodbye, reads until
    /// the server closes. Ends at the latest after `patience`, then `closed` (posted). `offline` is not called, nor is
    /// the stream opened again.
    void close(std::chrono::milliseconds patience, std::function<void()> closed);
    /// Stops taking bytes from the socket (full disk: the server's buffers and the sender's patience take over) and
    /// goes on.
    void pause_reading(bool paused);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace xmpp
