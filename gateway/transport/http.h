// What requests to web servers share: addresses, the head of a request, and what a status means.
//
// [RFC 9110 §4.2, §9.3, §15], [RFC 9112 §3]. The requests are gateway/transport/http_get and http_put.

#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <string>
#include <string_view>

#include "coi/net/endpoint.h"
#include "coi/result.h"

namespace gateway {

/// The parts of an http or https URL.
struct HttpAddress {
    coi::net::Endpoint server;
    std::string host;    // as the Host field has it
    std::string target;  // path and query
};
/// Fails for what is no such URL, and for http to another machine than this one [XEP-0363 §4].
coi::Result<HttpAddress> http_address(std::string_view url);

namespace http {

using Request = boost::beast::http::request<boost::beast::http::empty_body>;
/// A request that is the only one of its connection.
Request request(boost::beast::http::verb, const HttpAddress&);
/// Its head as it is sent.
std::string print(const Request&);
/// The failure that a status is; `permanent` unless another attempt may change it.
coi::Error refused(unsigned status);

}  // namespace http
}  // namespace gateway
