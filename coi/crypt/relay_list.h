// A list of one person's addresses, as a key (coi/crypt/key_relays) and an invite (`r=`, coi/crypt/securejoin) have it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/address.h"

namespace coi {

/// Further ones are left out. Chatmail core writes and takes five.
inline constexpr std::size_t most_relays = 8;

/// Addresses with commas between them, each once. What is no address is left out, and so are addresses that are not
/// ASCII: a server without SMTPUTF8 would refuse the mail for all of them.
std::vector<Address> parse_relays(std::string_view);
std::string print_relays(const std::vector<Address>&);

}  // namespace coi
