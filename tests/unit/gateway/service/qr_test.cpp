// QR codes are read back by another library, as a phone would.

#include "gateway/service/qr.h"

#include <ReadBarcode.h>
#include <gtest/gtest.h>
#include <png.h>

#include <vector>

namespace gateway {
namespace {

std::string scanned(const QrImage& code) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, code.png.data(), code.png.size()) == 0) return image.message;
    EXPECT_EQ(image.width, code.side);
    EXPECT_EQ(image.height, code.side);
    image.format = PNG_FORMAT_GRAY;
    std::vector<png_byte> pixels(PNG_IMAGE_SIZE(image));
    if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) return image.message;
    const int side = static_cast<int>(code.side);
    const auto found = ZXing::ReadBarcode({pixels.data(), side, side, ZXing::ImageFormat::Lum});
    const auto& bytes = found.bytes();
    return {bytes.begin(), bytes.end()};
}

TEST(Qr, AnInviteIsScanned) {
    const std::string invite =
        "OPENPGP4FPR:DB66969A61E3B74B3719E93D753207FED6C67EF0#a=user2%40mail.test&n=Carol&i=7Vwb_mC9DDrBhCFjv_Z5FMtk"
        "&s=bXixmRa45MrlWj8cRdDbdOpa";
    const auto code = qr_image(invite).value();
    EXPECT_EQ(scanned(code), invite);
    EXPECT_LT(code.png.size(), 8U * 1024);  // what Bits of Binary carries
    EXPECT_GT(code.side, 300U);
}

TEST(Qr, TheLongestTextIsScannedAndStaysSmall) {
    const std::string text(2331, 'x');
    const auto code = qr_image(text).value();
    EXPECT_EQ(scanned(code), text);
    EXPECT_LT(code.png.size(), 64U * 1024);
}

TEST(Qr, BytesBeyondAsciiAreKept) { EXPECT_EQ(scanned(qr_image("n=Zoë").value()), "n=Zoë"); }

TEST(Qr, TooLongAndNothingAreRefused) {
    EXPECT_EQ(qr_image(std::string(2332, 'x')).error().kind, coi::ErrorKind::limit);
    EXPECT_EQ(qr_image("").error().kind, coi::ErrorKind::malformed);
}

}  // namespace
}  // namespace gateway
