// QR codes; see qr.h.

#include "gateway/service/qr.h"

#include <png.h>
#include <qrencode.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <vector>

namespace gateway {
namespace {

constexpr unsigned pixels_per_module = 6;  // 300 to 600 pixels for an invite: scanned easily, fits a chat
constexpr unsigned quiet_modules = 4;      // white border that scanners need (ISO/IEC 18004)
constexpr unsigned char dark_module = 1;   // libqrencode: the lowest bit

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

/// One byte a pixel, 1 is dark.
std::vector<png_byte> draw(const QRcode& code, unsigned side) {
    std::vector<png_byte> pixels(std::size_t{side} * side, 0);
    const auto width = static_cast<unsigned>(code.width);
    for (unsigned y = 0; y < width * pixels_per_module; ++y) {
        for (unsigned x = 0; x < width * pixels_per_module; ++x) {
            const std::size_t module = std::size_t{y / pixels_per_module} * width + x / pixels_per_module;
            const std::size_t row = y + quiet_modules * pixels_per_module;
            pixels[row * side + x + quiet_modules * pixels_per_module] = code.data[module] & dark_module;
        }
    }
    return pixels;
}

std::string encode_png(const std::vector<png_byte>& pixels, unsigned side) {
    constexpr png_byte white_and_black[] = {255, 0};
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = image.height = side;
    image.format = PNG_FORMAT_GRAY | PNG_FORMAT_FLAG_COLORMAP;
    image.colormap_entries = 2;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string png(size, '\0');
    if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, white_and_black) == 0)
        throw std::runtime_error(std::string("libpng: ") + image.message);
    png.resize(size);
    return png;
}

}  // namespace

coi::Result<QrImage> qr_image(std::string_view text) {
    if (text.empty()) return coi::malformed("a QR code of nothing");
    const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
        static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
    if (!code && errno == ENOMEM) throw std::bad_alloc();
    if (!code) return coi::over_limit("the text is too long for a QR code");
    const unsigned side = (static_cast<unsigned>(code->width) + 2 * quiet_modules) * pixels_per_module;
    return QrImage{encode_png(draw(*code, side), side), side};
}

}  // namespace gateway
