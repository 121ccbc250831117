// The address of a mail server, and the protection of its connection. Plain values, without sockets.
//
// [RFC 8314 §3] tls is implicit TLS; starttls never falls back to clear text; none is only for servers on the same
// machine.

#pragma once

#include <cstdint>
#include <string>

namespace coi::net {

enum class Security { none, starttls, tls };

struct Endpoint {
    std::string host;  // name or address literal without brackets
    std::uint16_t port = 0;
    Security security = Security::tls;
    bool operator==(const Endpoint&) const = default;
};

}  // namespace coi::net
