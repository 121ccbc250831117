// Names to addresses and services, by c-ares on the loop: no thread, no call that blocks.
//
// [RFC 2782] SRV, /etc/hosts and the order of addresses by c-ares. Left out on purpose: NSS modules, caching (the
// machine's resolver does that). The channel lives only while something is asked, so a changed resolv.conf is seen.

#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "coi/net/stream.h"

namespace coi::net {

/// One target of a service, best first in what resolve_srv gives.
struct Service {
    std::string host;
    std::uint16_t port = 0;
    std::uint16_t priority = 0, weight = 0;
};

/// Whom the questions of this loop go to from now on: an IP address; "": the name servers of /etc/resolv.conf.
void use_name_server(boost::asio::execution_context&, const std::string& address, std::uint16_t port);

/// The addresses of a host name (A-labels) in the order to try them; a literal is its own address. ErrorKind::not_found
/// if the name does not exist or has no address; unresolved where the name servers do not answer.
awaitable<Result<std::vector<boost::asio::ip::address>>> resolve_host(std::string host, Timeout timeout);

/// What each of the `names` ("_imaps._tcp.example.org") offers, asked at once; empty where there is no record or no
/// answer. A single target "." says that the service is decidedly not there: it is kept, with the host "".
awaitable<std::vector<std::vector<Service>>> resolve_services(std::vector<std::string> names, Timeout timeout);

/// A host or domain name in A-labels, lower case [RFC 5891]; literals as they are. An Error if it is no host name.
Result<std::string> ascii_host(const std::string& name);

}  // namespace coi::net
