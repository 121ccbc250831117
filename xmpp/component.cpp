// The gateway's stream to the Jabber server; see component.h.
//
// State owns everything; Asio's handlers hold it. Each attempt to connect is a Stream of its own. It is destroyed in
// the next turn of the loop, because it ends from inside its own callbacks.

#include "xmpp/component.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <random>
#include <utility>

#include "xmpp/connection.h"
#include "xmpp/jid.h"
#include "xmpp/stream.h"

namespace xmpp {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

std::string nonce() {
    std::random_device source;
    return std::to_string((std::uint64_t{source()} << 32) | source());
}

/// The domain in the spelling of the configuration: some servers compare it byte by byte.
std::string_view domain_of(std::string_view jid) {
    jid = jid.substr(0, jid.find('/'));
    const auto at = jid.find('@');
    return at == jid.npos ? jid : jid.substr(at + 1);
}

}  // namespace

struct Component::State : std::enable_shared_from_this<State> {
    State(asio::io_context& its_io, Settings its_settings, Calls its_calls)
        : io(its_io),
          settings(std::move(its_settings)),
          calls(std::move(its_calls)),
          retry(io),
          watch(io),
          settling(io),
          own(settings.component),
          fence(own.server(), settings.server_domain, nonce()),
          dice(std::random_device{}()) {}

    void connect();
    void went_online();
    void take(Stanza);
    void take_oversize(Stanza head);
    void settle(std::vector<Fence::Verdict>);
    void ended(const std::string& why);
    void connect_later(const std::string& why);
    void send_xml(const std::string& xml);
    void ask_soon();
    void ask();
    void watch_until(Clock::time_point);
    void look();
    void watch_on();
    void settle_on();
    void say_goodbye();
    void closed_down();
    void abandon();
    std::optional<StanzaError> objection(const Head&, const std::string& xml) const;
    void later(std::function<void(const Outcome&)> done, Outcome outcome);

    asio::io_context& io;
    const Settings settings;
    Calls calls;
    asio::steady_timer retry, watch, settling;
    const JID own;
    Fence fence;
    std::mt19937_64 dice;
    std::unique_ptr<Stream> stream;
    Connection* connection = nullptr;  // owned by the stream
    std::function<void()> on_closed;
    Clock::time_point answered{};  // the last pong
    unsigned failures = 0;
    bool online = false, closing = false, abandoned = false, paused = false, ask_posted = false;
};

void Component::State::connect() {
    const std::weak_ptr<State> weak = weak_from_this();
    const auto with = [weak](auto act) {
        return [weak, act](auto&&... what) {
            const auto self = weak.lock();
            if (self && !self->abandoned) act(*self, std::forward<decltype(what)>(what)...);
        };
    };
    stream = std::make_unique<Stream>(
        Stream::Names{settings.host, settings.component, settings.secret, settings.port}, settings.limits,
        Stream::Calls{.online = with([](State& self) { self.went_online(); }),
                      .stanza = with([](State& self, Stanza stanza) { self.take(std::move(stanza)); }),
                      .oversize = with([](State& self, Stanza head) { self.take_oversize(std::move(head)); }),
                      .ended = with([](State& self, const std::string& why) { self.ended(why); })});
    connection = new Connection(io, stream.get(), settings.host, settings.port);
    stream->setConnectionImpl(connection);  // takes ownership
    connection->pause_reading(paused);
    watch_until(Clock::now() + settings.ping_timeout);
    stream->open();
}

void Component::State::went_online() {
    online = true;
    answered = Clock::now();
    watch_on();
    if (calls.online) calls.online();
}

