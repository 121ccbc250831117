// One SMTP session as a client: to a submission server with a login, or to the MTA beside us without.
//
// [RFC 5321], [RFC 6409], [RFC 3207] STARTTLS, [RFC 4954] AUTH, [RFC 2920] PIPELINING, [RFC 6152] 8BITMIME, [RFC 6531]
// SMTPUTF8, [RFC 1870] SIZE, [RFC 3461] DSN, [RFC 2034] enhanced codes. The session is reused for many mails.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/net/sasl.h"
#include "coi/net/stream.h"

namespace coi::net {

struct Envelope {
    std::string from;             // addr-spec, "" for the null sender
    std::vector<std::string> to;  // addr-specs
    std::string envelope_id;      // ENVID where the server does DSN, "" for none [RFC 3461 §4.4]
    bool utf8 = false;            // needs SMTPUTF8 (addresses or headers beyond ASCII)
};

/// How long each answer may take; the standard's own figures [RFC 5321 §4.5.3.2].
struct SmtpTimeouts {
    Timeout greeting = std::chrono::minutes(5);
    Timeout command = std::chrono::minutes(5);     // EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET
    Timeout data_start = std::chrono::minutes(2);  // from DATA to 354
    Timeout data_block = std::chrono::minutes(3);  // to write 64 KiB of the mail
    Timeout data_end = std::chrono::minutes(10);   // from the final dot to the verdict
    Timeout quit = std::chrono::seconds(5);
    /// All of them cut to `most`, for a person who waits.
    static SmtpTimeouts at_most(Timeout most);
};

class SmtpClient {
  public:
    /// Takes the connected stream. `ehlo_name` is a host name or address literal of ours.
    SmtpClient(std::unique_ptr<Stream> stream, std::string ehlo_name, SmtpTimeouts timeouts = {});
    /// Closes the stream; an operation under way ends with ErrorKind::closed.
    ~SmtpClient();
    SmtpClient(SmtpClient&&) noexcept;
    SmtpClient& operator=(SmtpClient&&) noexcept;

    /// Greeting, EHLO, STARTTLS if `security` says so (and then nothing in clear), AUTH if there is a login.
    awaitable<Result<void>> open(const Endpoint& server, const std::optional<Login>& login);

    /// One mail (CRLF, as other line ends become; dots are stuffed here). Success means the server took responsibility
    /// for *all* recipients (with one recipient per mail, as coigate sends, there is nothing between). An Error carries
    /// code, enhanced code and the server's words; `permanent` for 5xx. A session error (closed, timeout) leaves
    /// usable() false.
    awaitable<Result<void>> send(const Envelope&, std::string_view mail);

    awaitable<void> quit();
    void close() noexcept;
    bool usable() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
