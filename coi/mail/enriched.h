// text/enriched and text/richtext as plain text.
//
// [RFC 1896], and its forerunner [RFC 1341 §7.1.3]. Formatting commands are dropped, what they format stays.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// `richtext`: by the older rules. Linear. UTF-8 in and out.
std::string enriched_to_text(std::string_view text, bool richtext);

}  // namespace coi
