// Message Replies: which earlier message a message answers. [XEP-0461 §3]

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0461 {

inline constexpr const char* ns = "urn:xmpp:reply:0";

/// The id of the answered message.
inline std::optional<std::string> answers(const Tag& message) {
    const Tag* element = child(message, "reply", ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    return attribute(*element, "id");
}

/// `author`: the author of the answered message; a bare JID is enough outside of rooms.
inline void add_reply(Tag& message, const std::string& id, const std::string& author) {
    Tag& reply = add(message, "reply", ns);
    reply.addAttribute("to", author);
    reply.addAttribute("id", id);
}

}  // namespace xmpp::xep0461
