// A scripted component port [XEP-0114] in the test's own event loop, and the component that talks to it.
//
// A test reads as a dialogue: expect() runs the loop until the words have come, say() answers. Nothing sleeps; what
// does not come within five seconds fails the test.

#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "xmpp/component.h"

namespace sessions {

class JabberServer {
  public:
    explicit JabberServer(boost::asio::io_context& io, std::string component = "coi.test");
    std::uint16_t port() const { return port_; }
    /// Runs the loop until `true_now`, at most five seconds; false if it never came true.
    bool until(const std::function<bool()>& true_now);
    /// Runs what is ready, twice through the kernel, so that what must not happen had its chance.
    void settle();
    void accept();
    /// Runs the loop until the component has said `words`; returns what came before and with them, and forgets it.
    std::string expect(const std::string& words);
    void say(const std::string& bytes);
    /// Opens the stream and accepts the secret.
    void handshake();
    /// Expects the fence's ping and returns its id.
    std::string expect_ping();
    void pong(const std::string& ping_id) { say(pong_of(ping_id)); }
    std::string pong_of(const std::string& ping_id) const {
        return "<iq type='result' id='" + ping_id + "' from='jabber.test' to='" + component_ + "'/>";
    }
    void hang_up();
    /// Ends the connection by RST.
    void reset();
    bool peer_closed();
    /// What the component sends stays in the kernel.
    void stop_reading();
    /// No more connections: the port refuses.
    void stop_listening();
    void listen();
    const std::string& heard() const { return heard_; }

  private:
    void read();

    boost::asio::io_context& io_;
    const std::string component_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::shared_ptr<boost::asio::ip::tcp::socket> socket_;
    std::string heard_;
    bool eof_ = false, deaf_ = false;
};

inline const std::string stream_header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' "
    "id='stream-1' from='coi.test'>";
inline const std::string handshake_digest = "b251e397f873ee73099f07fce697d0c35ae4f36b";

/// A Component and what it told us.
struct Client {
    Client(boost::asio::io_context&, std::uint16_t port, std::function<void(xmpp::Component::Settings&)> change = {});
    void deliver(const std::string& id, const std::string& to = "alice@jabber.test", const std::string& words = "");

    std::vector<std::string> stanzas, offline,
        outcomes;  // outcomes: "id taken", "id refused item-not-found", "id lost"
    int online = 0;
    std::function<void()> on_stanza, on_outcome;
    std::unique_ptr<xmpp::Component> component;
};

}  // namespace sessions
