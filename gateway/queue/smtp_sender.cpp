// Reused SMTP sessions; see smtp_sender.h.

#include "gateway/queue/smtp_sender.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <string_view>

#include "coi/mail/charset.h"

namespace gateway {

using coi::net::awaitable;

/// After so many refused mails a session is closed: servers delay each answer of a session with more. (Postfix: by a
/// second from the tenth on, smtpd_soft_error_limit.)
constexpr int most_refused = 5;

struct SmtpSender::State : std::enable_shared_from_this<State> {
    struct Session {
        std::unique_ptr<coi::net::SmtpClient> client;
        int refused = 0;                              // mails since one was taken
        std::chrono::steady_clock::time_point since;  // is idle
    };
    State(boost::asio::io_context& io_, coi::net::TlsContext& tls_, Settings settings_)
        : io(io_), tls(tls_), settings(std::move(settings_)), timer(io_) {}

    boost::asio::io_context& io;
    coi::net::TlsContext& tls;
    Settings settings;
    boost::asio::steady_timer timer;
    std::list<Session> idle;  // newest last
    std::optional<coi::Error> trouble;
    bool closed = false, sweeping = false;

    awaitable<coi::Result<std::unique_ptr<coi::net::SmtpClient>>> open() {
        auto stream = co_await coi::net::connect(tls, settings.server, settings.reach, settings.connect_timeout);
        if (!stream) co_return stream.error();
        auto session = std::make_unique<coi::net::SmtpClient>(std::move(*stream), settings.ehlo_name);
        const auto opened = co_await session->open(settings.server, settings.login);
        if (!opened) co_return opened.error();
        co_return std::move(session);
    }

    /// A session error on a reused session often only means that the server closed the idle session: try once more with
    /// a new session.
    awaitable<AttemptResult> send(coi::net::Envelope envelope, std::string_view mail) {
        for (bool fresh = false, may_have_left = false;;) {
            Session session;
            if (!idle.empty()) {
                session = std::move(idle.back());
                idle.pop_back();
            } else {
                fresh = true;
                auto opened = co_await open();
                if (!opened) {
                    trouble = opened.error();
                    co_return AttemptResult{AttemptResult::Kind::unreachable, opened.error(), !may_have_left};
                }
                session.client = std::move(*opened);
            }
            const auto sent = co_await session.client->send(envelope, mail);
            session.refused = sent ? 0 : session.refused + int(sent.error().kind == coi::ErrorKind::refused);
            AttemptResult done;
            if (sent) done.left_out = session.client->left_out();
            may_have_left = may_have_left || session.client->has_given_mail();
            if (session.client->usable() && !closed) put_back(std::move(session));
            if (sent) {
                trouble.reset();
                co_return done;
            }
            auto fate = fate_of(sent.error());
            fate.is_kept = !may_have_left;
            if (closed) fate.kind = AttemptResult::Kind::unreachable;
            if (closed || fate.kind != AttemptResult::Kind::broken || fresh) co_return fate;
        }
    }

    void put_back(Session session) {
        if (session.refused >= most_refused) return quit(std::move(session.client));
        session.since = std::chrono::steady_clock::now();
        idle.push_back(std::move(session));
        sweep();
    }

    /// The result of a failure after the session was opened: it counts against this mail.
    static AttemptResult fate_of(coi::Error error) {
        const bool said = error.kind == coi::ErrorKind::refused && error.code != 421;  // [RFC 5321 §3.8]
        if (said)
            return {error.permanent ? AttemptResult::Kind::refused : AttemptResult::Kind::later, std::move(error)};
        const bool ours = error.kind == coi::ErrorKind::limit || error.kind == coi::ErrorKind::unsupported ||
                          error.kind == coi::ErrorKind::malformed;
        if (ours && error.permanent) return {AttemptResult::Kind::refused, std::move(error)};
        error.text = "the mail server ended the session at this message: " + error.text;
        return {AttemptResult::Kind::broken, std::move(error)};
    }

    void sweep() {
        if (sweeping || idle.empty() || closed) return;
        sweeping = true;
        timer.expires_at(idle.front().since + settings.idle);
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& aborted) {
            self->sweeping = false;
            if (aborted || self->closed) return;
            const auto old = std::chrono::steady_clock::now() - self->settings.idle;
            while (!self->idle.empty() && self->idle.front().since <= old) {
                self->quit(std::move(self->idle.front().client));
                self->idle.pop_front();
            }
            self->sweep();
        });
    }

    void quit(std::unique_ptr<coi::net::SmtpClient> session) {
        std::shared_ptr<coi::net::SmtpClient> last(std::move(session));
        boost::asio::co_spawn(
            io, [](std::shared_ptr<coi::net::SmtpClient> s) -> awaitable<void> { co_await s->quit(); }(last),
            boost::asio::detached);
    }
};

SmtpSender::SmtpSender(boost::asio::io_context& io, coi::net::TlsContext& tls, Settings settings)
    : state_(std::make_shared<State>(io, tls, std::move(settings))) {}

SmtpSender::~SmtpSender() {
    state_->closed = true;
    state_->timer.cancel();
    for (auto& idle : state_->idle) idle.client->close();
    state_->idle.clear();
}

void SmtpSender::send(const queue::Entry& entry, Report report, std::function<void(AttemptResult)> finished) {
    coi::net::Envelope envelope;
    envelope.from = entry.from;
    envelope.to = {entry.to};
    envelope.to.insert(envelope.to.end(), entry.also.begin(), entry.also.end());
    envelope.any_recipient = !entry.also.empty();
    envelope.envelope_id = std::move(report.envelope_id);
    envelope.reports_success = report.on_success;
    envelope.utf8 = !(coi::is_ascii(entry.from) && coi::is_ascii(entry.to) && coi::is_ascii(entry.payload));
    boost::asio::co_spawn(
        state_->io,
        [](std::shared_ptr<State> state, coi::net::Envelope e, std::string_view mail,
           std::function<void(AttemptResult)> done) -> awaitable<void> {
            const AttemptResult fate = co_await state->send(std::move(e), mail);
            done(fate);
        }(state_, std::move(envelope), entry.payload, std::move(finished)),
        [](std::exception_ptr bug) {
            if (bug) std::rethrow_exception(bug);
        });
}

const std::optional<coi::Error>& SmtpSender::trouble() const { return state_->trouble; }

}  // namespace gateway
