// The content of an opaque-signed S/MIME mail.
//
// [RFC 8551 §3.5.2]: the mail is inside of the signature, without readable text beside it. Extracted by OpenSSL. The
// signature is not checked, and nothing is claimed about it (STANDARDS.md).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coi {

/// The MIME part in a CMS SignedData in DER, at most `most` octets; nullopt if it is something else.
std::optional<std::string> signed_content(std::string_view der, std::size_t most);

}  // namespace coi
