// See coi_server.h.

#include "gateway/transport/coi_server.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "gateway/transport/mailbox_sessions.h"

namespace gateway {
namespace {

using coi::net::awaitable;
using coi::net::ImapClient;

constexpr auto patience = std::chrono::seconds(30), for_connection = std::chrono::seconds(10);

awaitable<coi::Result<coi::ServerSettings>> ask(ImapClient& imap, const std::optional<std::string>& wanted) {
    if (wanted && imap.can("COI")) {
        auto set = co_await coi::write_server_settings(imap, *wanted);
        if (!set) co_return set.error();
    }
    co_return co_await coi::read_server_settings(imap);
}

}  // namespace

awaitable<coi::Result<coi::ServerSettings>> ask_coi_server(boost::asio::io_context& io, coi::net::TlsContext& tls,
                                                           coi::net::HostPolicy reach, Account account,
                                                           std::optional<std::string> wanted) {
    const auto sessions =
        std::make_shared<MailboxSessions>(io, tls, account.login, account.address, std::move(reach), for_connection);
    boost::asio::steady_timer timer(io, patience);
    timer.async_wait([sessions](const boost::system::error_code& cancelled) {
        if (!cancelled) sessions->close();
    });
    const auto imap = co_await sessions->open();
    auto settings = imap ? co_await ask(**imap, wanted) : coi::Result<coi::ServerSettings>(imap.error());
    timer.cancel();
    if (settings) co_await (*imap)->logout();
    sessions->close();
    co_return settings;
}

}  // namespace gateway
