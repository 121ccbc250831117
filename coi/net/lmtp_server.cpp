// The list of sessions; listener.cpp has the sockets, lmtp_session.cpp the dialogue.
//
// [RFC 2033]. Left out on purpose: TLS and logins (the mail system is on the same machine or a separate network).
// Invariant: a session is in the list exactly while its coroutine runs.

#include "coi/net/lmtp_server.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <set>
#include <utility>

#include "coi/net/listener.h"
#include "coi/net/lmtp_session.h"
#include "coi/net/socket_stream.h"

namespace coi::net {

using boost::system::error_code;

struct LmtpServer::State : std::enable_shared_from_this<State> {
    boost::asio::io_context& context;
    std::shared_ptr<LmtpSession::Shared> shared;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::set<std::shared_ptr<LmtpSession>> sessions;
    bool stopped = false;

    State(boost::asio::io_context& c, std::string host, Limits limits, Calls calls)
        : context(c),
          shared(std::make_shared<LmtpSession::Shared>(
              LmtpSession::Shared{std::move(host), limits, std::move(calls), 0})) {}

    void listen(const std::string& address) {
        listeners.push_back(
            std::make_unique<Listener>(context, address, [this](Listener::Socket socket) { take(std::move(socket)); }));
    }

    static void rethrow(std::exception_ptr bug) {
        if (bug) std::rethrow_exception(bug);
    }

    void take(Listener::Socket socket) {
        if (sessions.size() >= shared->limits.connections && !make_room()) {
            error_code ignored;
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
        for (auto& listener : listeners) listener->stop();
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
std::uint16_t LmtpServer::port() const {
    return state_->listeners.empty() ? std::uint16_t{0} : state_->listeners.back()->port();
}

}  // namespace coi::net
