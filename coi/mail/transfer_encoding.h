// Decodes Content-Transfer-Encoding.
//
// [RFC 2045 §6], by GMime, with additions for input that its decoder would skip: base64 that was encoded in pieces,
// each with its own padding; white space between `=` and the line end of a quoted-printable soft break [RFC 2045 §6.7];
// and the text around uuencoded data, of which GMime decodes only the inside. Text that is not base64 although the
// header says so (a list's footer, a mail that was not encoded) stays.

#pragma once

#include <gmime/gmime.h>

#include <functional>
#include <string>
#include <string_view>

namespace coi {

/// The decoded bytes of a part, in pieces. `sink` returns whether it wants more. `is_text`: lines that are text and not
/// base64 stay unchanged.
void decode(GMimeDataWrapper* content, bool is_text, const std::function<bool(std::string_view)>& sink);

/// About how many bytes that will be; seldom fewer.
std::size_t decoded_size(GMimeDataWrapper* content);

/// The same at once; slightly more than `most` octets if there are more.
std::string decoded(GMimePart* part, std::size_t most);
/// For bytes that are not a part.
std::string decoded(std::string_view bytes, GMimeContentEncoding kind);

}  // namespace coi
