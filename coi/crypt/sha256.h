// SHA-256, by OpenSSL.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// 32 raw bytes.
std::string sha256(std::string_view bytes);

}  // namespace coi
