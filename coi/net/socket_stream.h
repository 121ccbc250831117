// The real Stream: a TCP or Unix socket on the loop, with TLS once it is started.
//
// OpenSSL works on the socket itself and Asio only waits for readiness (asio::ssl::stream uses three times the memory
// per idle connection). Invariant: every running operation owns its state, and after close() the caller's buffers are
// not used any more, so that a stream may be closed or destroyed at any time.

#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>

#include "coi/net/connect.h"
#include "coi/net/tls_server.h"

namespace coi::net {

class SocketStream : public Stream {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    /// Takes ownership of a connected socket. Without a `tls` context start_tls is unsupported.
    SocketStream(Socket socket, TlsContext* tls);
    ~SocketStream() override;

    awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout timeout) override;
    awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) override;
    awaitable<Result<void>> start_tls(const std::string& host, Timeout timeout) override;
    /// Starts TLS as a server.
    awaitable<Result<void>> accept_tls(const TlsServer&, Timeout timeout);
    bool encrypted() const override;
    void close() noexcept override;
    /// True if TLS is on and resumed a session of an earlier connection.
    bool resumed() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
