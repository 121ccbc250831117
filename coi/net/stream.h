// A byte stream for mail protocols: TCP, TLS, or (in tests) a script that can fail at any step.
//
// Asio coroutines; everything runs on the one loop thread. A Stream is used by one session; close() from anywhere makes
// the pending operation return ErrorKind::closed: sessions are cancelled in this way.

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
    /// Reads at least one byte, or returns an Error (closed at end of file, timeout after `timeout` without a byte).
    virtual awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout timeout) = 0;
    /// Writes all of `bytes`; the timeout is for the whole.
    virtual awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) = 0;
    /// Starts TLS as a client on the open connection; the certificate must be valid for `host` [RFC 6125, RFC 7817].
    virtual awaitable<Result<void>> start_tls(const std::string& host, Timeout timeout) = 0;
    virtual bool encrypted() const = 0;
    /// Ends the connection at once; may be called at any time, also twice.
    virtual void close() noexcept = 0;
};

/// Which hosts may be connected to. Hosts from users are checked after resolution, address by address.
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
    /// Like line(), but returns only the beginning of a longer line, and sets `cut`: the rest is read and dropped, up
    /// to the last bytes (which may announce a literal).
    awaitable<Result<std::string>> line(Timeout timeout, bool& cut);
    /// How many bytes may still be read in all; beyond that every read is ErrorKind::limit.
    void allow(Budget budget) { budget_ = budget; }
    /// Exactly `count` bytes.
    awaitable<Result<std::string>> block(std::size_t count, Timeout timeout);
    /// True if bytes were received but not consumed: after STARTTLS they must be refused [RFC 3207 §4.2].
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
