// Pictures for tests: smallest whole ones of each kind, and headers that claim any size.

#pragma once

#include <cstdint>
#include <string>

namespace gateway {

inline std::string big_endian(std::uint32_t value, int bytes) {
    std::string out;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
}

inline std::string little_endian(std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
    return out;
}

/// A PNG as far as its header goes; `more`: what stands behind, to tell pictures apart.
inline std::string png(std::uint32_t width, std::uint32_t height, const std::string& more = "") {
    using namespace std::string_literals;
    return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"s + big_endian(width, 4) + big_endian(height, 4) + "\x08\x02\0\0\0"s +
           "CRC!" + more;
}

/// A JPEG with a comment before its frame.
inline std::string jpeg(std::uint16_t width, std::uint16_t height, const std::string& comment = "a comment") {
    using namespace std::string_literals;
    return "\xff\xd8\xff\xfe"s + big_endian(static_cast<std::uint32_t>(comment.size()) + 2, 2) + comment +
           "\xff\xff\xc2\0\x11\x08"s + big_endian(height, 2) + big_endian(width, 2) + "\3\1\x22\0\2\x11\1\3\x11\1";
}

inline std::string gif(std::uint16_t width, std::uint16_t height) {
    using namespace std::string_literals;
    return "GIF89a" + little_endian(width, 2) + little_endian(height, 2) + "\0\0\0;"s;
}

/// The three kinds of WebP.
inline std::string webp_extended(std::uint32_t width, std::uint32_t height) {
    using namespace std::string_literals;
    return "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"s + little_endian(width - 1, 3) + little_endian(height - 1, 3);
}
inline std::string webp_lossless(std::uint32_t width, std::uint32_t height) {
    using namespace std::string_literals;
    return "RIFF\0\0\0\0WEBPVP8L\x0a\0\0\0\x2f"s + little_endian((width - 1) | (height - 1) << 14, 4) + "12345678";
}
inline std::string webp_lossy(std::uint32_t width, std::uint32_t height) {
    using namespace std::string_literals;
    return "RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0"s + "123\x9d\x01\x2a" + little_endian(width, 2) + little_endian(height, 2);
}

}  // namespace gateway
