// A mail of a linked mailbox that could not be read: its UID, the number of attempts, the last error.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gateway {

struct Stuck {
    static constexpr std::size_t most = 1000;  // per account
    static constexpr int few_tries = 3;  // attempts before a mail is set aside if other mails can be read meanwhile
    std::string folder;
    std::uint32_t uid_validity = 0, uid = 0;
    int tries = 0;
    bool aside = false;  // set aside: not tried again automatically
    bool told = false;   // the account's user was told
    std::string reason;  // English, for the admin and the owner; no content
    bool operator==(const Stuck&) const = default;
};

}  // namespace gateway
