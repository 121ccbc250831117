// Reading, writing and TLS on a socket, with one deadline per direction.
//
// [RFC 8446] by OpenSSL. Left out on purpose: waiting for the peer's close_notify (mail protocols have their own end).

#include "coi/net/socket_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "coi/net/tls.h"

namespace coi::net {

namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;

Error ended() { return {ErrorKind::closed, false, "the connection was closed", 0, {}}; }
Error late(const char* doing) {
    return {ErrorKind::timeout, false, std::string("no answer in time while ") + doing, 0, {}};
}

Error broken(const error_code& error) {
    if (error == boost::asio::error::eof) return {ErrorKind::closed, false, "the server ended the connection", 0, {}};
    return {ErrorKind::closed, false, "the connection broke: " + error.message(), 0, {}};
}

}  // namespace

struct SocketStream::State : std::enable_shared_from_this<State> {
    Socket socket;
    boost::asio::steady_timer alarm;
    TlsContext* tls;
    SslPtr ssl;
    std::string host;  // of the TLS session
    bool closed = false;
    // One timer serves all operations: it is set once and checks the deadlines when it fires, which is cheaper than
    // setting and cancelling one per operation.
    Clock::time_point read_deadline = Clock::time_point::max(), write_deadline = Clock::time_point::max();
    Clock::time_point rings_at = Clock::time_point::max();

    State(Socket s, TlsContext* context) : socket(std::move(s)), alarm(socket.get_executor()), tls(context) {}

    void set_alarm(Clock::time_point when) {
        if (when >= rings_at) return;
        rings_at = when;
        alarm.expires_at(when);
        alarm.async_wait([self = shared_from_this()](const error_code& error) {
            if (error || self->closed) return;
            self->rings_at = Clock::time_point::max();
            const auto now = Clock::now();
            auto next = Clock::time_point::max();
            bool late = false;
            for (const auto deadline : {self->read_deadline, self->write_deadline}) {
                if (deadline <= now)
                    late = true;
                else
                    next = std::min(next, deadline);
            }
            self->set_alarm(next);
            error_code ignored;
            if (late)
                self->socket.cancel(ignored);  // the late operation checks the clock, the other one continues to wait
        });
    }

    /// The deadline of one operation; the timer checks it while it lives.
    struct Watch {
        Watch(State& s, Clock::time_point State::* d, Timeout timeout) : state(s), deadline(d) {
            const auto now = Clock::now();
            // So that a very long timeout does not overflow.
            state.*deadline =
                timeout > std::chrono::hours(24 * 365) ? now + std::chrono::hours(24 * 365) : now + timeout;
            state.set_alarm(state.*deadline);
        }
        ~Watch() { state.*deadline = Clock::time_point::max(); }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        bool over() const { return Clock::now() >= state.*deadline; }
        State& state;
        Clock::time_point State::* deadline;
    };

    /// Why a wait ended early; nullopt if the wait continues.
    std::optional<Error> interrupted(const error_code& error, const Watch& watch, const char* doing) const {
        if (closed) return ended();
        if (watch.over()) return late(doing);
        if (error && error != boost::asio::error::operation_aborted) return broken(error);
        return std::nullopt;
    }

    awaitable<std::optional<Error>> ready(Socket::wait_type what, const Watch& watch, const char* doing) {
        error_code error;
        co_await socket.async_wait(what, boost::asio::redirect_error(boost::asio::use_awaitable, error));
        co_return interrupted(error, watch, doing);
    }

