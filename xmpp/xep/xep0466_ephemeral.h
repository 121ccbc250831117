// Ephemeral Messages: after how many seconds the reader's client deletes a message. [XEP-0466 §3.2]
//
// Also alone in a message: then it is said for the messages that follow [XEP-0466 §3.4]. Left out: <i-want-out/>, which
// has no namespace yet; a timer of 0 says it.

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0466 {

inline constexpr const char* ns = "urn:xmpp:ephemeral:0";

/// nullopt: there is none, or its timer is no number of seconds.
inline std::optional<std::uint32_t> timer(const Tag& message) {
    const Tag* element = child(message, "ephemeral", ns);
    if (!element) return std::nullopt;
    const std::string& value = attribute(*element, "timer");
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return error == std::errc() && end == value.data() + value.size() ? std::optional(seconds) : std::nullopt;
}

inline void add_timer(Tag& message, std::uint32_t seconds) {
    add(message, "ephemeral", ns).addAttribute("timer", std::to_string(seconds));
}

}  // namespace xmpp::xep0466
