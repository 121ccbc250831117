// See mailbox_sessions.h.

#include "gateway/transport/mailbox_sessions.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace gateway {

using coi::net::awaitable;
using coi::net::ImapClient;

MailboxSessions::MailboxSessions(boost::asio::io_context& io, coi::net::TlsContext& tls, const MailboxLogin& login,
                                 const coi::Address& address, coi::net::HostPolicy reach,
                                 std::chrono::milliseconds for_connection)
    : io_(io),
      tls_(tls),
      server_(login.imap),
      login_{login.username.empty() ? address.addr_spec() : login.username, login.password, login.oauth},
      reach_(std::move(reach)),
      for_connection_(for_connection) {}

MailboxSessions::~MailboxSessions() { close(); }

awaitable<coi::Result<std::shared_ptr<ImapClient>>> MailboxSessions::open() {
    auto stream = co_await coi::net::connect(tls_, server_, reach_, for_connection_);
    if (!stream) co_return stream.error();
    auto session = std::make_shared<ImapClient>(std::move(*stream));
    if (closed_) co_return coi::Error{coi::ErrorKind::closed, false, "closed", 0, {}};
    std::erase_if(open_, [](const auto& old) { return old.expired(); });
    open_.push_back(session);
    const auto opened = co_await session->open(server_, login_);
    if (!opened) co_return opened.error();
    co_return session;
}

awaitable<void> MailboxSessions::pause(std::chrono::milliseconds length) {
    if (closed_) co_return;
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, length);
    std::erase_if(pauses_, [](const auto& old) { return old.expired(); });
    pauses_.push_back(timer);
    boost::system::error_code ignored;
    co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

void MailboxSessions::close() {
    closed_ = true;
    for (auto& weak : open_) {
        if (const auto session = weak.lock()) session->close();
    }
    for (auto& weak : pauses_) {
        if (const auto timer = weak.lock()) timer->cancel();
    }
}

}  // namespace gateway
