// A coi::net::Stream that plays a dialogue: what the client must write, what the peer says, and where it all breaks.
//
//     Play play;
//     play.gives("220 mx\r\n").expects("EHLO me\r\n").gives("250 mx\r\n");
//     auto result = run(session(play.stream()));
//     EXPECT_TRUE(play.finished()) << play.complaint();
//
// fail_at_every_step() plays the same dialogue again, broken at each step in each way, and checks that the client ends
// with an Error: never a success, never a hang. Invariant: operations complete through the loop, as real ones do; no
// real time passes.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/net/stream.h"

namespace support {

using coi::Error;
using coi::ErrorKind;
using coi::Result;
using coi::net::awaitable;
using coi::net::Timeout;

/// Runs `work` on `context` until it ends and returns its value; a test failure and an exception if it does not end.
template <class T>
T run(boost::asio::io_context& context, awaitable<T> work, std::chrono::seconds limit = std::chrono::seconds(20)) {
    std::optional<T> value;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr e, T v) {
        thrown = e;
        if (!e) value.emplace(std::move(v));
    });
    context.restart();
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!value && !thrown && std::chrono::steady_clock::now() < end && context.run_one_until(end) > 0) {
    }
    if (thrown) std::rethrow_exception(thrown);
    if (!value) throw std::runtime_error("the coroutine hangs");
    return std::move(*value);
}

inline void run(boost::asio::io_context& context, awaitable<void> work,
                std::chrono::seconds limit = std::chrono::seconds(20)) {
    run(
        context,
        [](awaitable<void> inner) -> awaitable<bool> {
            co_await std::move(inner);
            co_return true;
        }(std::move(work)),
        limit);
}

template <class T>
T run(awaitable<T> work) {
    boost::asio::io_context context;
    return run(context, std::move(work));
}

inline void run(awaitable<void> work) {
    boost::asio::io_context context;
    run(context, std::move(work));
}

/// How a connection breaks.
enum class Break {
    closed,   // the connection ends
    timeout,  // the peer falls silent
    half,     // the peer says half of its words, then the connection ends
};

/// A dialogue as a list of steps; stream() gives the peer that plays it.
class Play {
    struct Step {
        enum class Kind { expect, answer, give, tls, pause } kind;
        std::string bytes;
        std::function<std::string(const std::string&)> answer;
    };
    struct State {
        std::vector<Step> steps;
        std::size_t at = 0, within = 0;  // the step under way and how much of it is done
        std::size_t break_at = SIZE_MAX;
        Break how = Break::closed;
        std::size_t chunk = SIZE_MAX;
        bool encrypted = false, closed = false, half_given = false;
        bool duplex = false;
        std::string complaint, line, early;
        boost::asio::steady_timer* waiting = nullptr;

        void next() {
            ++at, within = 0;
            if (!early.empty() && at < steps.size() && steps[at].kind == Step::Kind::expect)
                match(std::exchange(early, {}));
        }
        /// Bytes of the client against the step that expects them; false if they are others. What is left over stays
        /// early.
        bool match(std::string_view bytes) {
            const Step& step = steps[at];
            const std::size_t size = std::min(bytes.size(), step.bytes.size() - within);
            if (bytes.substr(0, size) != std::string_view(step.bytes).substr(within, size)) {
                complain("expected: " + step.bytes + "\nbut written: " + std::string(bytes));
                return false;
            }
            within += size;
            early = bytes.substr(size);
            if (within == step.bytes.size()) next();
            return true;
        }
        bool breaks() const { return at == break_at; }
        Error broken() const {
            if (how == Break::timeout) return {ErrorKind::timeout, false, "scripted timeout", 0, {}};
            return {ErrorKind::closed, false, "scripted end of the connection", 0, {}};
        }
        Error complain(std::string what) {
            if (complaint.empty()) complaint = "step " + std::to_string(at) + ": " + std::move(what);
            return {ErrorKind::closed, false, "the dialogue left the script", 0, {}};
        }
    };
    class Peer;

