// A text as a QR code, as a PNG image in memory: an invite that a phone scans off the screen.
//
// By libqrencode (error correction M, the smallest version that holds the text) and libpng (one bit a pixel).

#pragma once

#include <string>
#include <string_view>

#include "coi/result.h"

namespace gateway {

struct QrImage {
    std::string png;    // bytes, a few KiB
    unsigned side = 0;  // width and height in pixels
};

/// `text` is UTF-8 without NUL. Fails with ErrorKind::limit above what a QR code holds (2,331 bytes), with
/// ErrorKind::malformed for an empty text.
coi::Result<QrImage> qr_image(std::string_view text);

}  // namespace gateway
