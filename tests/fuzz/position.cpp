// Any bytes as KML and as HTML: what comes out is a place on earth, and is printed and read back.

#include "coi/mail/position.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    for (auto position : {coi::read_kml(bytes), coi::read_h_geo(bytes)}) {
        if (!position) continue;
        if (!(std::abs(position->latitude) <= 90) || !(std::abs(position->longitude) <= 180)) std::abort();
        if (coi::read_kml(coi::print_kml(*position, "2026-11-21T21:07:39Z")) != position) std::abort();
        position->accuracy.reset();
        if (coi::read_h_geo(coi::print_h_geo(*position, "")) != position) std::abort();
    }
    return 0;
}
