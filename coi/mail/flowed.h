// format=flowed: paragraphs in short lines that any reader can show and a good one can flow again.
//
// [RFC 3676]. Invariant: decode_flowed(*encode_flowed(text), false) == text for every text that encode_flowed takes.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// LF lines of at most 76 characters (a longer word stays whole), space-stuffed; nullopt for a text that flowed lines
/// can't carry exactly, because a line of it ends in a space. `text` is UTF-8 with LF.
std::optional<std::string> encode_flowed(std::string_view text);

/// The text as it was typed; `delsp` is the parameter of that name [RFC 3676 §4.1]. Quote marks come out as "> ", ">>
/// ".
std::string decode_flowed(std::string_view lines, bool delsp);

}  // namespace coi
