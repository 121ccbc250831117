// format=flowed: paragraphs in short lines, which every program can show, and which some join again.
//
// [RFC 3676]. Invariant: decode_flowed(*encode_flowed(text), false) == text for every text that encode_flowed accepts.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// Lines with LF of at most 76 characters (a longer word stays whole), space-stuffed; nullopt for a text that
/// format=flowed cannot represent exactly, because a line of it ends in a space. `text` is UTF-8 with LF.
std::optional<std::string> encode_flowed(std::string_view text);

/// The original text; `delsp` is the parameter of that name [RFC 3676 §4.1]. Quote marks become "> ", ">> ".
std::string decode_flowed(std::string_view lines, bool delsp);

}  // namespace coi
