// The line that a mail program writes above the mail it quotes: "On Mon, Jan 5, 2026 at 10:00 AM Alice <…> wrote:".
//
// It is known by being explained to the last word: a date, a time, words of coi/mail/quote_words around them, an
// address, and one name. What a person writes ("my brother called at 18:30 and said:") has more in it. It must hold the
// address of somebody who is in this mail, or a date with a time.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coi {

/// Addresses in lower case; empty if it is not known who is in the mail.
using People = std::span<const std::string>;

/// `text` is an attribution, without its line ends.
bool is_attribution(std::string_view text, People);

/// Of the lines before `end`, the index at which an attribution begins that ends with the last of them; `end` if there
/// is none. The shortest one that is whole.
std::size_t attribution_before(std::span<const std::string_view> lines, std::size_t end, People);

/// The number of lines that are an attribution at the start of `lines`, 0 if there is none.
std::size_t attribution_at_start(std::span<const std::string_view> lines, People);

/// An address of `people` stands in the text; also true if it holds none, or if nobody is known.
bool is_between(std::string_view text, People);
bool has_address(std::string_view text);

}  // namespace coi
