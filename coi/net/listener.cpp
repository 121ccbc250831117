// See listener.h.

#include "coi/net/listener.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

namespace coi::net {

namespace {

using Protocol = boost::asio::generic::stream_protocol;
using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;
using boost::asio::awaitable;
using boost::system::error_code;

[[noreturn]] void fail(const std::string& address, const std::string& cause) {
    throw std::runtime_error("cannot listen on " + address + ": " + cause);
}

boost::asio::ip::tcp::endpoint tcp_endpoint(const std::string& address) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) fail(address, "the port is missing; write for example 127.0.0.1:2424");
    std::string host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::uint16_t port = 0;
    const char* end = address.data() + address.size();
    const auto parsed = std::from_chars(address.data() + colon + 1, end, port);
    error_code error;
    const auto ip = boost::asio::ip::make_address(host, error);
    if (error || parsed.ec != std::errc{} || parsed.ptr != end) {
        fail(address,
             "this is no address and port; write for example 127.0.0.1:2424, [::1]:2424 or "
             "unix:/run/coigate-lmtp/socket");
    }
    return {ip, port};
}

/// Removes a socket file of a process that has ended; any other file stays.
void clear_path(const std::string& address, const std::string& path) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode)) fail(address, "there is a file of this name that is no socket");
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket probe(context);
    error_code error;
    probe.connect(boost::asio::local::stream_protocol::endpoint(path), error);
    if (error != boost::asio::error::connection_refused)
        fail(address, error ? error.message() : "another process listens there");
    ::unlink(path.c_str());
}

std::uint16_t bound_port(Acceptor& acceptor) {
    boost::asio::ip::tcp::endpoint bound;
    const auto local = acceptor.local_endpoint();
    std::memcpy(bound.data(), local.data(), local.size());
    return bound.port();
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io, std::function<void(Socket)> taker)
        : context(io), acceptor(io), take(std::move(taker)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { stop(); }

    boost::asio::io_context& context;
    Acceptor acceptor;
    std::function<void(Socket)> take;
    std::string socket_file{};  // "" for TCP
    std::uint16_t port = 0;
    bool stopped = false;

    void listen(const std::string& address) {
        const bool is_local = address.starts_with("unix:");
        try {
            if (is_local)
                bind_path(address, address.substr(5));
            else
                bind_tcp(tcp_endpoint(address));
            acceptor.listen();
            if (!is_local) port = bound_port(acceptor);
        } catch (const boost::system::system_error& error) {
            fail(address, error.code().message());
        }
        boost::asio::co_spawn(context, accept(shared_from_this()), [](std::exception_ptr bug) {
            if (bug) std::rethrow_exception(bug);
        });
    }

    void bind_path(const std::string& address, const std::string& path) {
        if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
            fail(address, "the path is empty or too long");
        clear_path(address, path);
        const Protocol::endpoint endpoint(boost::asio::local::stream_protocol::endpoint{path});
        acceptor.open(endpoint.protocol());
        acceptor.bind(endpoint);
        socket_file = path;
        // Nobody can connect before listen(): the folder's group gives access to those who may.
        if (::chmod(path.c_str(), 0660) != 0) fail(address, std::strerror(errno));
    }

    void bind_tcp(const boost::asio::ip::tcp::endpoint& endpoint) {
        acceptor.open(Protocol::endpoint(endpoint).protocol());
        acceptor.set_option(boost::asio::socket_base::reuse_address(true));
        acceptor.bind(Protocol::endpoint(endpoint));
    }

    static awaitable<void> accept(std::shared_ptr<State> self) {
        boost::asio::steady_timer rest(self->context);
        while (!self->stopped) {
            error_code error;
            Socket socket =
                co_await self->acceptor.async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, error));
            if (self->stopped) break;
            if (error) {  // probably out of descriptors, for a while
                rest.expires_after(std::chrono::milliseconds(100));
                co_await rest.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
                continue;
            }
            error_code ignored;
            socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
            self->take(std::move(socket));
        }
    }

    void stop() {
        if (std::exchange(stopped, true)) return;
        error_code ignored;
        acceptor.close(ignored);
        if (!socket_file.empty()) ::unlink(socket_file.c_str());
    }
};

Listener::Listener(boost::asio::io_context& context, const std::string& address, std::function<void(Socket)> take)
    : state_(std::make_shared<State>(context, std::move(take))) {
    state_->listen(address);
}

Listener::~Listener() { state_->stop(); }
void Listener::stop() { state_->stop(); }
std::uint16_t Listener::port() const { return state_->port; }

}  // namespace coi::net
