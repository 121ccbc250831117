// Which pictures are accepted: by their header alone, and by what it claims.

#include "gateway/model/picture.h"

#include <gtest/gtest.h>

#include "tests/support/pictures.h"

namespace gateway {
namespace {

/// "image/png 64x48", or why not.
std::string look(const std::string& bytes) {
    const auto picture = picture_of(bytes);
    if (!picture) return picture.error().kind == coi::ErrorKind::limit ? "too large" : "no picture";
    EXPECT_EQ(picture->bytes, bytes) << "they go on as they came";
    EXPECT_EQ(picture->info.bytes, bytes.size());
    return std::string(mime_of(picture->info.type)) + " " + std::to_string(picture->info.width) + "x" +
           std::to_string(picture->info.height);
}

TEST(Picture, EachKindIsKnownByItsFirstBytes) {
    EXPECT_EQ(look(png(64, 48)), "image/png 64x48");
    EXPECT_EQ(look(jpeg(64, 48)), "image/jpeg 64x48");
    EXPECT_EQ(look(gif(64, 48)), "image/gif 64x48");
    EXPECT_EQ(look(webp_extended(64, 48)), "image/webp 64x48");
    EXPECT_EQ(look(webp_lossless(64, 48)), "image/webp 64x48");
    EXPECT_EQ(look(webp_lossy(64, 48)), "image/webp 64x48");
}

TEST(Picture, ItsNameIsItsHash) {
    EXPECT_EQ(picture_of(gif(1, 1))->info.id.size(), 40u);
    EXPECT_NE(picture_of(gif(1, 1))->info.id, picture_of(gif(1, 2))->info.id);
}

TEST(Picture, ABombIsRefusedByWhatItClaims) {
    EXPECT_EQ(look(png(1024, 1024)), "image/png 1024x1024");
    for (const std::uint32_t size : {1025u, 50'000u, 0x7fffffffu, 0xffffffffu}) {
        EXPECT_EQ(look(png(size, 1)), "too large") << size;
        EXPECT_EQ(look(png(1, size)), "too large") << size;
    }
    EXPECT_EQ(look(jpeg(65'535, 65'535)), "too large");
    EXPECT_EQ(look(gif(65'535, 1)), "too large");
    EXPECT_EQ(look(webp_extended(16'777'216, 16'777'216)), "too large");
    EXPECT_EQ(look(webp_lossless(16'384, 16'384)), "too large");
    EXPECT_EQ(look(webp_lossy(16'383, 16'383)), "too large");
}

TEST(Picture, ItHasNotTooManyBytes) {
    const std::string start = png(1, 1);
    EXPECT_EQ(look(start + std::string(most_picture_bytes - start.size(), 'x')), "image/png 1x1");
    EXPECT_EQ(look(start + std::string(most_picture_bytes - start.size() + 1, 'x')), "too large");
}

TEST(Picture, WhatIsNoneIsNone) {
    EXPECT_EQ(look(""), "no picture");
    EXPECT_EQ(look("<svg xmlns='http://www.w3.org/2000/svg'/>"), "no picture") << "it may hold scripts and links";
    EXPECT_EQ(look("BM" + std::string(100, '\0')), "no picture");
    EXPECT_EQ(look("<html>" + png(1, 1)), "no picture");
    EXPECT_EQ(look(png(0, 5)), "no picture");
    EXPECT_EQ(look(png(5, 0)), "no picture");
}

TEST(Picture, WhatEndsEarlyIsNone) {
    for (const auto& whole : {png(5, 5), jpeg(5, 5), gif(5, 5), webp_extended(5, 5), webp_lossy(5, 5)}) {
        for (std::size_t length = 0; length < 10; ++length) EXPECT_EQ(look(whole.substr(0, length)), "no picture");
    }
    EXPECT_EQ(look(png(5, 5).substr(0, 32)), "no picture");
    EXPECT_EQ(look(jpeg(5, 5).substr(0, 18)), "no picture");
}

TEST(Picture, TheSegmentsOfAJpegEndSomewhere) {
    using namespace std::string_literals;
    EXPECT_EQ(look("\xff\xd8\xff\xfe\0\0"s + std::string(100, '\0')), "no picture") << "a segment of no length";
    EXPECT_EQ(look("\xff\xd8\xff"s + std::string(100, '\xff')), "no picture");
    EXPECT_EQ(look("\xff\xd8\xff\xd9"s + jpeg(5, 5)), "no picture") << "its end comes before its frame";
    EXPECT_EQ(look("\xff\xd8\xff\xc4\0\4\0\0\xff\xc0\0\x11\x08\0\5\0\6\3"s + std::string(10, 'x')), "image/jpeg 6x5")
        << "a table is no frame";
}

}  // namespace
}  // namespace gateway
