// Out of Band Data: a link beside a message. Clients show the picture or the file where the body is the link alone.
//
// [XEP-0066 §3].

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0066 {

inline constexpr const char* ns = "jabber:x:oob";

inline void add_link(Tag& message, const std::string& url) { add(add(message, "x", ns), "url", {}, url); }

}  // namespace xmpp::xep0066
