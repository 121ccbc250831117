// The way out towards mail: SMTP sessions to one server, reused, at most so many at once.
//
// [RFC 5321], [RFC 6409]. One Submission for the relay's MTA and one for each linked mailbox. What the server says or
// does once a mail's transaction has begun is that mail's fate; a server that cannot be reached, greets with an error
// or refuses the login is the lane's.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "coi/net/connect.h"
#include "coi/net/smtp_client.h"
#include "gateway/queue/scheduler.h"

namespace gateway {

class SmtpSender {
  public:
    struct Settings {
        coi::net::Endpoint server;
        std::optional<coi::net::Login> login;
        coi::net::HostPolicy reach;
        std::string ehlo_name;
        std::chrono::milliseconds idle = std::chrono::seconds(20);  // a session without work is closed after
        std::chrono::milliseconds connect_timeout = std::chrono::seconds(30);
    };
    SmtpSender(boost::asio::io_context&, coi::net::TlsContext&, Settings);
    ~SmtpSender();  // closes; sends under way end as unreachable
    /// `envelope_id`: for the ENVID, by which a report of this mail is known [RFC 3461 §4.4].
    void send(const queue::Entry&, std::string envelope_id, std::function<void(AttemptResult)> finished);
    /// Why the server could not be used last time; nullopt when all is well.
    const std::optional<coi::Error>& trouble() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
