// Gets a file from an address: one GET request of HTTP/1.1.
//
// [RFC 9110 §9.3.1], [RFC 9112]; Boost.Beast reads the response. Left out: content codings, ranges, connections for
// several requests, and a response that ends with its connection, which could be half a file. Redirects are the
// caller's to follow.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "coi/net/connect.h"
#include "coi/net/stream.h"
#include "gateway/transport/http.h"

namespace gateway {

struct HttpLimits {
    std::size_t largest = 0;                         // bytes of a file
    std::chrono::steady_clock::time_point deadline;  // of all of it, however slowly it comes
    /// Called for each piece of a file before it is kept. False: there is no room for it now.
    std::function<bool(std::size_t bytes)> has_room = [](std::size_t) { return true; };
};

struct HttpGot {
    std::string moved_to;     // where the file lies instead [RFC 9110 §15.4], as the server writes it; "": here it is
    std::string type, bytes;  // Content-Type and content
};

/// Gets it on a connected stream. Fails with ErrorKind::refused, and the status as `code`, if the server does not give
/// it, and with ErrorKind::limit if it is too large (`permanent`) or there is no room for it.
coi::net::awaitable<coi::Result<HttpGot>> http_get(coi::net::Stream&, const HttpAddress&, const HttpLimits&);
/// Connects and gets it.
coi::net::awaitable<coi::Result<HttpGot>> http_get(coi::net::TlsContext&, const HttpAddress&, const HttpLimits&,
                                                   const coi::net::HostPolicy&);

}  // namespace gateway
