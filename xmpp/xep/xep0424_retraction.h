// Message Retraction: the author of a message takes it back. [XEP-0424 §3]

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0424 {

inline constexpr const char* ns = "urn:xmpp:message-retract:1";
inline constexpr const char* older_ns = "urn:xmpp:fasten:0";  // of the element in version 0.3 of the XEP

/// The id of the message that is taken back: the attribute of its stanza, outside of rooms [XEP-0424 §5.1].
inline std::optional<std::string> retracts(const Tag& message) {
    const Tag* element = child(message, "retract", ns);
    if (!element) {  // COMPAT: Gajim 1
        element = child(message, "apply-to", older_ns);
        if (!element || !child(*element, "retract", "urn:xmpp:message-retract:0")) return std::nullopt;
    }
    if (attribute(*element, "id").empty()) return std::nullopt;
    return attribute(*element, "id");
}

inline void add_retract(Tag& message, const std::string& id) { add(message, "retract", ns).addAttribute("id", id); }

}  // namespace xmpp::xep0424
