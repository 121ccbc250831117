// Message attaching: a message that belongs to an earlier one.
//
// [XEP-0367 §3]. Here only for the places of files that were announced before [XEP-0447 §3.3].

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0367 {

inline constexpr const char* ns = "urn:xmpp:message-attaching:1";

/// The id of the earlier message; "" if there is none.
inline std::string attached_to(const Tag& message) {
    const Tag* element = child(message, "attach-to", ns);
    return element ? attribute(*element, "id") : "";
}

}  // namespace xmpp::xep0367
