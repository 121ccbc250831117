// Call Invites: an invitation to a call of any kind. [XEP-0482 §2]
//
// Only what a side needs that takes no calls: the invitation is read, and a rejection is written.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0482 {

inline constexpr const char* ns = "urn:xmpp:call-invites:0";

struct Invite {
    std::string id;  // of its message, which an answer names
    bool has_video = false;
    bool operator==(const Invite&) const = default;
};

/// [XEP-0482 §3.1] outside of rooms the id is that of <origin-id/>, else the stanza's.
inline std::optional<Invite> invite(const Tag& message) {
    const Tag* element = child(message, "invite", ns);
    if (!element) return std::nullopt;
    const Tag* origin = child(message, "origin-id", "urn:xmpp:sid:0");
    const std::string& id = attribute(origin ? *origin : message, "id");
    const std::string& video = attribute(*element, "video");
    return Invite{id, video == "true" || video == "1"};
}

inline void add_reject(Tag& message, const std::string& id) { add(message, "reject", ns).addAttribute("id", id); }

}  // namespace xmpp::xep0482
