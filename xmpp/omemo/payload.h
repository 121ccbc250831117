// The text of an OMEMO message, encrypted by a key of its own.
//
// [XEP-0384 §4.5]: AES-128 in Galois/Counter Mode, by OpenSSL. The key, with the authentication tag behind it, is what
// sessions encrypt (session.h).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/wiped.h"

namespace xmpp::omemo {

/// Bytes of a text.
inline constexpr std::size_t max_text = 192 * 1024;

struct Sealed {
    std::string iv;       // 12 bytes
    std::string payload;  // as long as the text
    Wiped key;            // 32 bytes: key and tag
};

/// Encrypts by a new key. The empty text gives the key of a KeyTransportElement [§4.6]. Throws std::length_error for a
/// text beyond max_text, std::runtime_error if there are no random numbers.
Sealed seal(std::string_view text);

/// The text; nullopt if it is not what was sealed. `key`: 32 bytes, key and tag; or only the key (16 bytes), then the
/// tag is the end of the payload, as old clients write it.
std::optional<std::string> open(std::string_view iv, std::string_view payload, std::string_view key);

}  // namespace xmpp::omemo
