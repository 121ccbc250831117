// One stream of the component, from the first byte to the last: gloox's Component for the handshake, our Wire for
// parsing.
//
// [XEP-0114 §3]. After the handshake every stanza goes to the Calls: gloox's own handlers would answer without `from`,
// and a Jabber server closes the stream because of that. A Stream is used once; the next attempt is a new one.
// Invariant: `ended` is called exactly once after open() (unless the Stream is destroyed first), and nothing after it.

#pragma once

#include <gloox/component.h>
#include <gloox/connectionbase.h>
#include <gloox/connectionlistener.h>

#include <functional>
#include <string>

#include "xmpp/wire.h"

namespace xmpp {

class Stream final : public gloox::Component, private gloox::ConnectionListener {
  public:
    struct Names {
        std::string host, component, secret;
        int port;
    };
    struct Calls {
        std::function<void()> online;
        std::function<void(Stanza)> stanza;
        std::function<void(Stanza head)> oversize;
        std::function<void(const std::string& why)> ended;  // must not destroy the Stream at once
    };
    Stream(const Names&, const Limits&, Calls);
    ~Stream() override;

    /// Starts to connect. Replaces gloox's connect(), which reads the system's CA bundle at every attempt and never
    /// frees it.
    void open() { m_connection->connect(); }
    /// Ends the stream; `why` is passed to `ended`.
    void give_up(const std::string& why);
    /// Sends </stream:stream>; reads on until the server closes.
    void say_goodbye();

    void handleReceivedData(const gloox::ConnectionBase*, const std::string& data) override;
    void handleDisconnect(const gloox::ConnectionBase*, gloox::ConnectionError) override;

  private:
    void onConnect() override;
    void onDisconnect(gloox::ConnectionError) override;
    bool onTLSConnect(const gloox::CertInfo&) override { return true; }

    void opened(const std::string& id);
    void take(Stanza);
    void take_error(const Tag&);
    void finish(const std::string& why);
    std::string where() const;

    const Names names_;
    Calls calls_;
    Wire wire_;
    std::string why_;  // the reason of the end, before `ended` is called
    bool open_ = false, online_ = false, ended_ = false, goodbye_ = false;
};

}  // namespace xmpp
