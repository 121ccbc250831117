// A mail of a linked mailbox that could not be read: which, how often, and why.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gateway {

struct Stuck {
    static constexpr std::size_t most = 1000;  // of one account
    static constexpr int few_tries = 3;        // enough to be set aside where others pass
    std::string folder;
    std::uint32_t uid_validity = 0, uid = 0;
    int tries = 0;
    bool aside = false;  // not tried again by itself
    bool told = false;   // its owner knows
    std::string reason;  // English, for the admin and the owner; no content
    bool operator==(const Stuck&) const = default;
};

}  // namespace gateway
