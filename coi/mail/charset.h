// Bytes in some character set to the UTF-8 that the rest of coigate lives on.
//
// [RFC 2045 §5.1], [RFC 2046 §4.1.2]. The converters are ICU's; coi/mail/charset_labels says which one a label means. A
// wrong or missing label is corrected where the bytes prove it. Nothing here fails: what can't be read becomes U+FFFD.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// `bytes` in `charset` (any case, "" if unknown) as valid UTF-8 without NUL.
std::string to_utf8(std::string_view bytes, std::string_view charset);

bool is_utf8(std::string_view);
bool is_ascii(std::string_view);

/// Lines end in LF, control characters except TAB and LF are gone, no byte order mark, no blank line at either end.
/// `text` must be UTF-8.
std::string clean_text(std::string_view text);

/// One line: control characters (line ends too) become spaces, white space at both ends is cut. `text` must be UTF-8.
std::string clean_line(std::string_view text);

/// True if something in it can be seen: letters, digits, signs; not only white space, also of the wider kinds, and
/// characters without width. `text` must be UTF-8.
bool has_words(std::string_view text);

/// The longest prefix of at most `most` bytes that does not cut a character. `text` must be UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t most);

/// Without white space at both ends.
std::string_view trim(std::string_view);

/// ASCII letters in lower case; other bytes as they are.
std::string lower(std::string_view);

}  // namespace coi
