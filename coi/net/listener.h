// A listening socket, TCP or Unix: gives each connection that is accepted to its owner.
//
// Left out on purpose: listening on names (addresses only). A socket file of a process that has ended is removed; any
// other file stays.

#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace coi::net {

class Listener {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    /// `address`: "127.0.0.1:2424", "[::1]:2424" or "unix:/run/coigate-lmtp/socket". `take` gets each connection, on
    /// the loop. Throws std::runtime_error that names address and cause.
    Listener(boost::asio::io_context&, const std::string& address, std::function<void(Socket)> take);
    ~Listener();
    /// Accepts nothing more; `take` is not called any more.
    void stop();
    /// The TCP port, useful after port 0; 0 for a Unix socket.
    std::uint16_t port() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
