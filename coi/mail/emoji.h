// The content of a reaction: emojis, separated by white space. [RFC 9078 §3], [UTS 51] as ICU knows it.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coi {

/// More than this of one person on one message are left out.
inline constexpr std::size_t most_emojis = 20;

/// One emoji, as a person sees it: also with skin tone, joined ones, flags and keycaps. `text`: UTF-8.
bool is_emoji(std::string_view text);

/// Each emoji once, in their order; none in a blank text. nullopt: there is something else in it.
std::optional<std::vector<std::string>> read_emojis(std::string_view text);

}  // namespace coi
