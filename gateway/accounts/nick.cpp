// See nick.h.

#include "gateway/accounts/nick.h"

#include <algorithm>
#include <cctype>
#include <functional>

#include "coi/mail/author.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/framed.h"

namespace gateway {

namespace {

std::string shown(const coi::Address& address) { return text::one_line(framed::foreign(address.name)); }

}  // namespace

std::uint32_t nick_hash(const coi::Address& address) {
    if (address.name.empty()) return 0;
    std::string name = shown(address);
    if (name.empty()) return 0;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::max(static_cast<std::uint32_t>(std::hash<std::string>()(name)), std::uint32_t{1});
}

std::string nick(const Directory& directory, const Contact& contact) {
    const std::string name = shown(contact.address);
    if (name.empty()) return name;
    const bool is_shared = directory.count_nick(contact.account, nick_hash(contact.address)) > 1;
    return is_shared || coi::is_name_misleading(contact.address) ? contact.address.addr_spec() : name;
}

std::string shown_name(const Directory& directory, const Contact& contact) {
    const std::string name = nick(directory, contact);
    return name.empty() ? contact.address.addr_spec() : name;
}

}  // namespace gateway
