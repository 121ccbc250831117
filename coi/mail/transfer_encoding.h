// Content-Transfer-Encoding undone.
//
// [RFC 2045 §6], by GMime, after what its decoder passes over: base64 that was encoded in pieces, each with its own
// padding, and white space between `=` and the line end of a quoted-printable soft break [RFC 2045 §6.7].

#pragma once

#include <gmime/gmime.h>

#include <functional>
#include <string>
#include <string_view>

namespace coi {

/// The decoded bytes of a part, in pieces. `sink` says whether it wants more.
void decode(GMimeDataWrapper* content, const std::function<bool(std::string_view)>& sink);

/// The same at once; a little more than `most` octets if there are more.
std::string decoded(GMimePart* part, std::size_t most);

}  // namespace coi
