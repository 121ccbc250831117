// Listening sockets and the list of sessions; lmtp_session.cpp has the dialogue.
//
// [RFC 2033]. Left out on purpose: listening on names (addresses only), TLS and logins (the mail system is on the same
// machine or a separate network). Invariant: a session is in the list exactly while its coroutine runs.

#include "coi/net/lmtp_server.h"

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
#include <cstring>
#include <set>
#include <stdexcept>

#include "coi/net/lmtp_session.h"
#include "coi/net/socket_stream.h"

namespace coi::net {

namespace {

using Protocol = boost::asio::generic::stream_protocol;
using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;
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

}  // namespace

struct LmtpServer::State : std::enable_shared_from_this<State> {
    boost::asio::io_context& context;
    std::shared_ptr<LmtpSession::Shared> shared;
    std::vector<std::unique_ptr<Acceptor>> acceptors;
    std::vector<std::string> socket_files;
    std::set<std::shared_ptr<LmtpSession>> sessions;
    bool stopped = false;
    std::uint16_t port = 0;

    State(boost::asio::io_context& c, std::string host, Limits limits, Calls calls)
        : context(c),
          shared(std::make_shared<LmtpSession::Shared>(
              LmtpSession::Shared{std::move(host), limits, std::move(calls), 0})) {}

    void listen(const std::string& address) {
        auto acceptor = std::make_unique<Acceptor>(context);
        const bool local = address.starts_with("unix:");
        const std::string path = local ? address.substr(5) : "";
        try {
            if (local) {
                if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
                    fail(address, "the path is empty or too long");
                clear_path(address, path);
                const Protocol::endpoint endpoint(boost::asio::local::stream_protocol::endpoint{path});
                acceptor->open(endpoint.protocol());
                acceptor->bind(endpoint);
                socket_files.push_back(path);
                // Nobody can connect before listen(): the folder's group gives access to the mail system.
                if (::chmod(path.c_str(), 0660) != 0) fail(address, std::strerror(errno));
            } else {
                const auto endpoint = tcp_endpoint(address);
                acceptor->open(Protocol::endpoint(endpoint).protocol());
                acceptor->set_option(boost::asio::socket_base::reuse_address(true));
                acceptor->bind(Protocol::endpoint(endpoint));
            }
            acceptor->listen();
            if (!local) port = bound_port(*acceptor);
        } catch (const boost::system::system_error& error) {
            fail(address, error.code().message());
        }
        boost::asio::co_spawn(context, accept(shared_from_this(), acceptor.get()), rethrow);
        acceptors.push_back(std::move(acceptor));
    }

    static std::uint16_t bound_port(Acceptor& acceptor) {
        boost::asio::ip::tcp::endpoint bound;
        const auto local = acceptor.local_endpoint();
        std::memcpy(bound.data(), local.data(), local.size());
        return bound.port();
    }

    static void rethrow(std::exception_ptr bug) {
        if (bug) std::rethrow_exception(bug);
    }

    static awaitable<void> accept(std::shared_ptr<State> self, Acceptor* acceptor) {
        boost::asio::steady_timer rest(self->context);
        while (!self->stopped) {
            error_code error;
            Protocol::socket socket =
                co_await acceptor->async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, error));
            if (self->stopped) break;
            if (error) {  // probably out of descriptors, for a while
                rest.expires_after(std::chrono::milliseconds(100));
                co_await rest.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
                continue;
            }
            self->take(std::move(socket));
        }
    }

    void take(Protocol::socket socket) {
        error_code ignored;
        socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
        if (sessions.size() >= shared->limits.connections && !make_room()) {
            socket.non_blocking(true, ignored);
            const std::string words = "421 4.3.2 " + shared->host_name + " has too many connections\r\n";
            socket.send(boost::asio::buffer(words), 0, ignored);
            return;
        }
        auto session =
            std::make_shared<LmtpSession>(std::make_unique<SocketStream>(std::move(socket), nullptr), shared);
        sessions.insert(session);
        boost::asio::co_spawn(context, serve(shared_from_this(), std::move(session)), rethrow);
    }

    /// The session that has been idle longest ends: outside of a transaction, or stalled inside of one.
    bool make_room() {
        if (sessions.size() >= 2 * shared->limits.connections) return false;  // sessions that end need some time
        const auto now = LmtpSession::Clock::now();
        std::shared_ptr<LmtpSession> longest;
        for (const auto& session : sessions) {
            const auto since = session->idle_since();
            if (!since || (session->in_mail() && now - *since < shared->limits.stalled)) continue;
            if (!longest || *since < *longest->idle_since()) longest = session;
        }
        if (longest) longest->give_way(context.get_executor());
        return longest != nullptr;
    }

    static awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<LmtpSession> session) {
        co_await session->run();
        self->sessions.erase(session);
    }

    void stop() {
        if (std::exchange(stopped, true)) return;
        for (auto& acceptor : acceptors) {
            error_code ignored;
            acceptor->close(ignored);
        }
        for (const auto& path : socket_files) ::unlink(path.c_str());
        for (const auto& session : sessions) session->stop(context.get_executor());
    }
};

LmtpServer::LmtpServer(boost::asio::io_context& context, std::string host_name, Limits limits, Calls calls)
    : state_(std::make_shared<State>(context, std::move(host_name), limits, std::move(calls))) {}

LmtpServer::~LmtpServer() {
    state_->stop();
    for (const auto& session : state_->sessions) session->close();
}

void LmtpServer::listen(const std::string& address) { state_->listen(address); }
void LmtpServer::stop() { state_->stop(); }
std::size_t LmtpServer::sessions() const { return state_->sessions.size(); }
std::uint16_t LmtpServer::port() const { return state_->port; }

}  // namespace coi::net
