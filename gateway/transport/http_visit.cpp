// See http_visit.h.

#include "gateway/transport/http_visit.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <sstream>

#include "gateway/log.h"

namespace gateway {
namespace {

namespace beast = boost::beast::http;
using coi::Result;
using coi::net::awaitable;
using coi::net::Stream;
using coi::net::Timeout;
using Clock = std::chrono::steady_clock;
using Parser = beast::request_parser<beast::empty_body>;

constexpr std::size_t piece = 64 * 1024;

/// What came of a request.
struct Came {
    std::optional<HttpRequest> request{};
    std::optional<HttpAnswer> refusal{};  // neither: the visitor has gone
    bool ends = true;                     // the connection, after the answer
};

Came refused(unsigned status, const char* words) { return {{}, HttpAnswer::text(status, words), true}; }

Came read(const Parser::value_type& head, bool has_body) {
    if (head.method() != beast::verb::get && head.method() != beast::verb::head) {
        auto came = refused(405, "Only GET and HEAD are understood here.");
        came.refusal->headers.emplace_back("Allow", "GET, HEAD");  // [RFC 9110 §15.5.6]
        return came;
    }
    if (has_body) return refused(413, "A request has no content here.");
    if (head.version() == 11 && head.count(beast::field::host) != 1)  // [RFC 9112 §3.2]
        return refused(400, "The request names no host.");
    if (head.version() != 11 && head.version() != 10) return refused(505, "Only HTTP/1.1 is understood here.");
    Came came;
    came.request = HttpRequest{std::string(head.target()), "", head.method() == beast::verb::head};
    // [RFC 9110 §13.1.5] nothing here has a validator that could match. [RFC 9110 §14.2] a range is of GET only.
    if (head.count(beast::field::if_range) == 0 && head.count(beast::field::range) == 1 && !came.request->is_head)
        came.request->range = std::string(head[beast::field::range]);
    came.ends = !head.keep_alive();
    return came;
}

/// Reads one head. `received`: bytes that are not yet parsed, also of the next request.
awaitable<Came> next_request(Stream& stream, std::string& received, const HttpPatience& patience) {
    const auto end = Clock::now() + patience.for_head;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(patience.head_bytes));
    std::array<char, 4096> chunk{};
    std::size_t taken = 0;  // the parser's limit is for what is put at once
    while (true) {
        boost::beast::error_code error;
        if (!received.empty()) {
            const std::size_t size = parser.put(boost::asio::buffer(received), error);
            received.erase(0, size);
            taken += size;
        }
        if (taken > patience.head_bytes) co_return refused(431, "The request is too long.");
        if (parser.is_header_done()) {
            const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
            co_return read(parser.get(), has_body);
        }
        if (error == beast::error::header_limit) co_return refused(431, "The request is too long.");
        if (error && error != beast::error::need_more) co_return refused(400, "This is not HTTP.");
        if (taken + received.size() > patience.head_bytes) co_return refused(431, "The request is too long.");
        const auto left = std::chrono::duration_cast<Timeout>(end - Clock::now());
        const auto got = co_await stream.read_some(chunk, std::max(left, Timeout(1)));
        if (!got) co_return Came{};
        received.append(chunk.data(), *got);
    }
}

/// [RFC 9110 §5.6.7] in English, whatever the machine speaks.
std::string date() {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(utc.tm_wday)),
                       utc.tm_mday, months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
}

std::string head_of(const HttpAnswer& answer, bool ends) {
    beast::response<beast::empty_body> response;
    response.version(11);
    response.result(answer.status);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.set(beast::field::content_length, std::to_string(answer.content ? answer.length : answer.words.size()));
    response.set(beast::field::date, date());
    response.set(beast::field::connection, ends ? "close" : "keep-alive");
    std::ostringstream out;
    out << response.base();
    return out.str();
}

/// A slow reader would hold one of the few places for hours.
bool is_too_slow(std::uint64_t written, Clock::duration took, const HttpPatience& patience) {
    const auto seconds = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(took).count());
    return took > patience.slow_for && written / std::max<std::uint64_t>(seconds, 1) < patience.least_pace;
}

/// False if the connection is of no use any more: a response that is cut short ends with it [RFC 9112 §8].
awaitable<bool> write(Stream& stream, HttpAnswer& answer, bool is_head, bool ends, const HttpPatience& patience) {
    std::string bytes = head_of(answer, ends);
    if (!is_head && !answer.content) bytes += answer.words;
    if (!co_await stream.write(bytes, patience.for_piece)) co_return false;
    const std::uint64_t all = is_head || !answer.content ? 0 : answer.length;
    const auto begun = Clock::now();
    std::uint64_t left = all;
    while (left > 0) {
        auto next = co_await answer.content->read(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece)));
        if (!next || next->empty() || next->size() > left) co_return false;
        left -= next->size();
        if (!co_await stream.write(*next, patience.for_piece)) co_return false;
        if (left > 0 && is_too_slow(all - left, Clock::now() - begun, patience)) co_return false;
    }
    co_return true;
}

}  // namespace

HttpAnswer HttpAnswer::text(unsigned status, std::string words) {
    HttpAnswer answer;
    answer.status = status;
    answer.headers = {{"Content-Type", "text/plain; charset=utf-8"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cache-Control", "no-store"}};
    answer.words = std::move(words) + "\n";
    return answer;
}

awaitable<void> http_visit(Stream& stream, HttpRoom& room, const HttpPatience& patience) {
    std::string received;
    for (int left = patience.requests; left > 0; --left) {
        Came came = co_await next_request(stream, received, patience);
        if (!came.request && !came.refusal) co_return;
        const bool is_head = came.request && came.request->is_head;
        HttpAnswer answer = came.refusal ? std::move(*came.refusal) : co_await room.answer(std::move(*came.request));
        const bool ends = came.ends || left == 1;
        if (!co_await write(stream, answer, is_head, ends, patience) || ends) co_return;
    }
}

}  // namespace gateway
