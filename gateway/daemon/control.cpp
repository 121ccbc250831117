// One line of JSON per request, on Asio callbacks; see gateway/daemon/control.h.
//
// Invariant: a Session lives as long as one of its operations or its running verb; an answer to a closed session is
// dropped.

#include "gateway/daemon/control.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "coi/mail/charset.h"
#include "gateway/log.h"

namespace gateway {

namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;
using Code = boost::system::error_code;

namespace {

constexpr auto accept_pause = std::chrono::seconds(1);
constexpr std::size_t answer_longest = 64 * 1024 * 1024;

json::object failure(std::string words) { return {{"error", std::move(words)}}; }

/// JSON is UTF-8; stored or typed text may not be.
void make_utf8(json::value& value) {
    if (auto* text = value.if_string()) {
        if (!coi::is_utf8(*text)) *text = coi::to_utf8(*text, "utf-8");
    } else if (auto* list = value.if_array()) {
        for (auto& each : *list) make_utf8(each);
    } else if (auto* members = value.if_object()) {
        for (auto& member : *members) make_utf8(member.value());
    }
}

std::string line_of(json::object out) {
    json::value value(std::move(out));
    make_utf8(value);
    return json::serialize(value) + "\n";
}

// A socket without a listener is left over from a process that died.
void remove_left_over(asio::io_context& io, const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode))
        throw std::runtime_error(path + " is in the way of the control socket and is no socket; remove it");
    Local::socket probe(io);
    Code failed;
    probe.connect(Local::endpoint(path), failed);
    if (!failed) throw std::runtime_error("another coigate already runs and listens on " + path);
    if (failed == asio::error::connection_refused) ::unlink(path.c_str());
}

}  // namespace

struct Control::State {
    State(asio::io_context& context, std::map<std::string, Verb> handlers, Limits most)
        : io(context), verbs(std::move(handlers)), limits(most), acceptor(context), pause(context) {}
    asio::io_context& io;
    std::map<std::string, Verb> verbs;
    Limits limits;
    Local::acceptor acceptor;
    asio::steady_timer pause;
    std::string path;
    std::set<std::shared_ptr<Session>> sessions;
    static void accept(const std::shared_ptr<State>&);
};

// One connection: request, verb, answer, repeatedly.
class Control::Session : public std::enable_shared_from_this<Session> {
  public:
    Session(const std::shared_ptr<State>& state, Local::socket socket)
        : state_(state), socket_(std::move(socket)), idle_(state->io) {}

    void read();
    void close() {
        Code ignored;
        socket_.close(ignored);
        idle_.cancel();
    }

  private:
    void take(const std::string& line);
    void answer(json::object out);
    void end();

    std::weak_ptr<State> state_;
    Local::socket socket_;
    asio::steady_timer idle_;
    std::string buffer_, out_;
    bool last_ = false;  // the connection ends after the current answer
};

void Control::Session::end() {
    close();
    if (const auto state = state_.lock()) state->sessions.erase(shared_from_this());
}

void Control::Session::read() {
    const auto state = state_.lock();
    if (!state || !socket_.is_open()) return;
    idle_.expires_after(state->limits.idle);
    idle_.async_wait([self = shared_from_this()](Code cancelled) {
        if (!cancelled) self->end();
    });
    asio::async_read_until(socket_, asio::dynamic_buffer(buffer_, state->limits.request_bytes), '\n',
                           [self = shared_from_this()](Code failed, std::size_t length) {
                               self->idle_.cancel();
                               if (failed == asio::error::not_found) {  // the buffer is full without a line end
                                   self->last_ = true;
                                   return self->answer(failure("the request is too long"));
                               }
                               if (failed) return self->end();
                               const std::string line = self->buffer_.substr(0, length);
                               self->buffer_.erase(0, length);
                               self->take(line);
                           });
}

