// Policy, addresses in turn, TLS.
//
// [RFC 6890] (networks that are not public), [RFC 6052], [RFC 3056]. Left out on purpose: parallel attempts (Happy
// Eyeballs), which help mail little. Invariant: no packet is sent to an address that HostPolicy forbids, whatever the
// name resolves to.

#include "coi/net/connect.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "coi/net/resolve.h"
#include "coi/net/socket_stream.h"

namespace coi::net {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

struct Network {
    std::uint32_t prefix;
    int bits;
};

// Special-purpose IPv4 networks that no public mail server has [RFC 6890].
constexpr std::array<Network, 13> private_networks = {{{0x00000000, 8},    // this network, unspecified
                                                       {0x0A000000, 8},    // private
                                                       {0x64400000, 10},   // shared by carriers (CGNAT)
                                                       {0x7F000000, 8},    // loopback
                                                       {0xA9FE0000, 16},   // link-local
                                                       {0xAC100000, 12},   // private
                                                       {0xC0000000, 24},   // protocol assignments
                                                       {0xC0000200, 24},   // documentation
                                                       {0xC0A80000, 16},   // private
                                                       {0xC6120000, 15},   // benchmarks
                                                       {0xC6336400, 24},   // documentation
                                                       {0xCB007100, 24},   // documentation
                                                       {0xE0000000, 3}}};  // multicast, reserved, broadcast

bool is_public(const address_v4& v4) {
    return std::none_of(private_networks.begin(), private_networks.end(),
                        [&](const Network& n) { return (v4.to_uint() ^ n.prefix) >> (32 - n.bits) == 0; });
}

bool is_public(const address_v6& v6) {
    const auto b = v6.to_bytes();
    const auto embedded = [&](std::size_t at) {
        return is_public(address_v4({b[at], b[at + 1], b[at + 2], b[at + 3]}));
    };
    const auto starts = [&](std::initializer_list<unsigned char> bytes) {
        return std::equal(bytes.begin(), bytes.end(), b.begin());
    };
    if (v6.is_v4_mapped()) return embedded(12);
    if (starts({0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return embedded(12);  // NAT64 [RFC 6052]
    if (starts({0x20, 0x02})) return embedded(2);                                       // 6to4 [RFC 3056]
    if (starts({0x20, 0x01, 0x00}) && b[3] < 2) return false;                           // Teredo, protocol assignments
    if (starts({0x20, 0x01, 0x0D, 0xB8})) return false;                                 // documentation
    return (b[0] & 0xE0) ==
           0x20;  // global unicast is 2000::/3; loopback, unique-local, link-local, multicast are outside
}

/// Connects a socket to one address; ErrorKind::unreachable or timeout.
awaitable<Result<SocketStream::Socket>> dial(address to, std::uint16_t port, Clock::time_point deadline) {
    struct Attempt {
        SocketStream::Socket socket;
        bool late = false;
    };
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto attempt = std::make_shared<Attempt>(Attempt{SocketStream::Socket(executor)});
    boost::asio::steady_timer timer(executor, deadline);
    timer.async_wait([attempt](const error_code& cancelled) {
        if (cancelled) return;
        attempt->late = true;
        error_code ignored;
        attempt->socket.close(ignored);
    });
    error_code error;
    co_await attempt->socket.async_connect(boost::asio::ip::tcp::endpoint(to, port),
                                           boost::asio::redirect_error(boost::asio::use_awaitable, error));
    timer.cancel();
    if (attempt->late) co_return Error{ErrorKind::timeout, false, "no answer", 0, {}};
    if (error) co_return Error{ErrorKind::unreachable, false, error.message(), 0, {}};
    attempt->socket.set_option(boost::asio::ip::tcp::no_delay(true), error);
    attempt->socket.set_option(boost::asio::socket_base::keep_alive(true), error);
    co_return std::move(attempt->socket);
}

std::string name_of(const Endpoint& endpoint) { return endpoint.host + " port " + std::to_string(endpoint.port); }

Error at(const Endpoint& endpoint, Error error) {
    error.text = name_of(endpoint) + ": " + error.text;
    return error;
}

awaitable<Result<std::unique_ptr<Stream>>> connect_to(TlsContext& tls, Endpoint endpoint, HostPolicy reach,
                                                      Timeout timeout) {
    const auto deadline = Clock::now() + timeout;
    const auto left = [&] { return std::chrono::duration_cast<Timeout>(deadline - Clock::now()); };
    if (!may_reach_port(endpoint.port, reach)) {
        co_return at(endpoint, {ErrorKind::forbidden, true, "this is no port of a mail server", 0, {}});
    }
    auto host = ascii_host(endpoint.host);
    if (!host) co_return at(endpoint, host.error());
    auto addresses = co_await resolve_host(*host, left());
    if (!addresses) co_return at(endpoint, addresses.error());
    std::erase_if(*addresses, [&](const address& one) { return !may_reach(one, reach); });
    if (addresses->empty()) {
        co_return at(endpoint, {ErrorKind::forbidden, true, "the host is on a private network", 0, {}});
    }
    Error last{ErrorKind::timeout, false, "no answer", 0, {}};
    for (std::size_t i = 0; i < addresses->size() && left().count() > 0; ++i) {
        // The remaining time is divided among the untried addresses, so that one dead address does not use all of it.
        auto socket = co_await dial((*addresses)[i], endpoint.port, Clock::now() + left() / (addresses->size() - i));
        if (!socket) {
            last = socket.error();
            continue;
        }
        auto stream = std::make_unique<SocketStream>(std::move(*socket), &tls);
        if (endpoint.security != Security::tls) co_return std::unique_ptr<Stream>(std::move(stream));
        auto secured = co_await stream->start_tls(*host, left());
        if (secured) co_return std::unique_ptr<Stream>(std::move(stream));
        last = secured.error();
        if (last.kind == ErrorKind::tls) break;  // another address would have the same certificate
    }
    co_return at(endpoint, last);
}

}  // namespace

bool may_reach(const address& to, const HostPolicy& reach) {
    return reach.allow_private || (to.is_v4() ? is_public(to.to_v4()) : is_public(to.to_v6()));
}

bool may_reach_port(std::uint16_t port, const HostPolicy& reach) {
    static constexpr std::array<std::uint16_t, 6> mail = {25, 143, 465, 587, 993, 2525};
    return port != 0 &&
           (!reach.mail_ports_only || reach.allow_private || std::find(mail.begin(), mail.end(), port) != mail.end());
}

awaitable<Result<std::unique_ptr<Stream>>> connect(TlsContext& tls, const Endpoint& endpoint, const HostPolicy& reach,
                                                   Timeout timeout) {
    return connect_to(tls, endpoint, reach, timeout);  // by value: the caller's may be destroyed
}

}  // namespace coi::net
