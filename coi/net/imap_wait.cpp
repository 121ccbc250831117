// Waits for new mail: IDLE, or NOOP without it.
//
// [RFC 2177], [RFC 9051 §6.3.13, §6.1.2]. Left out: NOTIFY [RFC 5465]. Time is counted by the requested timeouts and by
// the clock, whichever is longer. Invariant: an EXISTS at any time since the last since() is news, and no server can
// make us write in a loop without waiting.

#include <algorithm>

#include "coi/net/imap_session.h"

namespace coi::net {

namespace {

using Clock = std::chrono::steady_clock;

// RFC 2177 allows 29 minutes; many address translators forget a silent connection much earlier, and only what we write
// shows us a server that is gone.
constexpr Timeout renewal = std::chrono::minutes(9);
constexpr std::size_t most_unasked =
    100'000;  // responses in one IDLE; after more the session is restarted, with backoff
constexpr Timeout shortest_idle = std::chrono::seconds(1);
constexpr Timeout doubt = std::chrono::seconds(5);  // how often an EXISTS that did not grow is checked
constexpr Timeout calm = std::chrono::seconds(2);   // others come with the first \Seen

Timeout since_then(Clock::time_point then) { return std::chrono::duration_cast<Timeout>(Clock::now() - then); }

}  // namespace

/// Reads unsolicited responses until there is news, `longest` is over, or the current command ends.
awaitable<Result<ImapClient::State::Heard>> ImapClient::State::listen(Timeout longest, ImapStatus& ending_status) {
    const auto begun = Clock::now();
    for (std::size_t count = 0; !news; ++count) {
        if (count >= most_unasked) co_return die(over_limit("the server talks without end"));
        Timeout left = longest - since_then(begun);
        if (said_again) left = std::min(left, doubt - since_then(waited_since));
        if (seen_news) left = std::min(left, calm - since_then(waited_since));
        if (left <= Timeout::zero()) co_return Heard::nothing;
        auto response = co_await next(left);
        if (!response && response.error().kind == ErrorKind::timeout) co_return Heard::nothing;
        if (!response) co_return die(response.error());
        if (!response->tagged()) continue;
        auto status = ending(*response);
        if (!status) co_return status.error();
        ending_status = std::move(*status);
        co_return Heard::ending;
    }
    co_return Heard::news;
}

awaitable<Result<bool>> ImapClient::State::idle(Timeout longest) {
    const auto begun = Clock::now();
    reader.allow(Budget(ImapBudgets::answer));
    if (auto written = co_await write(begin() + "IDLE\r\n"); !written) co_return written.error();
    ImapStatus status;
    for (bool idling = false; !idling;) {
        auto response = co_await next(imap_answer_timeout);
        if (!response) co_return die(response.error());
        idling = response->tag == "+";
        if (!response->tagged()) continue;
        auto refused = ending(*response);
        if (!refused) co_return refused.error();
        no_idle = true;
        co_return false;
    }
    auto heard = co_await listen(longest, status);
    if (!heard) co_return heard.error();
    if (*heard == Heard::ending) {  // COMPAT: some servers end IDLE by themselves
        no_idle = status.kind != ImapStatus::Kind::ok || since_then(begun) < shortest_idle;
        co_return false;
    }
    if (auto written = co_await write("DONE\r\n"); !written) co_return written.error();
    for (;;) {
        auto response = co_await next(imap_answer_timeout);
        if (!response) co_return die(response.error());
        if (!response->tagged()) continue;
        auto done = ending(*response);
        if (!done) co_return done.error();
        no_idle = done->kind != ImapStatus::Kind::ok;
        co_return *heard == Heard::nothing;
    }
}

awaitable<Result<bool>> ImapClient::State::wait(Timeout longest, Timeout poll) {
    awaits_news = true;
    auto news_came = co_await wait_on(longest, poll);
    awaits_news = false;
    co_return news_came;
}

awaitable<Result<bool>> ImapClient::State::wait_on(Timeout longest, Timeout poll) {
    waited_since = Clock::now();
    for (Timeout left = longest; !news && left > Timeout::zero();) {
        const bool idling = has("IDLE") && !no_idle;
        const Timeout slice = std::min(left, idling ? renewal : std::max(poll, shortest_idle));
        const auto begun = Clock::now();
        bool over = false;
        if (idling) {
            auto whole = co_await idle(slice);
            if (!whole) co_return whole.error();
            over = *whole;
        } else {
            ImapStatus status;
            auto heard = co_await listen(slice, status);
            if (!heard) co_return heard.error();
            if (*heard == Heard::ending) co_return die(malformed("the server answered a command that was not given"));
            over = *heard == Heard::nothing;
            if (over) {
                if (auto asked = co_await must(command("NOOP")); !asked) co_return asked.error();
            }
        }
        if (said_again || seen_news) break;
        left -= std::max(over ? slice : Timeout::zero(), since_then(begun));
    }
    co_return news || said_again;
}

}  // namespace coi::net
