// See nick.h.

#include "gateway/accounts/nick.h"

#include <cstdint>

#include "coi/mail/author.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/model/nick_hash.h"
#include "gateway/translate/feature/text.h"

namespace gateway {

namespace {

std::string shown(const coi::Address& address) { return text::one_line(framed::foreign(address.name)); }

/// Whether the name is what the gateway calls itself, to this user or in English.
bool is_gateways(std::uint32_t hash, const Account* account) {
    static const std::uint32_t english = nick_hash({say("", "Mail gateway"), "", ""});
    if (hash == english || account == nullptr) return hash == english;
    return hash == nick_hash({say(account->lang, "Mail gateway"), "", ""});
}

}  // namespace

std::string nick(const Directory& directory, const Contact& contact) {
    const std::string name = shown(contact.address);
    const auto hash = nick_hash(contact.address);
    if (hash == 0) return {};
    const Contact* known = directory.contact(contact.account, contact.canonical);
    const bool is_same = known != nullptr && known->address.name == contact.address.name;
    const std::size_t own = is_same || (known != nullptr && nick_hash(known->address) == hash) ? 1 : 0;
    const bool is_shared = directory.count_nick(contact.account, hash) > own;
    const bool is_misleading =
        is_shared || coi::is_name_misleading(contact.address) || is_gateways(hash, directory.find(contact.account));
    return is_misleading ? contact.address.addr_spec() : name;
}

std::string shown_name(const Directory& directory, const Contact& contact) {
    const std::string name = nick(directory, contact);
    return name.empty() ? contact.address.addr_spec() : name;
}

}  // namespace gateway
