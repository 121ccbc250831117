// Finds the boundary of a multipart whose Content-Type cannot be parsed.
//
// [RFC 2046 §5.1.1]: a strict parser loses the whole text of a mail whose Content-Type has a parameter without a value,
// a comma instead of a semicolon, or another boundary than the body. The boundary is searched in the field, then in the
// lines of the body. Linear; reads the first 64 KiB of the body.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// `read`: the boundary that the MIME parser found in `content_type`, "" for none. `body`: the bytes after the part's
/// header. Returns another boundary if `read` does not occur in the body and the other one does; nullopt: no change.
std::optional<std::string> better_boundary(std::string_view read, std::string_view content_type, std::string_view body);

}  // namespace coi
