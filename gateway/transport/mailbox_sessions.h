// The IMAP sessions of one account: opened as they are needed, and closed all together, with every pause between them.
//
// Coroutines that use it hold whatever owns it, and look at closed() after each wait.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "coi/net/connect.h"
#include "coi/net/imap_client.h"
#include "gateway/model/account.h"

namespace gateway {

class MailboxSessions {
  public:
    MailboxSessions(boost::asio::io_context&, coi::net::TlsContext&, const MailboxLogin&, const coi::Address&,
                    coi::net::HostPolicy reach, std::chrono::milliseconds for_connection = std::chrono::seconds(30));
    ~MailboxSessions();
    /// A session that is logged in.
    coi::net::awaitable<coi::Result<std::shared_ptr<coi::net::ImapClient>>> open();
    coi::net::awaitable<void> pause(std::chrono::milliseconds);
    void close();
    bool closed() const { return closed_; }

  private:
    boost::asio::io_context& io_;
    coi::net::TlsContext& tls_;
    const coi::net::Endpoint server_;
    const coi::net::Login login_;
    const coi::net::HostPolicy reach_;
    const std::chrono::milliseconds for_connection_;
    std::vector<std::weak_ptr<coi::net::ImapClient>> open_;
    std::vector<std::weak_ptr<boost::asio::steady_timer>> pauses_;
    bool closed_ = false;
};

}  // namespace gateway
