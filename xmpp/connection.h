// A TCP connection on Boost.Asio in the form gloox wants: nothing here blocks.
//
// connect() starts and returns; what happens is told through gloox::ConnectionDataHandler. What is sent in one turn of
// the event loop goes out in one write; one write is under way at a time, the rest waits in a buffer. TLS is left out:
// the component port of a Jabber server is on the same machine or behind a tunnel [XEP-0114 §6]. Invariant: after
// disconnect() or destruction no handler is called, from whatever it was called.

#pragma once

#include <gloox/connectionbase.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

namespace xmpp {

class Connection final : public gloox::ConnectionBase {
  public:
    Connection(boost::asio::io_context&, gloox::ConnectionDataHandler*, const std::string& host, std::uint16_t port);
    ~Connection() override;

    gloox::ConnectionError connect() override;
    /// Appends; false when not connected.
    bool send(const std::string& data) override;
    /// Closes at once; tries to hand what is unsent to the kernel first, without waiting.
    void disconnect() override;
    /// Why it ended, in the system's words ("Connection refused"); "" when the peer closed it or nothing is wrong.
    const std::string& cause() const;
    std::size_t unsent() const;
    /// While paused, bytes stay in the kernel and the peer must wait.
    void pause_reading(bool paused);
    /// The last time bytes came in or went out.
    std::chrono::steady_clock::time_point last_progress() const;

    // What gloox asks for and this connection has no use for.
    gloox::ConnectionError recv(int) override { return gloox::ConnNoError; }
    gloox::ConnectionError receive() override { return gloox::ConnNoError; }
    void getStatistics(long& in, long& out) override;
    gloox::ConnectionBase* newInstance() const override { return nullptr; }

  private:
    struct Socket;
    void connected();
    void received(const std::string& data);
    void ended(gloox::ConnectionError);

    std::shared_ptr<Socket> socket_;
};

}  // namespace xmpp
