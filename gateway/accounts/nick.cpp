// See nick.h.

#include "gateway/accounts/nick.h"

#include <algorithm>
#include <functional>

#include "coi/mail/author.h"
#include "coi/mail/lookalike.h"
#include "gateway/localization.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/framed.h"

namespace gateway {

namespace {

std::string shown(const coi::Address& address) { return text::one_line(framed::foreign(address.name)); }

/// Whether the name is what the gateway calls itself to this user.
bool is_gateways(const std::string& looks, const Account* account) {
    static const std::string english = coi::looks_of(say("", "Mail gateway"));
    return looks == english || (account && looks == coi::looks_of(say(account->lang, "Mail gateway")));
}

}  // namespace

std::uint32_t nick_hash(const coi::Address& address) {
    if (address.name.empty()) return 0;
    const std::string looks = coi::looks_of(shown(address));
    if (looks.empty()) return 0;
    return std::max(static_cast<std::uint32_t>(std::hash<std::string>()(looks)), std::uint32_t{1});
}

std::string nick(const Directory& directory, const Contact& contact) {
    const std::string name = shown(contact.address);
    const auto hash = nick_hash(contact.address);
    if (hash == 0) return {};
    const Contact* known = directory.contact(contact.account, contact.canonical);
    const std::size_t own = known != nullptr && nick_hash(known->address) == hash ? 1 : 0;
    const bool is_shared = directory.count_nick(contact.account, hash) > own;
    const bool is_misleading = is_shared || coi::is_name_misleading(contact.address) ||
                               is_gateways(coi::looks_of(name), directory.find(contact.account));
    return is_misleading ? contact.address.addr_spec() : name;
}

std::string shown_name(const Directory& directory, const Contact& contact) {
    const std::string name = nick(directory, contact);
    return name.empty() ? contact.address.addr_spec() : name;
}

}  // namespace gateway
