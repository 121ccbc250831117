// Stanza Forwarding: a stanza inside another one, with the time at which it was sent. [XEP-0297 §3].

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0297 {

inline constexpr const char* ns = "urn:xmpp:forward:0";

/// The stanza of this name that `parent` forwards, or nullptr; `parent` owns it.
inline const Tag* forwarded(const Tag& parent, const std::string& name) {
    const Tag* wrap = child(parent, "forwarded", ns);
    return wrap ? child(*wrap, name, content_namespace) : nullptr;
}

}  // namespace xmpp::xep0297
