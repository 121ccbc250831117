// A byte stream that a mail protocol talks over: TCP, TLS, or (in tests) a script that can break at any step.
//
// Asio coroutines; everything runs on the one loop thread. A Stream is used by one session; close() from anywhere makes
// the pending operation return ErrorKind::closed: that is how sessions are cancelled.

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "coi/budget.h"
#include "coi/net/endpoint.h"
#include "coi/result.h"

namespace coi::net {

using boost::asio::awaitable;
using Timeout = std::chrono::milliseconds;

class Stream {
  public:
    virtual ~Stream() = default;
    /// At least one byte, or an Error (closed at end of file, timeout after `timeout` without a byte).
    virtual awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout timeout) = 0;
    /// All of `bytes`; timeout is for the whole.
    virtual awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) = 0;
    /// Client side TLS on the open connection; the certificate must be valid for `host` [RFC 6125, RFC 7817].
    virtual awaitable<Result<void>> start_tls(const std::string& host, Timeout timeout) = 0;
    virtual bool encrypted() const = 0;
    /// Ends the connection at once; may be called at any time, also twice.
    virtual void close() noexcept = 0;
};

/// Who may be connected to. Hosts that users name are checked after resolution, address by address.
struct HostPolicy {
    bool allow_private = false;   // private, loopback, link-local, multicast and unspecified addresses
    bool mail_ports_only = true;  // 25, 143, 465, 587, 993, 2525 (and any port where allow_private)
};

/// Reads lines and counted blocks from a Stream with a bounded buffer.
class LineReader {
  public:
    LineReader(Stream& stream, std::size_t longest_line) : stream_(stream), longest_(longest_line) {}
    /// One line without its CRLF; a bare LF is accepted from servers. ErrorKind::limit beyond `longest_line`.
    awaitable<Result<std::string>> line(Timeout timeout);
    /// The same, but of a longer line only its beginning, and `cut` is set: what follows is read and dropped, up to the
    /// last bytes (which may announce a literal).
    awaitable<Result<std::string>> line(Timeout timeout, bool& cut);
    /// What may still be read, in all; beyond it every read is ErrorKind::limit.
    void allow(Budget budget) { budget_ = budget; }
    /// Exactly `count` bytes.
    awaitable<Result<std::string>> block(std::size_t count, Timeout timeout);
    /// True if bytes are waiting that were read but not taken: after STARTTLS they must be refused [RFC 3207 §4.2].
    bool has_buffered() const { return at_ < buffer_.size(); }
    void discard() { buffer_.clear(), at_ = 0; }

  private:
    awaitable<Result<void>> fill(Timeout timeout);
    awaitable<Result<std::string>> line(Timeout timeout, bool* cut);
    Stream& stream_;
    Budget budget_;
    std::size_t longest_;
    std::string buffer_;
    std::size_t at_ = 0;
};

}  // namespace coi::net
