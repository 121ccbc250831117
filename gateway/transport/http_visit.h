// The dialogue with one visitor of the gateway's HTTP server: reads requests, and writes what a room answers.
//
// [RFC 9112], [RFC 9110 §9.3.1, §9.3.2, §15]; Boost.Beast reads the head of a request and prints that of a response.
// GET and HEAD only. Left out: request bodies, chunked responses, upgrades, pipelining of more than what one read
// brings. Bounded: the size of a head, the time for it, requests of a connection, the time of each piece, the pace of a
// response.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coi/net/stream.h"

namespace gateway {

struct HttpRequest {
    std::string target;    // as it was sent: "/files/…"
    std::string range;     // field Range; "" if there is none, or if it does not count (If-Range)
    bool is_head = false;  // the content of the answer is not wanted
};

/// The content of a response, piece by piece.
class HttpContent {
  public:
    virtual ~HttpContent() = default;
    /// The next bytes, at most `most`; "" at the end.
    virtual coi::net::awaitable<coi::Result<std::string>> read(std::size_t most) = 0;
};

struct HttpAnswer {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers{};  // without Content-Length
    std::uint64_t length = 0;                                    // bytes of the content
    std::unique_ptr<HttpContent> content{};                      // nullptr: `words`
    std::string words{};                                         // a short text; its size is the length

    /// For people, with the fields that each text has.
    static HttpAnswer text(unsigned status, std::string words);
};

/// What answers requests.
class HttpRoom {
  public:
    virtual ~HttpRoom() = default;
    virtual coi::net::awaitable<HttpAnswer> answer(HttpRequest) = 0;
};

struct HttpPatience {
    std::size_t head_bytes = 8 * 1024;
    int requests = 100;                                      // of a connection
    coi::net::Timeout for_head = std::chrono::seconds(10);   // however slowly it comes
    coi::net::Timeout for_piece = std::chrono::seconds(20);  // of 64 KiB
    coi::net::Timeout slow_for = std::chrono::minutes(1);    // then a response has to have come at that pace:
    std::uint64_t least_pace = 16 * 1024;                    // bytes a second
};

/// Serves until one side has enough, or breaks the rules.
coi::net::awaitable<void> http_visit(coi::net::Stream&, HttpRoom&, const HttpPatience&);

}  // namespace gateway
