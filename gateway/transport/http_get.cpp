// See http_get.h.

#include "gateway/transport/http_get.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gateway {
namespace {

namespace beast = boost::beast::http;
using coi::Error;
using coi::ErrorKind;
using coi::Result;
using coi::net::awaitable;
using coi::net::Timeout;
using Parser = beast::response_parser<beast::string_body>;

constexpr auto patience = std::chrono::seconds(20);  // for a connection, or the next piece
constexpr std::size_t longest_head = 16 * 1024;      // bytes
constexpr std::size_t piece = 64 * 1024;
constexpr int most_interim = 10;  // responses of status 1xx

std::string head_of(const HttpAddress& from) {
    auto request = http::request(beast::verb::get, from);
    request.set(beast::field::accept_encoding, "identity");
    return http::print(request);
}

Timeout left(const HttpLimits& limits) {
    const auto all = std::chrono::duration_cast<Timeout>(limits.deadline - std::chrono::steady_clock::now());
    return std::clamp<Timeout>(all, Timeout(1), patience);
}

/// Below 20 kB/s after ten seconds: a slow server would hold one of the few places.
bool is_slow(std::size_t received, std::chrono::steady_clock::duration time) {
    constexpr auto at_first = std::chrono::seconds(10);
    constexpr std::size_t least = 20'000;  // bytes a second
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return time > at_first && received < least * static_cast<std::size_t>(seconds.count());
}

bool is_over(const HttpLimits& limits) { return std::chrono::steady_clock::now() >= limits.deadline; }

/// Reads one response, piece by piece.
class Response {
  public:
    explicit Response(const HttpLimits& limits) : limits_(limits) { begin(); }

    /// All of it is there, as far as it is of interest: of what is no file, the head.
    bool is_complete() const { return has_head_ && (!is_file() || parser_->is_done()); }
    Parser::value_type take() { return parser_->release(); }

    /// nullopt: all is well so far.
    std::optional<Error> add(std::string_view bytes) {
        received_.append(bytes);
        while (!received_.empty() && !is_complete()) {
            boost::beast::error_code error;
            const std::size_t used = parser_->put(boost::asio::buffer(received_), error);
            received_.erase(0, used);
            if (is_endless(used)) return coi::malformed("the file server's answer has no end");
            if (parser_->is_header_done() && !has_head_) {
                if (auto wrong = look_at_head()) return wrong;
            }
            if (has_head_ && !is_file()) return std::nullopt;
            if (error == beast::error::body_limit) return coi::over_limit("the file is too large");
            if (error && error != beast::error::need_more)
                return coi::malformed("the file server does not speak HTTP: " + error.message());
            if (error || used == 0) break;
        }
        // Beast keeps no limit on the head of a chunk, nor on what follows the last one.
        if (received_.size() > longest_head) return coi::malformed("the file server's answer has no end");
        return keep();
    }

  private:
    bool is_file() const { return parser_->get().result_int() == 200; }

    void begin() {
        parser_ = std::make_unique<Parser>();
        parser_->header_limit(longest_head);
        parser_->body_limit(limits_.largest);
        parser_->eager(true);
    }

    /// Beast's limit on a head is for what is put at once, and there is none on the fields after the last chunk.
    bool is_endless(std::size_t used) {
        const std::size_t come = parser_->get().body().size();
        beside_ = come == body_ ? beside_ + used : 0;
        body_ = come;
        return beside_ > longest_head;
    }

    /// A response of status 1xx stands before the last one [RFC 9110 §15.2].
    std::optional<Error> look_at_head() {
        const auto& head = parser_->get();
        if (head.result_int() < 200) {
            if (++interim_ > most_interim) return coi::malformed("the file server's answer has no end");
            begin();
            return std::nullopt;
        }
        has_head_ = true;
        if (!is_file()) return std::nullopt;
        if (!parser_->content_length() && !parser_->chunked())
            return Error{ErrorKind::unsupported, true, "the file server does not say where the file ends", 0, {}};
        const auto coding = head[beast::field::content_encoding];
        if (!coding.empty() && coding != "identity")
            return Error{ErrorKind::unsupported, true, "the file server sends the file in another coding", 0, {}};
        return std::nullopt;
    }

    /// Asks for room for what has come.
    std::optional<Error> keep() {
        const std::size_t come = has_head_ && is_file() ? parser_->get().body().size() : 0;
        const std::size_t more = come - std::exchange(kept_, come);
        if (more == 0 || limits_.has_room(more)) return std::nullopt;
        return Error{ErrorKind::limit, false, "there are too many files under way", 0, {}};
    }

    const HttpLimits& limits_;
    std::unique_ptr<Parser> parser_;
    std::string received_;  // and not yet parsed
    bool has_head_ = false;
    int interim_ = 0;
    std::size_t body_ = 0, beside_ = 0;  // bytes of the file, and those read since one came
    std::size_t kept_ = 0;               // bytes of the file
};

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<HttpGot> got(Parser::value_type response) {
    const unsigned status = response.result_int();
    const std::string location = response[beast::field::location];
    if (is_redirect(status) && !location.empty()) return HttpGot{location, "", ""};
    if (status == 200)
        return HttpGot{"", std::string(response[beast::field::content_type]), std::move(response.body())};
    return http::refused(status);
}

}  // namespace

awaitable<Result<HttpGot>> http_get(coi::net::Stream& stream, const HttpAddress& from, const HttpLimits& limits) {
    const auto sent = co_await stream.write(head_of(from), left(limits));
    if (!sent) co_return sent.error();
    Response response(limits);
    std::vector<char> chunk(piece);
    const auto begun = std::chrono::steady_clock::now();
    std::size_t received = 0;
    while (!response.is_complete()) {
        const auto size = co_await stream.read_some(chunk, left(limits));
        if (!size) co_return size.error();
        received += *size;
        if (is_over(limits) || is_slow(received, std::chrono::steady_clock::now() - begun))
            co_return Error{ErrorKind::timeout, false, "the file comes too slowly", 0, {}};
        if (const auto wrong = response.add({chunk.data(), *size})) co_return *wrong;
    }
    co_return got(response.take());
}

awaitable<Result<HttpGot>> http_get(coi::net::TlsContext& tls, const HttpAddress& from, const HttpLimits& limits,
                                    const coi::net::HostPolicy& policy) {
    auto stream = co_await coi::net::connect(tls, from.server, policy, left(limits));
    if (!stream) co_return stream.error();
    co_return co_await http_get(**stream, from, limits);
}

}  // namespace gateway
