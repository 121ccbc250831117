// See http.h.

#include "gateway/transport/http.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdint>
#include <sstream>

namespace gateway {

using coi::Error;
using coi::ErrorKind;
using coi::Result;

namespace {

constexpr std::array<std::string_view, 3> here{"localhost", "127.0.0.1", "::1"};

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

namespace http {

Request request(boost::beast::http::verb verb, const HttpAddress& to) {
    using boost::beast::http::field;
    Request request(verb, to.target, 11);
    request.set(field::host, to.host);
    request.set(field::user_agent, "coigate");
    request.set(field::connection, "close");
    return request;
}

std::string print(const Request& request) {
    std::ostringstream out;
    out << request.base();
    return out.str();
}

Error refused(unsigned status) {
    const bool is_permanent = status < 500 && status != 408 && status != 425 && status != 429;
    return {ErrorKind::refused,
            is_permanent,
            "the file server answered " + std::to_string(status),
            static_cast<int>(status),
            {}};
}

}  // namespace http
}  // namespace gateway
