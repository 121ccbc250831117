// Pictures: what their first bytes say, never decoded.
//
// PNG, JPEG, GIF and WebP. That of a person has at most 100 kB and 1024×1024 pixels: a small file can claim a size that
// takes a client's memory. The bytes go on as they came; the type is what they are, whatever their sender calls them.
// Pure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coi/result.h"

namespace gateway {

enum class PictureType : std::uint8_t { png, jpeg, gif, webp };
/// "image/png"
const char* mime_of(PictureType);

/// What a picture of a known kind says of itself, which need not be true.
struct PictureShape {
    PictureType type = PictureType::png;
    std::uint32_t width = 0, height = 0;  // pixels
};
std::optional<PictureShape> picture_shape(std::string_view bytes);

/// What is known of a picture without its bytes.
struct PictureInfo {
    std::string id;  // SHA-1 in hex, as Jabber names it; "": there is none
    PictureType type = PictureType::png;
    std::uint32_t bytes = 0;
    std::uint16_t width = 0, height = 0;
    bool operator==(const PictureInfo&) const = default;
};

struct Picture {
    PictureInfo info;
    std::string bytes;
    bool operator==(const Picture&) const = default;
};

inline constexpr std::size_t most_picture_bytes = 100'000;
inline constexpr std::uint32_t most_pixels_wide = 1024;

/// ErrorKind::limit for a picture that is or claims to be too large, ErrorKind::malformed for anything else.
coi::Result<Picture> picture_of(std::string bytes);

}  // namespace gateway
