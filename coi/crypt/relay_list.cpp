// See relay_list.h.

#include "coi/crypt/relay_list.h"

#include <algorithm>

#include "coi/mail/charset.h"

namespace coi {

std::vector<Address> parse_relays(std::string_view value) {
    constexpr std::size_t longest = 4096;
    std::vector<Address> relays;
    if (value.size() > longest) return relays;
    while (!value.empty() && relays.size() < most_relays) {
        const auto end = std::min(value.find(','), value.size());
        const auto one = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        const auto address = is_ascii(one) ? parse_addr_spec(one) : Result<Address>(malformed("not ASCII"));
        const auto is_same = [&address](const Address& known) { return known.canonical() == address->canonical(); };
        if (address && std::ranges::none_of(relays, is_same)) relays.push_back(*address);
    }
    return relays;
}

std::string print_relays(const std::vector<Address>& relays) {
    std::string out;
    for (const auto& relay : relays) out += (out.empty() ? "" : ",") + relay.addr_spec();
    return out;
}

}  // namespace coi
