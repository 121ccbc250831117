// What an opaque-signed S/MIME mail says.
//
// [RFC 8551 §3.5.2]: the mail lies inside of the signature and no words stand beside it. Taken out by OpenSSL. The
// signature is not checked: nothing is said of it (STANDARDS.md).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// The MIME part inside of a CMS SignedData in DER, at most `most` octets; nullopt if it is something else.
std::optional<std::string> signed_content(std::string_view der, std::size_t most);

}  // namespace coi
