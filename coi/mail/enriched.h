// text/enriched and text/richtext as plain text.
//
// [RFC 1896], and its predecessor [RFC 1341 §7.1.3]. Formatting commands are removed, the formatted text stays.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// `richtext`: by the older rules. Linear. Input and output are UTF-8.
std::string enriched_to_text(std::string_view text, bool richtext);

}  // namespace coi
