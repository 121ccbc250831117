// Puts a file to an address: one PUT request of HTTP/1.1.
//
// [RFC 9110 §9.3.4], [RFC 9112]; Boost.Beast prints the request and reads the response. Left out: redirects, which a
// slot of [XEP-0363] does not need, and connections for several requests.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coi/net/connect.h"
#include "coi/net/stream.h"
#include "gateway/transport/http.h"

namespace gateway {

struct HttpFile {
    std::string type;  // Content-Type
    std::vector<std::pair<std::string, std::string>> headers;
    std::string_view bytes;  // must live until the end
};

/// Puts the file on a connected stream. Fails with ErrorKind::refused, and the status as `code`, if the server does not
/// take it; `permanent` as the status says.
coi::net::awaitable<coi::Result<void>> http_put(coi::net::Stream&, const HttpAddress&, const HttpFile&);
/// Connects and puts it. The time is limited by the size.
coi::net::awaitable<coi::Result<void>> http_put(coi::net::TlsContext&, const HttpAddress&, const HttpFile&,
                                                const coi::net::HostPolicy&);

}  // namespace gateway
