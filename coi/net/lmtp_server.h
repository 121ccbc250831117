// An LMTP server for the mail system: answers 250 only for committed mail.
//
// [RFC 2033], [RFC 2920] PIPELINING, [RFC 6152] 8BITMIME, [RFC 6531] SMTPUTF8, [RFC 2034] ENHANCEDSTATUSCODES, [RFC
// 3030] CHUNKING, [RFC 1870] SIZE. Lines end in CRLF and nothing else (no SMTP smuggling).

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coi/net/stream.h"

namespace coi::net {

/// One reply line: "550 5.1.1 text".
struct Reply {
    int code = 250;
    std::string enhanced = "2.0.0";
    std::string text = "OK";
};

struct Delivery {
    std::string from;             // reverse-path addr-spec, "" for null
    std::vector<std::string> to;  // accepted recipients, as received
    std::string mail;             // CRLF, dots unstuffed
};

class LmtpServer {
  public:
    struct Limits {
        std::size_t mail_bytes = 25 * 1024 * 1024;
        std::size_t line_bytes = 2048;  // commands
        std::size_t recipients = 100;
        std::size_t connections = 200;  // then the connection idle for longest is closed for a new one
        std::size_t buffered_bytes =
            256 * 1024 * 1024;  // of all mails being received; above it DATA is answered with 452
        Timeout idle = std::chrono::minutes(5);
        Timeout stalled =
            std::chrono::seconds(30);  // without progress in a transaction: then it may be closed for a new one, too
        std::size_t progress_bytes = 4096;  // that count as progress in that time
    };
    struct Calls {
        /// Called at RCPT TO: a 2xx Reply accepts the recipient for now.
        std::function<Reply(const std::string& recipient)> recipient;
        /// Called after the final dot: one Reply per recipient, in the order of Delivery::to.
        std::function<awaitable<std::vector<Reply>>(Delivery)> deliver;
    };
    LmtpServer(boost::asio::io_context&, std::string host_name, Limits, Calls);
    ~LmtpServer();
    /// "127.0.0.1:2424", "[::1]:2424" or "unix:/run/coigate-lmtp/socket". Throws std::runtime_error that names address
    /// and cause.
    void listen(const std::string& address);
    /// Accepts no new connections; sessions end with 421 after their current delivery [RFC 5321 §3.8].
    void stop();
    std::size_t sessions() const;
    /// The TCP port of the last listen(), useful after port 0.
    std::uint16_t port() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
