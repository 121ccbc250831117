// Texts that look like others to the eye [UTS 39].

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// What the eye sees of a text: without case, white space and invisible characters, and with one letter for all that
/// look like it (Cyrillic а, full width a). Only to be compared. `text` must be UTF-8.
std::string looks_of(std::string_view text);

/// Whether the text may be taken for another one: letters of several scripts, or none that ASCII has nothing like.
/// `text` must be UTF-8.
bool is_lookalike(std::string_view text);

}  // namespace coi
