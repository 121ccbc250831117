// The picture of a mail's author, as chatmail programs carry it in the header field Chat-User-Avatar.
//
// `base64:` and the picture, folded at any place; `0`: the author has no picture. Left out: the name of an attachment,
// which programs wrote before 2021. What the bytes are is not looked at here.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coi::avatar {

inline constexpr std::size_t most_bytes = 100'000;        // of a picture; Delta Chat's own have at most 60,000
inline constexpr std::size_t most_field_bytes = 142'000;  // of its field, folded

/// Whether a header field of this name (as it is written) may be as long as a picture.
bool is_field(std::string_view name);

/// The bytes; "" if the author has no picture. nullopt for a value that is something else, broken, or too large.
std::optional<std::string> read(std::string_view raw_value);

/// Appends the field, with CRLF, folded as [RFC 5322 §2.1.1] asks for.
void append_field(std::string& out, std::string_view bytes);

}  // namespace coi::avatar
