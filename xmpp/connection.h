// A TCP connection on Boost.Asio with gloox's interface; it never blocks.
//
// connect() starts and returns; results come through gloox::ConnectionDataHandler. Everything sent in one turn of the
// event loop goes into one write; one write is pending at a time, the rest waits in a buffer. TLS is left out: the
// component port of a Jabber server is on the same machine or behind a tunnel. Invariant: after
// disconnect() or destruction no handler is called.

#pragma once

#include <gloox/connectionbase.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace xmpp {

class Connection final : public gloox::ConnectionBase {
  public:
    Connection(boost::asio::io_context&, gloox::ConnectionDataHandler*, const std::string& host, std::uint16_t port);
    ~Connection() override;

    gloox::ConnectionError connect() override;
    /// Appends to the buffer; false when not connected.
    bool send(const std::string& data) override;
    /// Closes at once; first tries to pass unsent bytes to the kernel, without waiting.
    void disconnect() override;
    /// Why the connection ended, in the system's words ("Connection refused"); "" if the peer closed it or it is open.
    const std::string& cause() const;
    std::size_t unsent() const;
    /// While paused, received bytes stay in the kernel and the peer must wait.
    void pause_reading(bool paused);
    /// The last time that bytes were received or sent.
    std::chrono::steady_clock::time_point last_progress() const;

    // Parts of gloox's interface that this connection does not need.
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
