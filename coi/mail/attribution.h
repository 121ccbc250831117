// The line that a mail program writes above a quoted mail: "On Mon, Jan 5, 2026 at 10:00 AM Alice <…> wrote:".
//
// A line is an attribution only if every word of it is explained: a date, a time, words of coi/mail/quote_words, an
// address, and one name. A sentence of a person ("my brother called at 18:30 and said:") contains more. It must contain
// the address of a participant of this mail, or a date with a time.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coi {

/// Addresses of the participants in lower case; empty if unknown.
using People = std::span<const std::string>;

/// `text` is an attribution, without its line ends.
bool is_attribution(std::string_view text, People);

/// The index of the line where an attribution begins that ends before `end`; `end` if there is none. The shortest
/// complete one.
std::size_t attribution_before(std::span<const std::string_view> lines, std::size_t end, People);

/// The number of lines of an attribution at the start of `lines`, 0 if there is none.
std::size_t attribution_at_start(std::span<const std::string_view> lines, People);

/// Whether the text contains an address of `people`; also true if it contains no address, or if nobody is known.
bool is_between(std::string_view text, People);
bool has_address(std::string_view text);

}  // namespace coi