void Component::State::take(Stanza stanza) {
    const bool proves = fence.ping_under_way();
    if (auto verdicts = fence.take(*stanza, Clock::now())) {
        if (proves && !fence.ping_under_way()) {
            answered = Clock::now();
            failures = 0;  // the server answers: the next failure is a new one
            watch_on();
        }
        settle(std::move(*verdicts));
        if (abandoned) return;
        if (fence.wants_ping()) ask_soon();
        settle_on();
        if (closing) say_goodbye();
        return;
    }
    // [RFC 6120 §8.1.2.1] servers set `from`; a stanza without it cannot be answered.
    if (attribute(*stanza, "from").empty()) return;
    if (calls.stanza) calls.stanza(std::move(stanza));
}

void Component::State::take_oversize(Stanza head) {
    const std::string& type = attribute(*head, "type");
    if (type == "error" || type == "result")
        return take(std::move(head));  // an answer to the gateway: its head is enough
    if (calls.oversize) return calls.oversize(std::move(head));
    if (head->name() == "presence" || attribute(*head, "from").empty()) return;
    if (const auto reply = error_reply(*head, "modify", "policy-violation", "", "")) send_xml(print(*reply));
}

void Component::State::settle(std::vector<Fence::Verdict> verdicts) {
    for (auto& verdict : verdicts) {
        if (abandoned) return;
        if (verdict.done) verdict.done(verdict.outcome);
    }
}

void Component::State::ended(const std::string& why) {
    const bool was_closing = closing;
    online = false;
    connection = nullptr;
    watch.cancel();
    asio::post(io, [old = std::shared_ptr<Stream>(std::move(stream))] {});
    settle(fence.lost(why));
    if (abandoned) return;
    if (was_closing) return closed_down();
    if (!closing) connect_later(why);  // a callback may have closed the component
}

/// [RFC 6120 §3.3] recommends this: the maximum wait grows exponentially, and the wait is random within it.
void Component::State::connect_later(const std::string& why) {
    const auto ceiling = std::min<std::int64_t>(settings.backoff_most.count(), settings.backoff_first.count()
                                                                                   << std::min(failures, 20U));
    ++failures;
    const std::chrono::milliseconds wait(
        std::uniform_int_distribution<std::int64_t>(0, std::max<std::int64_t>(ceiling, 0))(dice));
    retry.expires_after(wait);
    retry.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->abandoned && !self->closing && !self->stream) self->connect();
    });
    if (calls.offline) calls.offline(why);
}

void Component::State::send_xml(const std::string& xml) {
    if (connection) connection->send(xml);
}

/// One ping for all stanzas delivered in this turn of the loop.
void Component::State::ask_soon() {
    if (std::exchange(ask_posted, true)) return;
    asio::post(io, [self = shared_from_this()] {
        self->ask_posted = false;
        if (self->online && self->fence.wants_ping()) self->ask();
    });
}

void Component::State::ask() {
    send_xml(print(*fence.ping(Clock::now())));
    watch_on();
}

void Component::State::watch_until(Clock::time_point time) {
    watch.expires_at(time);
    watch.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->abandoned && self->stream) self->look();
    });
}

/// Sets the timer for the next deadline: the pending ping is never answered, or the next keep-alive is due.
void Component::State::watch_on() {
    const auto deadline = fence.deadline(settings.ping_timeout);
    watch_until(deadline ? *deadline : answered + settings.ping_every);
}

/// Settles the stanzas whose grace period is over.
void Component::State::settle_on() {
    const auto until = fence.settles_at();
    if (!until) return;
    settling.expires_at(*until);
    settling.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->abandoned) return;
        self->settle(self->fence.settled(Clock::now()));
        if (self->abandoned) return;
        self->settle_on();
        if (self->closing) self->say_goodbye();
    });
}

void Component::State::look() {
    const auto now = Clock::now();
    const std::string where = "Jabber server " + settings.host + ":" + std::to_string(settings.port);
    const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(settings.ping_timeout).count()) + " s";
    if (!online) return stream->give_up(where + " did not complete the handshake within " + seconds);
    if (!fence.ping_under_way()) {
        if (!closing) ask();
        return;
    }
    if (paused) fence.restart(now);  // the gateway itself does not read
    fence.heard(connection->last_progress());
    if (*fence.deadline(settings.ping_timeout) > now) return watch_on();
    stream->give_up(where + " did not answer a ping within " + seconds);
}

