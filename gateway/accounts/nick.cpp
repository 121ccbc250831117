// See nick.h.

#include "gateway/accounts/nick.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "coi/mail/author.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/framed.h"

namespace gateway {

namespace {

/// Compares without the case of ASCII letters, and without copies, because it is called often.
bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
               return std::tolower(x) == std::tolower(y);
           });
}

}  // namespace

std::string nick(const Directory& directory, const Contact& contact) {
    constexpr std::size_t most = 1000;  // contacts are compared; with more, addresses are shown
    const std::string name = text::one_line(framed::foreign(contact.address.name));
    if (name.empty()) return name;
    const auto contacts = directory.contacts(contact.account);
    const bool shared = contacts.size() > most || std::ranges::any_of(contacts, [&](const Contact* other) {
                            return same(other->address.name, name) && other->canonical != contact.canonical;
                        });
    return shared || coi::is_name_misleading(contact.address) ? contact.address.addr_spec() : name;
}

}  // namespace gateway
