// The gateway's stream to the Jabber server: connects, authenticates, reconnects, and proves which stanzas were
// delivered.
//
// [XEP-0114] by gloox::Component on our Asio connection; reconnects with backoff and jitter. The ping fence: XEP-0114
// has no acknowledgements, but servers process a component's stanzas in order. So the answer to a later ping [XEP-0199]
// proves that the server took all stanzas sent before it, and errors for local users arrive before that answer.
// Invariant: for every delivered stanza the outcome is called exactly once.

#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
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
        std::string host;  // host of the Jabber server's component port
        std::uint16_t port = 5347;
        std::string component;      // our domain
        std::string server_domain;  // the fence pings this domain
        std::string secret;
        Limits limits{};
        std::chrono::milliseconds ping_every{60'000};    // keep-alive when nothing else is sent
        std::chrono::milliseconds ping_timeout{20'000};  // then the stream counts as dead
        std::chrono::milliseconds backoff_first{500}, backoff_most{60'000};
    };
    struct Calls {
        std::function<void(Stanza)> stanza;                   // every message, presence and iq, except the fence's
        std::function<void()> online;                         // handshake done
        std::function<void(const std::string& why)> offline;  // the stream ended, or an attempt to connect failed
        std::function<void(Stanza head)>
            oversize{};  // a stanza over the limits, without children; unset: answered here
    };

    Component(boost::asio::io_context&, Settings, Calls);
    /// Ends at once: no callback is called any more. May be called from within a callback.
    ~Component();
    void start();
    bool online() const;
    /// Sends without proof of delivery (presence, iq answers). Dropped when offline, and if `from` is not in our
    /// domain, `to` is no address, or the stanza is over the limits: servers close the whole stream because of such
    /// stanzas.
    void send(const Tag&);
    /// Sends with proof of delivery. The stanza must have an id and from; `done` is called later, never from within
    /// deliver. While offline the outcome is `unsent` at once (posted). What send() would drop is `refused`.
    /// `is_final`: the outcome must not be corrected afterwards, because somebody is told of it; it may come a grace
    /// period later (xmpp/fence).
    void deliver(const Tag&, std::function<void(const Outcome&)> done, bool is_final = false);
    /// The same for a stanza that is already XML, in the form that print() gives.
    void deliver(Head, const std::string& xml, std::function<void(const Outcome&)> done, bool is_final = false);
    /// Bytes given to send/deliver that are not in the socket yet. Callers with much to send wait while it is large.
    std::size_t unsent() const;
    /// Closes the stream cleanly: stops sending, waits until everything delivered is proven, sends </stream:stream>,
    /// reads until the server closes. Ends after `patience` at the latest, then `closed` is called (posted). `offline`
    /// is not called, and the stream is not opened again.
    void close(std::chrono::milliseconds patience, std::function<void()> closed);
    /// Stops reading from the socket (for example when the disk is full), so that the server and the senders must wait;
    /// or resumes.
    void pause_reading(bool paused);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace xmpp