/// Closes once everything sent is proven: at our </stream:stream> ejabberd ends its side without the pending answers.
void Component::State::say_goodbye() {
    if (stream && fence.unproven() == 0) stream->say_goodbye();
}

void Component::State::closed_down() {
    if (const auto call = std::exchange(on_closed, nullptr)) asio::post(io, call);
}

void Component::State::abandon() {
    abandoned = true;
    retry.cancel();
    watch.cancel();
    settling.cancel();
    if (connection) connection->disconnect();
    connection = nullptr;
    if (stream) asio::post(io, [old = std::shared_ptr<Stream>(std::move(stream))] {});
}

/// Refuses a stanza that would make the server close the stream, at every retry.
std::optional<StanzaError> Component::State::objection(const Head& head, const std::string& xml) const {
    // Prosody compares the sender's domain byte by byte, without case folding.
    if (domain_of(head.from) != own.server())
        return StanzaError{"cancel", "bad-request", "the sender is not of this component"};
    if (read_jid(head.to).server().empty())
        return StanzaError{"cancel", "jid-malformed", "the recipient is no address"};
    if (xml.size() > settings.limits.stanza_bytes)
        return StanzaError{"cancel", "policy-violation", "the stanza is too large"};
    return std::nullopt;
}

void Component::State::later(std::function<void(const Outcome&)> done, Outcome outcome) {
    asio::post(io, [self = shared_from_this(), done = std::move(done), outcome = std::move(outcome)] {
        if (!self->abandoned && done) done(outcome);
    });
}

Component::Component(asio::io_context& io, Settings settings, Calls calls)
    : state_(std::make_shared<State>(io, std::move(settings), std::move(calls))) {}

Component::~Component() { state_->abandon(); }

void Component::start() {
    if (!state_->stream && !state_->closing) state_->connect();
}

bool Component::online() const { return state_->online && !state_->closing; }

void Component::send(const Tag& stanza) {
    if (!online()) return;
    const std::string xml = print(stanza);
    if (!state_->objection(Head(stanza), xml)) state_->send_xml(xml);
}

void Component::deliver(const Tag& stanza, std::function<void(const Outcome&)> done, bool is_final) {
    deliver(Head(stanza), print(stanza), std::move(done), is_final);
}

void Component::deliver(Head head, const std::string& xml, std::function<void(const Outcome&)> done, bool is_final) {
    if (!online()) return state_->later(std::move(done), {Outcome::Kind::unsent, {}});
    if (auto error = state_->objection(head, xml))
        return state_->later(std::move(done), {Outcome::Kind::refused, std::move(*error)});
    if (is_final && state_->fence.wants_name()) state_->send_xml(print(*state_->fence.ask_name()));
    state_->fence.sent(std::move(head), std::move(done), is_final);
    state_->send_xml(xml);
    if (state_->fence.wants_ping()) state_->ask_soon();
}

std::size_t Component::unsent() const { return state_->connection ? state_->connection->unsent() : 0; }

void Component::close(std::chrono::milliseconds patience, std::function<void()> closed) {
    State& state = *state_;
    state.on_closed = std::move(closed);
    const bool again = std::exchange(state.closing, true);
    if (!state.stream) {
        state.retry.cancel();
        return state.closed_down();
    }
    if (again) return;
    if (!state.online) return state.stream->give_up("closed");
    if (state.fence.wants_ping()) state.ask();
    state.say_goodbye();
    state.retry.expires_after(patience);
    state.retry.async_wait([self = state_](error_code error) {
        if (!error && !self->abandoned && self->stream) self->stream->give_up("closed");
    });
}

void Component::pause_reading(bool paused) {
    if (std::exchange(state_->paused, paused) == paused || !state_->connection) return;
    if (!paused) state_->fence.restart(Clock::now());
    state_->connection->pause_reading(paused);
}

}  // namespace xmpp
