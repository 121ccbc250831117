// Any bytes as a picture: what is accepted is within the limits, and no byte beside it was looked at.

#include "gateway/model/picture.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto picture = gateway::picture_of(std::string(reinterpret_cast<const char*>(data), size));
    if (!picture) return 0;
    const auto& info = picture->info;
    if (info.bytes != size || info.id.size() != 40 || info.width == 0 || info.height == 0 ||
        info.width > gateway::most_pixels_wide || info.height > gateway::most_pixels_wide)
        std::abort();
    return 0;
}
