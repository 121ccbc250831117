// See http_put.h.

#include "gateway/transport/http_put.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>

namespace gateway {
namespace {

namespace beast = boost::beast::http;
using coi::Result;
using coi::net::awaitable;

constexpr auto patience = std::chrono::seconds(20);  // for a connection, or an answer
constexpr std::size_t slowest = 64 * 1024;           // bytes a second of the file
constexpr std::size_t longest_response = 64 * 1024;  // bytes
constexpr std::size_t longest_head = 16 * 1024;      // bytes

std::string head_of(const HttpAddress& to, const HttpFile& file) {
    auto request = http::request(beast::verb::put, to);
    request.set(beast::field::content_type, file.type);
    request.set(beast::field::content_length, std::to_string(file.bytes.size()));
    for (const auto& [name, value] : file.headers) request.set(name, value);
    return http::print(request);
}

/// Reads one final response; those of status 1xx come before it [RFC 9110 §15.2]. However slowly it comes, it is waited
/// for no longer than `patience`.
awaitable<Result<unsigned>> status_of(coi::net::Stream& stream) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + patience;
    std::string received;
    auto parser = std::make_unique<beast::response_parser<beast::string_body>>();
    const auto reset = [&parser] {
        parser = std::make_unique<beast::response_parser<beast::string_body>>();
        parser->body_limit(longest_response);
        parser->header_limit(longest_head);
    };
    reset();
    std::array<char, 4096> chunk{};
    for (std::size_t total = 0;;) {
        const auto left = std::chrono::duration_cast<coi::net::Timeout>(end - Clock::now());
        const auto got = co_await stream.read_some(chunk, std::max(left, coi::net::Timeout(1)));
        if (!got) co_return got.error();
        total += *got;
        if (total > longest_response) co_return coi::over_limit("the file server's answer is too long");
        received.append(chunk.data(), *got);
        for (bool is_more = true; is_more;) {
            boost::beast::error_code error;
            received.erase(0, parser->put(boost::asio::buffer(received), error));
            if (error && error != beast::error::need_more)
                co_return coi::malformed("the file server does not speak HTTP: " + error.message());
            const bool is_head = parser->is_header_done();
            if (is_head && parser->get().result_int() >= 200) co_return parser->get().result_int();
            if (is_head) reset();
            is_more = is_head && !received.empty();
        }
    }
}

}  // namespace

awaitable<Result<void>> http_put(coi::net::Stream& stream, const HttpAddress& to, const HttpFile& file) {
    const auto length = patience + std::chrono::seconds(file.bytes.size() / slowest);
    auto sent = co_await stream.write(head_of(to, file), patience);
    if (sent && !file.bytes.empty()) sent = co_await stream.write(file.bytes, length);
    // A server that does not want the file may say so before it has read all of it.
    const auto status = co_await status_of(stream);
    if (!status) co_return sent ? status.error() : sent.error();
    if (*status >= 200 && *status < 300 && sent) co_return Result<void>();
    co_return http::refused(*status);
}

awaitable<Result<void>> http_put(coi::net::TlsContext& tls, const HttpAddress& to, const HttpFile& file,
                                 const coi::net::HostPolicy& policy) {
    auto stream = co_await coi::net::connect(tls, to.server, policy, patience);
    if (!stream) co_return stream.error();
    co_return co_await http_put(**stream, to, file);
}

}  // namespace gateway
