// Nickname: the name that a contact gives themselves. [XEP-0172 §4.1], [§4.2]: in presence, subscription requests and
// messages.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0172 {

inline constexpr const char* ns = "http://jabber.org/protocol/nick";

/// Adds nothing if `name` is empty.
inline void add_nick(Tag& stanza, const std::string& name) {
    if (!name.empty()) add(stanza, "nick", ns, name);
}

/// "" if there is none.
inline std::string nick(const Tag& stanza) {
    const Tag* element = child(stanza, "nick", ns);
    return element ? element->cdata() : "";
}

}  // namespace xmpp::xep0172
