// Fallback Indication: which part of a body is only for clients without support for a feature. [XEP-0428 §2.2]

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp::xep0428 {

inline constexpr const char* ns = "urn:xmpp:fallback:0";

/// A part of a text, in bytes.
struct Range {
    std::size_t begin = 0, end = 0;
    bool operator==(const Range&) const = default;
};

/// The part of `body` (the text of the message's body) that is a fallback for the feature with this namespace: the
/// whole body if no part is named. nullopt: none, or a part outside of the body. Positions in the stanza count
/// characters [XEP-0426 §3].
std::optional<Range> fallback(const Tag& message, std::string_view feature, std::string_view body);

/// Marks the range of `body` as a fallback for the feature.
void add_fallback(Tag& message, std::string_view feature, std::string_view body, Range);

}  // namespace xmpp::xep0428