void Control::Session::take(const std::string& line) {
    const auto state = state_.lock();
    if (!state) return;
    Code malformed;
    json::value request = json::parse(line, malformed);
    const json::object* in = request.if_object();
    const json::value* verb = malformed || in == nullptr ? nullptr : in->if_contains("verb");
    if (verb == nullptr || !verb->is_string()) return answer(failure("the request is not an object with a verb"));
    const auto found = state->verbs.find(std::string(verb->get_string()));
    if (found == state->verbs.end()) {
        return answer(
            failure("this gateway does not know " + std::string(verb->get_string()) + "; is it of another version?"));
    }
    json::object arguments = std::move(request.get_object());
    arguments.erase("verb");
    const auto answered = std::make_shared<bool>(false);
    found->second(std::move(arguments), [self = shared_from_this(), answered](json::object out) {
        if (!std::exchange(*answered, true)) self->answer(std::move(out));
    });
}

void Control::Session::answer(json::object out) {
    if (!socket_.is_open()) return;
    out_ = line_of(std::move(out));
    asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](Code failed, std::size_t) {
        if (failed || self->last_) return self->end();
        self->read();
    });
}

void Control::State::accept(const std::shared_ptr<State>& state) {
    state->acceptor.async_accept([state](Code failed, Local::socket socket) {
        if (failed == asio::error::operation_aborted || !state->acceptor.is_open()) return;
        if (failed) {  // probably out of descriptors: new connections wait until there is one
            log::warn("control socket: {}", failed.message());
            state->pause.expires_after(accept_pause);
            return state->pause.async_wait([state](Code cancelled) {
                if (!cancelled) accept(state);
            });
        }
        if (state->sessions.size() < state->limits.connections) {
            const auto session = std::make_shared<Session>(state, std::move(socket));
            state->sessions.insert(session);
            session->read();
        }
        accept(state);
    });
}

Control::Control(asio::io_context& io, std::map<std::string, Verb> verbs, Limits limits)
    : state_(std::make_shared<State>(io, std::move(verbs), limits)) {}

Control::~Control() { stop(); }

void Control::listen(const std::string& path) {
    remove_left_over(state_->io, path);
    try {
        state_->acceptor.open();
        state_->acceptor.bind(Local::endpoint(path));
        // Because of umask 077 nobody could connect before the mode is set here.
        if (::chmod(path.c_str(), 0660) != 0) throw std::runtime_error(std::strerror(errno));
        state_->acceptor.listen();
    } catch (const std::exception& cause) {
        state_->acceptor.close();
        throw std::runtime_error("cannot listen on the control socket " + path + ": " + cause.what() +
                                 "; does its folder exist, and may coigate write there?");
    }
    state_->path = path;
    State::accept(state_);
}

void Control::stop() {
    Code ignored;
    state_->acceptor.close(ignored);
    state_->pause.cancel();
    for (const auto& session : std::exchange(state_->sessions, {})) session->close();
    if (!state_->path.empty()) ::unlink(std::exchange(state_->path, {}).c_str());
}

json::object ask(const std::string& path, const std::string& verb, json::object in, std::chrono::seconds patience) {
    Local::iostream stream;
    stream.expires_after(patience);
    stream.connect(Local::endpoint(path));
    if (stream.error() == asio::error::access_denied) {
        throw NotRunning("You may not talk to coigate on " + path +
                         ". Run this as root, or as a member of the group coigate.");
    }
    if (!stream) {
        throw NotRunning(
            "coigate is not running: nobody answers on " + path + " (" + stream.error().message() +
            "). Start it with: systemctl start coigate, or name the configuration that the running one uses "
            "with --config.");
    }
    in["verb"] = verb;
    stream << line_of(std::move(in)) << std::flush;
    std::string line;
    while (line.size() < answer_longest) {
        const int next = stream.get();
        if (next == std::char_traits<char>::eof() || next == '\n') break;
        line += static_cast<char>(next);
    }
    Code malformed;
    json::value out = json::parse(line, malformed);
    if (malformed || !out.is_object()) {
        throw NotRunning("coigate did not answer" +
                         std::string(stream.error() ? " (" + stream.error().message() + ")" : "") +
                         ". Look into its log: journalctl -u coigate");
    }
    return std::move(out.get_object());
}

}  // namespace gateway
