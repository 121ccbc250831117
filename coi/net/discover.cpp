// Discovers the servers of a mailbox from its address.
//
// [RFC 6186 §3.4], [RFC 8314 §5.1] (_submissions), [RFC 2782]. Left out on purpose: vendor-specific ways (autoconfig,
// autodiscover). COMPAT: the target of an SRV record may be outside the address's domain, as hosted domains need; TLS
// proves that the server is the host in DNS.

#include <algorithm>

#include "coi/net/connect.h"
#include "coi/net/resolve.h"

namespace coi::net {

namespace {

constexpr std::size_t most_targets = 4;  // per service

void add(std::vector<Endpoint>& to, const std::vector<Service>& services, Security security) {
    for (std::size_t i = 0; i < std::min(services.size(), most_targets); ++i) {
        if (!services[i].host.empty()) to.push_back({services[i].host, services[i].port, security});
    }
}

/// The SRV answers as endpoints, or the usual names if there is no record.
std::vector<Endpoint> endpoints(const std::vector<Service>& tls, const std::vector<Service>& starttls,
                                const std::string& domain, const char* usual, std::uint16_t tls_port,
                                std::uint16_t starttls_port) {
    std::vector<Endpoint> found;
    add(found, tls, Security::tls);
    add(found, starttls, Security::starttls);
    if (!tls.empty() || !starttls.empty()) return found;
    for (const auto& [port, security] :
         {std::pair{tls_port, Security::tls}, std::pair{starttls_port, Security::starttls}}) {
        found.push_back({usual + domain, port, security});
        found.push_back({"mail." + domain, port, security});
    }
    return found;
}

awaitable<Result<Discovered>> discover_domain(std::string written, Timeout timeout) {
    auto domain = ascii_host(written);
    if (!domain) co_return domain.error();
    const auto found = co_await resolve_services({"_imaps._tcp." + *domain, "_imap._tcp." + *domain,
                                                  "_submissions._tcp." + *domain, "_submission._tcp." + *domain},
                                                 timeout);
    co_return Discovered{endpoints(found[0], found[1], *domain, "imap.", 993, 143),
                         endpoints(found[2], found[3], *domain, "smtp.", 465, 587)};
}

}  // namespace

awaitable<Result<Discovered>> discover(const Address& address, Timeout timeout) {
    return discover_domain(address.domain, timeout);
}

}  // namespace coi::net
