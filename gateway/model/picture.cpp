// See picture.h. [PNG §11.2.2], [RFC 9649 §2] (WebP), GIF89a §18; of JPEG the first frame header, after at most the
// segments that fit into the picture.

#include "gateway/model/picture.h"

#include <optional>
#include <string_view>
#include <utility>

#include "xmpp/xep/xep0084_avatar.h"

namespace gateway {
namespace {

using Shape = PictureShape;

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes, at + i);
    return value;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 8 | byte_at(bytes, at + count);
    return value;
}

std::optional<Shape> png(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.size() < 33 || !bytes.starts_with("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"sv)) return std::nullopt;
    return Shape{PictureType::png, big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
}

std::optional<Shape> gif(std::string_view bytes) {
    if (bytes.size() < 13 || (!bytes.starts_with("GIF87a") && !bytes.starts_with("GIF89a"))) return std::nullopt;
    return Shape{PictureType::gif, little_endian(bytes, 6, 2), little_endian(bytes, 8, 2)};
}

std::optional<Shape> webp(std::string_view bytes) {
    if (bytes.size() < 30 || !bytes.starts_with("RIFF") || bytes.substr(8, 4) != "WEBP") return std::nullopt;
    const auto kind = bytes.substr(12, 4);
    if (kind == "VP8X")
        return Shape{PictureType::webp, little_endian(bytes, 24, 3) + 1, little_endian(bytes, 27, 3) + 1};
    if (kind == "VP8L" && bytes[20] == '\x2f') {
        const auto bits = little_endian(bytes, 21, 4);
        return Shape{PictureType::webp, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
    }
    if (kind == "VP8 " && bytes.substr(23, 3) == "\x9d\x01\x2a")
        return Shape{PictureType::webp, little_endian(bytes, 26, 2) & 0x3fff, little_endian(bytes, 28, 2) & 0x3fff};
    return std::nullopt;
}

/// SOF0 to SOF15, without the tables among them.
bool begins_frame(std::uint32_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

std::optional<Shape> jpeg(std::string_view bytes) {
    if (!bytes.starts_with("\xff\xd8\xff")) return std::nullopt;
    for (std::size_t at = 2; at + 9 <= bytes.size();) {
        if (byte_at(bytes, at) != 0xff) return std::nullopt;
        const auto marker = byte_at(bytes, at + 1);
        if (marker == 0xff) {  // a fill byte
            ++at;
            continue;
        }
        if (begins_frame(marker))
            return Shape{PictureType::jpeg, big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
        const auto length = big_endian(bytes, at + 2, 2);
        if (marker < 0xc0 || marker == 0xd9 || marker == 0xda || length < 2) return std::nullopt;
        at += 2 + length;
    }
    return std::nullopt;
}

}  // namespace

std::optional<PictureShape> picture_shape(std::string_view bytes) {
    for (const auto look : {png, jpeg, gif, webp}) {
        if (const auto shape = look(bytes)) return shape;
    }
    return std::nullopt;
}

const char* mime_of(PictureType type) {
    switch (type) {
        case PictureType::png:
            return "image/png";
        case PictureType::jpeg:
            return "image/jpeg";
        case PictureType::gif:
            return "image/gif";
        case PictureType::webp:
            return "image/webp";
    }
    return "";
}

coi::Result<Picture> picture_of(std::string bytes) {
    if (bytes.size() > most_picture_bytes) return coi::over_limit("the picture has too many bytes");
    const auto shape = picture_shape(bytes);
    if (!shape || shape->width == 0 || shape->height == 0) return coi::malformed("it is no picture of a known kind");
    if (shape->width > most_pixels_wide || shape->height > most_pixels_wide)
        return coi::over_limit("the picture says that it has too many pixels");
    Picture picture;
    picture.info = {xmpp::xep0084::id_of(bytes), shape->type, static_cast<std::uint32_t>(bytes.size()),
                    static_cast<std::uint16_t>(shape->width), static_cast<std::uint16_t>(shape->height)};
    picture.bytes = std::move(bytes);
    return picture;
}

}  // namespace gateway
