// See relays.h.

#include "gateway/model/relays.h"

#include <algorithm>

namespace gateway::relays {

std::vector<std::string> recipients(const Contact& contact, const coi::Address& own) {
    std::vector<std::string> all;
    for (const auto& relay : contact.relays.all) {
        const std::string canonical = relay.address.canonical();
        if (!contact.relays.bound || canonical == own.canonical()) continue;
        all.insert(canonical == contact.canonical ? all.begin() : all.end(), relay.address.addr_spec());
    }
    if (all.empty()) all.push_back(contact.address.addr_spec());
    return all;
}

bool has(const Relays& relays, const std::string& canonical) {
    return std::ranges::any_of(relays.all, [&](const Relay& relay) { return relay.address.canonical() == canonical; });
}

bool leads(const Contact& to, const std::string& canonical, const Contact* met) {
    if (to.canonical == canonical) return false;
    if (met != nullptr && (met->privacy.has_key || met->privacy.encrypted || met->privacy.verified)) return false;
    return std::ranges::any_of(
        to.relays.all, [&](const Relay& relay) { return relay.vouched && relay.address.canonical() == canonical; });
}

}  // namespace gateway::relays
