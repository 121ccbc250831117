// The boundary of a multipart whose Content-Type cannot be read.
//
// [RFC 2046 §5.1.1], as strict parsers read it, loses every word of a mail whose Content-Type has a parameter without a
// value, a comma for a semicolon, or another boundary than the body. Here the boundary is looked for in the field, and
// then in the lines of the body. Linear; looks at the first 64 KiB of the body.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// `read`: what the MIME parser takes for the boundary of `content_type`, "" for none. `body`: the bytes after the
/// part's header. Answers another boundary if `read` does not occur there and that one does; nullopt: leave it.
std::optional<std::string> better_boundary(std::string_view read, std::string_view content_type, std::string_view body);

}  // namespace coi
