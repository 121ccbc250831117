// Direct invitations to a room. [XEP-0249 §2]

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0249 {

inline constexpr const char* ns = "jabber:x:conference";

/// `room`: a bare JID. `reason`: "" for none.
inline void add_invitation(Tag& message, const std::string& room, const std::string& reason) {
    Tag& x = add(message, "x", ns);
    x.addAttribute("jid", room);
    if (!reason.empty()) x.addAttribute("reason", reason);
}

}  // namespace xmpp::xep0249
