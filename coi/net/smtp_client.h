// One SMTP session as a client: to a submission server with a login, or to a local MTA without.
//
// [RFC 5321], [RFC 6409], [RFC 3207] STARTTLS, [RFC 4954] AUTH, [RFC 2920] PIPELINING, [RFC 6152] 8BITMIME, [RFC 6531]
// SMTPUTF8, [RFC 1870] SIZE, [RFC 3461] DSN, [RFC 2034] enhanced codes. A session sends many mails.

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
    std::string from;              // addr-spec, "" for the null sender
    std::vector<std::string> to;   // addr-specs
    std::string envelope_id;       // ENVID if the server supports DSN, "" for none [RFC 3461 §4.4]
    bool utf8 = false;             // needs SMTPUTF8 (non-ASCII addresses or headers)
    bool reports_success = false;  // a report is asked for when the mail has arrived, if the server supports DSN
    bool any_recipient = false;    // one that is taken is enough: addresses of one person, or members of a group
};

/// Time limits for each answer, from the standard [RFC 5321 §4.5.3.2].
struct SmtpTimeouts {
    Timeout greeting = std::chrono::minutes(5);
    Timeout command = std::chrono::minutes(5);     // EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET
    Timeout data_start = std::chrono::minutes(2);  // from DATA to 354
    Timeout data_block = std::chrono::minutes(3);  // to write 64 KiB of the mail
    Timeout data_end = std::chrono::minutes(10);   // from the final dot to the verdict
    Timeout quit = std::chrono::seconds(5);
    /// All of them limited to `most`, if a person waits.
    static SmtpTimeouts at_most(Timeout most);
};

class SmtpClient {
  public:
    /// Takes ownership of a connected stream. `ehlo_name` is our host name or address literal.
    SmtpClient(std::unique_ptr<Stream> stream, std::string ehlo_name, SmtpTimeouts timeouts = {});
    /// Closes the stream; a running operation ends with ErrorKind::closed.
    ~SmtpClient();
    SmtpClient(SmtpClient&&) noexcept;
    SmtpClient& operator=(SmtpClient&&) noexcept;

    /// Greeting, EHLO, STARTTLS if `security` requires it (never clear text then), AUTH if there is a login.
    awaitable<Result<void>> open(const Endpoint& server, const std::optional<Login>& login);

    /// Sends one mail (line ends are converted to CRLF, dots are stuffed here). Success means that the server took
    /// responsibility for *all* recipients (coigate writes to one person per mail, so that there is no partial
    /// success), or for one of them with `any_recipient`; if none is taken, a temporary refusal counts before a
    /// permanent one. An Error has code, enhanced code and the server's text; `permanent` for 5xx. After a session
    /// error (closed, timeout) usable() is false.
    awaitable<Result<void>> send(const Envelope&, std::string_view mail);

    /// Who did not get the last mail, of those whom it was sent to with `any_recipient`: addr-specs, with the replies.
    const std::vector<std::pair<std::string, Error>>& left_out() const;

    awaitable<void> quit();
    void close() noexcept;
    bool usable() const;
    /// Whether the session ended between a mail's content and the verdict: the server may have taken it.
    bool has_given_mail() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
