// Nickname: the name that a contact gives themselves. [XEP-0172 §4.1], [§4.2]: in presence, subscription requests and
// messages; [§4.3] as an event.

#pragma once

#include <string>
#include <utility>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0163_pep.h"

namespace xmpp::xep0172 {

inline constexpr const char* ns = "http://jabber.org/protocol/nick";

/// Adds nothing if `name` is empty.
inline void add_nick(Tag& stanza, const std::string& name) {
    if (!name.empty()) add(stanza, "nick", ns, name);
}

/// The notification that this is the name of `from` (bare JID).
inline Stanza event(const std::string& from, const std::string& to, const std::string& name) {
    auto [message, item] = xep0163::notification(from, to, ns);
    add_nick(*item, name);
    return std::move(message);
}

/// "" if there is none.
inline std::string nick(const Tag& stanza) {
    const Tag* element = child(stanza, "nick", ns);
    return element ? element->cdata() : "";
}

}  // namespace xmpp::xep0172
