// Converts bytes in any character set to UTF-8.
//
// [RFC 2045 §5.1], [RFC 2046 §4.1.2]. ICU has the converters; coi/mail/charset_labels says which one a label means. A
// wrong or missing label is corrected if the bytes prove it. Never fails: undecodable bytes become U+FFFD.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// `bytes` in `charset` (any case, "" if unknown) as valid UTF-8 without NUL.
std::string to_utf8(std::string_view bytes, std::string_view charset);

bool is_utf8(std::string_view);
bool is_ascii(std::string_view);

/// Normalises a text: lines end in LF; control characters except TAB and LF, a byte order mark, and blank lines at both
/// ends are removed. `text` must be UTF-8.
std::string clean_text(std::string_view text);

/// As one line: control characters (line ends too) become spaces, white space at both ends is removed. `text` must be
/// UTF-8.
std::string clean_line(std::string_view text);

/// True if the text has a visible character: a letter, digit or sign, not only white space (of any kind) and characters
/// without width. `text` must be UTF-8.
bool has_words(std::string_view text);

/// The longest prefix of at most `most` bytes that splits no character. `text` must be UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t most);

/// Without white space at both ends.
std::string_view trim(std::string_view);

/// ASCII letters in lower case; other bytes as they are.
std::string lower(std::string_view);

}  // namespace coi
