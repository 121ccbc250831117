// Sends mail by SMTP: sessions to one server, which are reused; their number is limited.
//
// [RFC 5321], [RFC 6409]. There is one SmtpSender for the relay's MTA and one for each linked mailbox. A reply or an
// end of the session after a mail's transaction has begun is the result of that mail. A failed connection, a greeting
// with an error or a refused login is a failure of the destination.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "coi/net/connect.h"
#include "coi/net/smtp_client.h"
#include "gateway/queue/entry_sender.h"

namespace gateway {

class SmtpSender {
  public:
    struct Settings {
        coi::net::Endpoint server;
        std::optional<coi::net::Login> login;
        coi::net::HostPolicy reach;
        std::string ehlo_name;
        std::chrono::milliseconds idle = std::chrono::seconds(20);  // an unused session is closed after this time
        std::chrono::milliseconds connect_timeout = std::chrono::seconds(30);
    };
    SmtpSender(boost::asio::io_context&, coi::net::TlsContext&, Settings);
    ~SmtpSender();  // closes the sessions; pending sends end as unreachable
    /// What is asked of reports about a mail [RFC 3461 §4].
    struct Report {
        std::string envelope_id;  // the ENVID, which identifies this mail in a report
        bool on_success = false;
    };
    /// The entry must live until `finished` is called: its mail is sent from where it is.
    void send(const queue::Entry&, Report, std::function<void(AttemptResult)> finished);
    /// The last failure to use the server; nullopt if the last attempt worked.
    const std::optional<coi::Error>& trouble() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
