// Out of Band Data: a link beside a message. Clients show the picture or the file where the body is the link alone.
//
// [XEP-0066 §3].

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0066 {

inline constexpr const char* ns = "jabber:x:oob";

struct Link {
    std::string url, description;  // "" for none
};

/// The link beside the message, as it is written there.
inline std::optional<Link> link(const Tag& message) {
    const Tag* element = child(message, "x", ns);
    const Tag* url = element ? element->findChild("url") : nullptr;
    if (url == nullptr) return std::nullopt;
    const Tag* description = element->findChild("desc");
    return Link{url->cdata(), description ? description->cdata() : ""};
}

inline void add_link(Tag& message, const std::string& url) { add(add(message, "x", ns), "url", {}, url); }

}  // namespace xmpp::xep0066
