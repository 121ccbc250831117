// See coi_server.h.

#include "gateway/transport/coi_server.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>

namespace gateway {
namespace {

using coi::net::awaitable;
using coi::net::ImapClient;

constexpr auto patience = std::chrono::seconds(30), for_connection = std::chrono::seconds(10);

awaitable<coi::Result<coi::ServerSettings>> ask(ImapClient& imap, const Account& account,
                                                const std::optional<std::string>& wanted) {
    const MailboxLogin& login = account.login;
    const std::string user = login.username.empty() ? account.address.addr_spec() : login.username;
    auto opened = co_await imap.open(login.imap, coi::net::Login{user, login.password, login.oauth});
    if (!opened) co_return opened.error();
    if (wanted && imap.can("COI")) {
        auto set = co_await coi::write_server_settings(imap, *wanted);
        if (!set) co_return set.error();
    }
    co_return co_await coi::read_server_settings(imap);
}

}  // namespace

awaitable<coi::Result<coi::ServerSettings>> ask_coi_server(coi::net::TlsContext& tls, coi::net::HostPolicy reach,
                                                           Account account, std::optional<std::string> wanted) {
    auto stream = co_await coi::net::connect(tls, account.login.imap, reach, for_connection);
    if (!stream) co_return stream.error();
    const auto imap = std::make_shared<ImapClient>(std::move(*stream));
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, patience);
    timer.async_wait([imap](const boost::system::error_code& cancelled) {
        if (!cancelled) imap->close();
    });
    auto settings = co_await ask(*imap, account, wanted);
    timer.cancel();
    if (settings) co_await imap->logout();
    imap->close();
    co_return settings;
}

}  // namespace gateway
