// Any bytes as an address list: every address found can be written, is read back, and has one canonical form.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/mail/address.h"
#include "coi/mail/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto addresses = coi::parse_address_list(bytes);
    if (auto alone = coi::parse_addr_spec(bytes)) addresses.push_back(*alone);
    for (const auto& address : addresses) {
        const auto again = coi::parse_addr_spec(address.addr_spec());
        if (!again || again->local != address.local || again->domain != address.domain) std::abort();
        const auto canonical = coi::parse_addr_spec(address.canonical());
        if (canonical && canonical->canonical() != address.canonical()) std::abort();
        if (!coi::is_field_value(address.name)) std::abort();
        const auto listed = coi::parse_address_list(coi::print_address(address));
        if (listed.size() != 1 || !(listed[0] == address)) std::abort();
    }
    return 0;
}