    /// Waits as OpenSSL requires after `result`; an Error if it cannot continue.
    awaitable<std::optional<Error>> ssl_wants(int result, const Watch& watch, const char* doing) {
        const int saved = errno;
        switch (SSL_get_error(ssl.get(), result)) {
            case SSL_ERROR_WANT_READ:
                co_return co_await ready(Socket::wait_read, watch, doing);
            case SSL_ERROR_WANT_WRITE:
                co_return co_await ready(Socket::wait_write, watch, doing);
            case SSL_ERROR_ZERO_RETURN:
                co_return broken(boost::asio::error::eof);
            case SSL_ERROR_SYSCALL:
                ERR_clear_error();
                co_return broken(saved ? error_code(saved, boost::system::system_category()) : boost::asio::error::eof);
            default: {
                // COMPAT: many servers close the connection without close_notify.
                const unsigned long code = ERR_peek_error();
                if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                    ERR_clear_error();
                    co_return broken(boost::asio::error::eof);
                }
                co_return tls_error(ssl.get(), host);
            }
        }
    }

    awaitable<Result<std::size_t>> read(std::span<char> into, Timeout timeout) {
        const Watch watch(*this, &State::read_deadline, timeout);
        while (!closed) {
            if (ssl) {
                std::size_t count = 0;
                ERR_clear_error();
                errno = 0;
                const int result = SSL_read_ex(ssl.get(), into.data(), into.size(), &count);
                if (result > 0) co_return count;
                if (auto error = co_await ssl_wants(result, watch, "reading")) co_return *error;
                continue;
            }
            error_code error;
            const std::size_t count =
                co_await socket.async_receive(boost::asio::buffer(into.data(), into.size()),
                                              boost::asio::redirect_error(boost::asio::use_awaitable, error));
            if (!error && !closed) co_return count;
            if (auto end = interrupted(error, watch, "reading")) co_return *end;
        }
        co_return ended();
    }

    awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) {
        const Watch watch(*this, &State::write_deadline, timeout);
        while (!closed) {
            if (bytes.empty()) co_return Result<void>{};
            std::size_t count = 0;
            if (ssl) {
                ERR_clear_error();
                errno = 0;
                const int result = SSL_write_ex(ssl.get(), bytes.data(), bytes.size(), &count);
                if (result <= 0) {
                    if (auto error = co_await ssl_wants(result, watch, "writing")) co_return *error;
                    continue;
                }
            } else {
                error_code error;
                count = co_await socket.async_send(boost::asio::buffer(bytes),
                                                   boost::asio::redirect_error(boost::asio::use_awaitable, error));
                if (error || closed) {
                    if (auto end = interrupted(error, watch, "writing")) co_return *end;
                    continue;
                }
            }
            bytes.remove_prefix(count);
        }
        co_return ended();
    }

    awaitable<Result<void>> start_tls(std::string name, Timeout timeout) {
        if (closed) co_return ended();
        if (!tls) co_return Error{ErrorKind::unsupported, true, "no TLS on this side", 0, {}};
        if (ssl) co_return Error{ErrorKind::tls, true, "TLS is on already", 0, {}};
        auto client = tls->openssl().client(socket.native_handle(), name);
        if (!client) co_return client.error();
        ssl = std::move(*client);
        host = name;
        const auto done = co_await handshake(timeout);
        if (!done) tls->openssl().forget(name);
        co_return done;
    }

    awaitable<Result<void>> accept_tls(const TlsServer& server, Timeout timeout) {
        if (closed) co_return ended();
        auto accepted = server.accept(socket.native_handle());
        if (!accepted) co_return accepted.error();
        ssl = std::move(*accepted);
        host = "the client";
        co_return co_await handshake(timeout);
    }

    awaitable<Result<void>> handshake(Timeout timeout) {
        const Watch watch(*this, &State::read_deadline, timeout);
        while (!closed) {
            ERR_clear_error();
            errno = 0;
            const int result = SSL_do_handshake(ssl.get());
            if (result == 1) co_return Result<void>{};
            if (auto error = co_await ssl_wants(result, watch, "starting TLS")) co_return *error;
        }
        co_return ended();
    }

    void close() noexcept {
        if (closed) return;
        closed = true;
        if (ssl && SSL_is_init_finished(ssl.get())) {
            ERR_clear_error();
            SSL_set_quiet_shutdown(ssl.get(), 0);
            SSL_shutdown(ssl.get());  // sends close_notify if the socket accepts it at once
            ERR_clear_error();
        }
        error_code ignored;
        socket.close(ignored);
        alarm.cancel();
    }
};

SocketStream::SocketStream(Socket socket, TlsContext* tls) : state_(std::make_shared<State>(std::move(socket), tls)) {
    error_code ignored;
    state_->socket.non_blocking(true, ignored);
}

SocketStream::~SocketStream() { state_->close(); }

awaitable<Result<std::size_t>> SocketStream::read_some(std::span<char> into, Timeout timeout) {
    return [](std::shared_ptr<State> s, std::span<char> i, Timeout t) -> awaitable<Result<std::size_t>> {
        co_return co_await s->read(i, t);
    }(state_, into, timeout);
}

awaitable<Result<void>> SocketStream::write(std::string_view bytes, Timeout timeout) {
    return [](std::shared_ptr<State> s, std::string_view b, Timeout t) -> awaitable<Result<void>> {
        co_return co_await s->write(b, t);
    }(state_, bytes, timeout);
}

awaitable<Result<void>> SocketStream::start_tls(const std::string& host, Timeout timeout) {
    return [](std::shared_ptr<State> s, std::string h, Timeout t) -> awaitable<Result<void>> {
        co_return co_await s->start_tls(std::move(h), t);
    }(state_, host, timeout);
}

awaitable<Result<void>> SocketStream::accept_tls(const TlsServer& server, Timeout timeout) {
    return [](std::shared_ptr<State> s, const TlsServer& of, Timeout t) -> awaitable<Result<void>> {
        co_return co_await s->accept_tls(of, t);
    }(state_, server, timeout);
}

bool SocketStream::encrypted() const { return state_->ssl && SSL_is_init_finished(state_->ssl.get()); }
bool SocketStream::resumed() const { return encrypted() && SSL_session_reused(state_->ssl.get()); }
void SocketStream::close() noexcept { state_->close(); }

}  // namespace coi::net