  public:
    Play() : state_(std::make_shared<State>()) {}

    /// The client must write exactly this (in any pieces).
    Play& expects(std::string bytes) { return add(Step::Kind::expect, std::move(bytes)); }
    /// The client must write a line; `answer` (given the line without CRLF) makes what the peer says, "" for nothing.
    Play& answers(std::function<std::string(const std::string& line)> answer) {
        add(Step::Kind::answer, {});
        state_->steps.back().answer = std::move(answer);
        return *this;
    }
    /// The peer says this.
    Play& gives(std::string bytes) { return add(Step::Kind::give, std::move(bytes)); }
    /// The client must start TLS for this host; the handshake succeeds.
    Play& starts_tls(std::string host) { return add(Step::Kind::tls, std::move(host)); }
    /// The peer says nothing: a read waits (no real time passes for its timeout) until the client closes the stream.
    Play& pauses() { return add(Step::Kind::pause, {}); }
    /// Reads give at most `bytes` at once.
    Play& in_pieces_of(std::size_t bytes) {
        state_->chunk = bytes;
        return *this;
    }
    /// The client may answer while the peer is still speaking (a server under test that is given pipelined commands).
    Play& full_duplex() {
        state_->duplex = true;
        return *this;
    }
    /// From step `step` on everything fails in this way.
    Play& breaks_at(std::size_t step, Break how) {
        state_->break_at = step;
        state_->how = how;
        return *this;
    }
    Play& encrypted() {
        state_->encrypted = true;
        return *this;
    }

    /// The peer, connected; the play can be asked afterwards. At most one for each Play.
    std::unique_ptr<coi::net::Stream> stream();
    std::size_t steps() const { return state_->steps.size(); }
    /// True if every step was played and nothing else happened.
    bool finished() const {
        return state_->complaint.empty() && state_->early.empty() && state_->at == state_->steps.size();
    }
    bool closed() const { return state_->closed; }
    /// What did not follow the script, or where it stopped; "" if nothing.
    std::string complaint() const {
        if (!state_->complaint.empty()) return state_->complaint;
        if (finished()) return {};
        if (state_->at == state_->steps.size()) return "written after the end: " + state_->early;
        return "stopped before step " + std::to_string(state_->at) + ": " + state_->steps[state_->at].bytes;
    }

  private:
    Play& add(typename Step::Kind kind, std::string bytes) {
        state_->steps.push_back({kind, std::move(bytes), {}});
        return *this;
    }
    std::shared_ptr<State> state_;
};

class Play::Peer : public coi::net::Stream {
  public:
    explicit Peer(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Peer() override { Peer::close(); }

    awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout) override { return read(state_, into); }
    awaitable<Result<void>> write(std::string_view bytes, Timeout) override { return take(state_, bytes); }
    awaitable<Result<void>> start_tls(const std::string& host, Timeout) override { return secure(state_, host); }
    bool encrypted() const override { return state_->encrypted; }
    void close() noexcept override {
        state_->closed = true;
        if (state_->waiting) state_->waiting->cancel();
    }

  private:
    static Error end() { return {ErrorKind::closed, false, "closed", 0, {}}; }

