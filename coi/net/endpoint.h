// Where a mail server is, and how its connection is protected. Plain values: nothing here knows a socket.
//
// [RFC 8314 §3] tls is implicit TLS; starttls is never given up for clear text; none is only for servers beside us.

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
