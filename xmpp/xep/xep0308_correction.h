// Last Message Correction: the text of a message replaces that of an earlier one. [XEP-0308 §3]

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0308 {

inline constexpr const char* ns = "urn:xmpp:message-correct:0";

/// The id of the corrected message: always the original one, also after earlier corrections.
inline std::optional<std::string> replaces(const Tag& message) {
    const Tag* element = child(message, "replace", ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    return attribute(*element, "id");
}

inline void add_replace(Tag& message, const std::string& id) { add(message, "replace", ns).addAttribute("id", id); }

}  // namespace xmpp::xep0308