    static awaitable<Result<std::size_t>> read(std::shared_ptr<State> s, std::span<char> into) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (s->closed) co_return end();
        if (s->at >= s->steps.size()) co_return s->complain("the client reads after the end of the script");
        const Step& step = s->steps[s->at];
        if (s->breaks() && (s->how != Break::half || step.kind != Step::Kind::give || s->half_given))
            co_return s->broken();
        if (step.kind == Step::Kind::pause) {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                            std::chrono::steady_clock::time_point::max());
            s->waiting = &timer;
            boost::system::error_code aborted;
            co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, aborted));
            s->waiting = nullptr;
            s->next();
            co_return end();
        }
        if (step.kind != Step::Kind::give) co_return s->complain("the client reads, the peer waits for: " + step.bytes);
        std::size_t size = std::min({into.size(), s->chunk, step.bytes.size() - s->within});
        if (s->breaks()) {
            s->half_given = true;
            size = std::min(size, step.bytes.size() / 2);
            if (size == 0) co_return s->broken();
        }
        std::memcpy(into.data(), step.bytes.data() + s->within, size);
        s->within += size;
        if (s->within == step.bytes.size() && !s->breaks()) s->next();
        co_return size;
    }

    static awaitable<Result<void>> take(std::shared_ptr<State> s, std::string_view bytes) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        while (!bytes.empty()) {
            if (s->closed) co_return end();
            if (s->at >= s->steps.size())
                co_return s->complain("the client writes after the end: " + std::string(bytes));
            if (s->breaks()) co_return s->broken();
            Step& step = s->steps[s->at];
            if (step.kind == Step::Kind::answer) {
                const std::size_t end_of_line = bytes.find('\n');
                s->line += bytes.substr(0, end_of_line == std::string_view::npos ? end_of_line : end_of_line + 1);
                bytes.remove_prefix(end_of_line == std::string_view::npos ? bytes.size() : end_of_line + 1);
                if (end_of_line == std::string_view::npos) break;
                std::string line = std::exchange(s->line, {});
                line.erase(line.find_last_not_of("\r\n") + 1);
                std::string said = step.answer(line);
                s->next();
                // The answer becomes a step of its own in place, without moving break_at for what follows.
                if (!said.empty()) s->steps[--s->at] = {Step::Kind::give, std::move(said), {}};
                continue;
            }
            if (step.kind == Step::Kind::give && s->duplex) {
                s->early += bytes;
                break;
            }
            if (step.kind != Step::Kind::expect) {
                co_return s->complain("the client writes out of turn: " + std::string(bytes));
            }
            const std::size_t size = std::min(bytes.size(), step.bytes.size() - s->within);
            if (!s->match(bytes.substr(0, size))) {
                co_return Error{ErrorKind::closed, false, "the dialogue left the script", 0, {}};
            }
            bytes.remove_prefix(size);
        }
        co_return Result<void>{};
    }

    static awaitable<Result<void>> secure(std::shared_ptr<State> s, std::string host) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (s->closed) co_return end();
        if (s->breaks()) co_return s->broken();
        if (s->at >= s->steps.size() || s->steps[s->at].kind != Step::Kind::tls)
            co_return s->complain("unexpected start_tls");
        if (s->steps[s->at].bytes != host) co_return s->complain("TLS for another host: " + host);
        s->next();
        s->encrypted = true;
        co_return Result<void>{};
    }

    std::shared_ptr<State> state_;
};

inline std::unique_ptr<coi::net::Stream> Play::stream() { return std::make_unique<Peer>(state_); }

/// Plays what `script` writes once whole (must succeed), once byte by byte (must succeed), and broken at every step in
/// every way (must end with an Error). `session` is the client under test: it gives true for success. Steps from
/// `harmless_from` on (the farewell) may break without making the session fail.
inline void fail_at_every_step(const std::function<void(Play&)>& script,
                               const std::function<awaitable<bool>(std::unique_ptr<coi::net::Stream>)>& session,
                               std::size_t harmless_from = SIZE_MAX) {
    std::size_t steps = 0;
    for (std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
        Play play;
        script(play);
        steps = play.steps();
        play.in_pieces_of(chunk);
        EXPECT_TRUE(run(session(play.stream()))) << "the whole dialogue fails: " << play.complaint();
        EXPECT_TRUE(play.finished()) << play.complaint();
    }
    for (std::size_t step = 0; step < std::min(steps, harmless_from); ++step) {
        for (Break how : {Break::closed, Break::timeout, Break::half}) {
            Play play;
            script(play);
            play.breaks_at(step, how);
            EXPECT_FALSE(run(session(play.stream()))) << "success though step " << step << " broke";
        }
    }
}

}  // namespace support
