// Last Activity: how long ago somebody was heard of. [XEP-0012 §2]

#pragma once

#include <cstdint>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0012 {

inline constexpr const char* ns = "jabber:iq:last";

inline void add_last(Tag& result, std::int64_t seconds) {
    add(result, "query", ns).addAttribute("seconds", std::to_string(seconds));
}

}  // namespace xmpp::xep0012
