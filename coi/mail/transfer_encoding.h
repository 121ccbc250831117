// Content-Transfer-Encoding undone.
//
// [RFC 2045 §6], by GMime, after what its decoder passes over: base64 that was encoded in pieces, each with its own
// padding, and white space between `=` and the line end of a quoted-printable soft break [RFC 2045 §6.7]; and uuencode
// with what stands around it, of which GMime decodes the inside alone. Words that are no base64 though the header says
// so (a list's footer, a mail that a program did not encode) stay.

#pragma once

#include <gmime/gmime.h>

#include <functional>
#include <string>
#include <string_view>

namespace coi {

/// The decoded bytes of a part, in pieces. `sink` says whether it wants more. `is_text`: lines that are no base64 but
/// words stay as they are.
void decode(GMimeDataWrapper* content, bool is_text, const std::function<bool(std::string_view)>& sink);

/// The same at once; a little more than `most` octets if there are more.
std::string decoded(GMimePart* part, std::size_t most);
/// Of bytes that are no part's.
std::string decoded(std::string_view bytes, GMimeContentEncoding kind);

}  // namespace coi
