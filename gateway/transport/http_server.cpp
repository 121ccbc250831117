// See http_server.h.

#include "gateway/transport/http_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>

#include "coi/net/listener.h"
#include "coi/net/socket_stream.h"
#include "coi/net/tls_server.h"
#include "gateway/log.h"
#include "gateway/model/rate_limit.h"
#include "gateway/transport/http_places.h"

namespace gateway {
namespace {

using boost::asio::awaitable;
using coi::net::Listener;
using coi::net::SocketStream;

/// Whose connection it is, for their number: an IPv4 address, or the network of an IPv6 address; "" for this machine.
std::string visitor_of(const Listener::Socket& socket) {
    boost::system::error_code error;
    const auto from = socket.remote_endpoint(error);
    const int family = error ? AF_UNSPEC : from.protocol().family();
    if (family != AF_INET && family != AF_INET6) return "";
    boost::asio::ip::tcp::endpoint endpoint;
    if (from.size() > endpoint.capacity()) return "";
    std::memcpy(endpoint.data(), from.data(), from.size());
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    if (address.is_loopback()) return "";
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);  // a /64 is one household
    return boost::asio::ip::make_address_v6(bytes).to_string();
}

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& loop, HttpRoom& what, Settings chosen)
        : io(loop), room(what), settings(std::move(chosen)) {
        if (!settings.certificate.empty())
            tls = std::make_shared<const coi::net::TlsServer>(settings.certificate, settings.key);
    }

    boost::asio::io_context& io;
    HttpRoom& room;
    Settings settings;
    HttpPlaces places{settings.connections, settings.of_address};
    std::shared_ptr<const coi::net::TlsServer> tls{};
    std::unique_ptr<Listener> listener{};
    std::map<HttpPlaces::Number, std::shared_ptr<SocketStream>> visitors{};
    // Each takes milliseconds of the loop.
    RateLimit handshakes{200, std::chrono::seconds(10)}, handshakes_of_address{50, std::chrono::seconds(10)};
    bool is_stopped = false;

    void take(Listener::Socket socket) {
        const std::string who = visitor_of(socket);
        if (tls && !may_shake_hands(who)) return;  // closes it
        const auto given = places.take(who);
        if (!given) return;
        if (const auto other = given->taken_from ? visitors.find(*given->taken_from) : visitors.end();
            other != visitors.end())
            other->second->close();
        auto stream = std::make_shared<SocketStream>(std::move(socket), nullptr);
        visitors.emplace(given->place, stream);
        boost::asio::co_spawn(io, serve(shared_from_this(), std::move(stream), given->place),
                              [](std::exception_ptr bug) {
                                  if (bug) std::rethrow_exception(bug);
                              });
    }

    bool may_shake_hands(const std::string& who) {
        const auto now = RateLimit::Clock::now();
        if (!who.empty() && !handshakes_of_address.is_left(who, now)) return false;
        if (!handshakes.take("", now)) return false;
        if (!who.empty()) handshakes_of_address.take(who, now);
        return true;
    }

    static awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<SocketStream> stream,
                                 HttpPlaces::Number place) {
        const auto secure = self->tls;
        const auto begun =
            secure ? co_await stream->accept_tls(*secure, self->settings.patience.for_head) : coi::Result<void>();
        if (begun && !self->is_stopped) co_await http_visit(*stream, self->room, self->settings.patience);
        stream->close();
        self->visitors.erase(place);
        self->places.leave(place);
    }

    void stop() {
        is_stopped = true;
        if (listener) listener->stop();
        for (const auto& [place, stream] : visitors) stream->close();
    }
};

HttpServer::HttpServer(boost::asio::io_context& io, HttpRoom& room, Settings settings)
    : state_(std::make_shared<State>(io, room, std::move(settings))) {}

HttpServer::~HttpServer() { state_->stop(); }

void HttpServer::start() {
    state_->listener =
        std::make_unique<Listener>(state_->io, state_->settings.listen,
                                   [state = state_.get()](Listener::Socket socket) { state->take(std::move(socket)); });
}

void HttpServer::stop() { state_->stop(); }

void HttpServer::reload() {
    if (!state_->tls) return;
    try {
        state_->tls = std::make_shared<const coi::net::TlsServer>(state_->settings.certificate, state_->settings.key);
    } catch (const std::runtime_error& error) {
        log::error("the certificate of the file store stays as it was: {}", error.what());
    }
}

std::uint16_t HttpServer::port() const { return state_->listener ? state_->listener->port() : std::uint16_t{0}; }
std::size_t HttpServer::visitors() const { return state_->visitors.size(); }

}  // namespace gateway
