// A text as a QR code in a PNG image: for an invite that a phone scans off the screen.
//
// By libqrencode (error correction M, the smallest version that fits) and libpng (one bit per pixel).

#pragma once

#include <string>
#include <string_view>

#include "coi/result.h"

namespace gateway {

struct QrImage {
    std::string png;    // bytes, a few KiB
    unsigned side = 0;  // width and height in pixels
};

/// `text` is UTF-8 without NUL. Fails with ErrorKind::limit above the capacity of a QR code (2,331 bytes), with
/// ErrorKind::malformed for an empty text.
coi::Result<QrImage> qr_image(std::string_view text);

}  // namespace gateway
