// See http_put.h.

#include "gateway/transport/http_put.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <chrono>
#include <memory>
#include <sstream>

namespace gateway {
namespace {

namespace http = boost::beast::http;
using coi::Error;
using coi::ErrorKind;
using coi::Result;
using coi::net::awaitable;

constexpr auto patience = std::chrono::seconds(20);  // for a connection, or an answer
constexpr std::size_t slowest = 64 * 1024;           // bytes a second of the file
constexpr std::size_t longest_response = 64 * 1024;  // bytes
constexpr std::size_t longest_head = 16 * 1024;      // bytes
constexpr std::array<std::string_view, 3> here{"localhost", "127.0.0.1", "::1"};

std::string head_of(const HttpAddress& to, const HttpFile& file) {
    http::request<http::empty_body> request(http::verb::put, to.target, 11);
    request.set(http::field::host, to.host);
    request.set(http::field::user_agent, "coigate");
    request.set(http::field::connection, "close");
    request.set(http::field::content_type, file.type);
    request.set(http::field::content_length, std::to_string(file.bytes.size()));
    for (const auto& [name, value] : file.headers) request.set(name, value);
    std::ostringstream out;
    out << request.base();
    return out.str();
}

/// [RFC 9110 §15] what another attempt may change.
bool is_permanent(unsigned status) { return status < 500 && status != 408 && status != 425 && status != 429; }

/// Reads one final response; those of status 1xx come before it [RFC 9110 §15.2]. However slowly it comes, it is waited
/// for no longer than `patience`.
awaitable<Result<unsigned>> status_of(coi::net::Stream& stream) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + patience;
    std::string received;
    auto parser = std::make_unique<http::response_parser<http::string_body>>();
    const auto reset = [&parser] {
        parser = std::make_unique<http::response_parser<http::string_body>>();
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
            if (error && error != http::error::need_more)
                co_return coi::malformed("the file server does not speak HTTP: " + error.message());
            const bool is_head = parser->is_header_done();
            if (is_head && parser->get().result_int() >= 200) co_return parser->get().result_int();
            if (is_head) reset();
            is_more = is_head && !received.empty();
        }
    }
}

}  // namespace

Result<HttpAddress> http_address(std::string_view text) {
    const auto url = boost::urls::parse_uri(text);
    if (!url || url->host().empty() || url->has_userinfo())
        return coi::malformed("the file server's address is no URL");
    const bool is_https = url->scheme_id() == boost::urls::scheme::https;
    const bool is_http = url->scheme_id() == boost::urls::scheme::http;
    const std::string host = url->host_address();
    const bool is_here = std::ranges::find(here, host) != here.end();
    if (!is_https && !(is_http && is_here))
        return Error{ErrorKind::forbidden, true, "the file server's address is not encrypted", 0, {}};
    HttpAddress address;
    address.server = {host, is_https ? std::uint16_t{443} : std::uint16_t{80},
                      is_https ? coi::net::Security::tls : coi::net::Security::none};
    if (url->has_port() && url->port_number() != 0) address.server.port = url->port_number();
    address.host = std::string(url->encoded_host_and_port());
    address.target = url->encoded_path().empty() ? "/" : std::string(url->encoded_path());
    if (url->has_query()) address.target += "?" + std::string(url->encoded_query());
    return address;
}

awaitable<Result<void>> http_put(coi::net::Stream& stream, const HttpAddress& to, const HttpFile& file) {
    const auto length = patience + std::chrono::seconds(file.bytes.size() / slowest);
    auto sent = co_await stream.write(head_of(to, file), patience);
    if (sent && !file.bytes.empty()) sent = co_await stream.write(file.bytes, length);
    // A server that does not want the file may say so before it has read all of it.
    const auto status = co_await status_of(stream);
    if (!status) co_return sent ? status.error() : sent.error();
    if (*status >= 200 && *status < 300 && sent) co_return Result<void>();
    co_return Error{ErrorKind::refused,
                    is_permanent(*status),
                    "the file server answered " + std::to_string(*status),
                    static_cast<int>(*status),
                    {}};
}

awaitable<Result<void>> http_put(coi::net::TlsContext& tls, const HttpAddress& to, const HttpFile& file,
                                 const coi::net::HostPolicy& policy) {
    auto stream = co_await coi::net::connect(tls, to.server, policy, patience);
    if (!stream) co_return stream.error();
    co_return co_await http_put(**stream, to, file);
}

}  // namespace gateway
