// Resolves names to addresses and services, by c-ares on the event loop: no thread, no blocking call.
//
// [RFC 2782] SRV; c-ares handles /etc/hosts and the order of addresses. Left out on purpose: NSS modules, caching (the
// machine's resolver does that). The channel lives only during queries, so that a changed resolv.conf takes effect.

#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "coi/net/stream.h"

namespace coi::net {

/// One target of a service; resolve_srv returns the best first.
struct Service {
    std::string host;
    std::uint16_t port = 0;
    std::uint16_t priority = 0, weight = 0;
};

/// The name server for this loop from now on: an IP address; "": those of /etc/resolv.conf.
void use_name_server(boost::asio::execution_context&, const std::string& address, std::uint16_t port);

/// The addresses of a host name (A-labels) in the order to try them; a literal is its own address. ErrorKind::not_found
/// if the name does not exist or has no address; unresolved if the name servers do not answer.
awaitable<Result<std::vector<boost::asio::ip::address>>> resolve_host(std::string host, Timeout timeout);

/// The targets of each of the `names` ("_imaps._tcp.example.org"), queried at once; empty without a record or an
/// answer. A single target "." declares that the service does not exist: it is returned with the host "".
awaitable<std::vector<std::vector<Service>>> resolve_services(std::vector<std::string> names, Timeout timeout);

/// Converts a host or domain name to A-labels, lower case [RFC 5891]; literals unchanged. An Error if it is no host
/// name.
Result<std::string> ascii_host(const std::string& name);

}  // namespace coi::net
