// Where a mail lies in a linked mailbox [RFC 9051 §2.3.1.1].

#pragma once

#include <cstdint>
#include <string>

namespace gateway {

struct MailPlace {
    std::string folder;  // as the server names it
    std::uint32_t uid_validity = 0, uid = 0;
    bool operator==(const MailPlace&) const = default;
};

}  // namespace gateway
