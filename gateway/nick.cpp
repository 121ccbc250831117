// See nick.h.

#include "gateway/nick.h"

#include <algorithm>

#include "coi/mail/author.h"
#include "coi/mail/charset.h"
#include "gateway/feature/framed.h"
#include "gateway/feature/text.h"

namespace gateway {

std::string nick(const Directory& directory, const Contact& contact) {
    constexpr std::size_t most = 1000;  // of them are compared; who has more sees addresses
    const std::string name = text::one_line(framed::foreign(contact.address.name));
    if (name.empty()) return name;
    const auto contacts = directory.contacts(contact.account);
    const std::string folded = coi::lower(name);
    const bool shared = contacts.size() > most || std::ranges::any_of(contacts, [&](const Contact* other) {
                            return other->canonical != contact.canonical && coi::lower(other->address.name) == folded;
                        });
    return shared || coi::is_name_misleading(contact.address) ? contact.address.addr_spec() : name;
}

}  // namespace gateway
