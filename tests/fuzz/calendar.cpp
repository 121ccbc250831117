// Any bytes as a calendar: what comes out is one line, and short.

#include "coi/mail/calendar.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "coi/mail/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto invitation = coi::read_calendar(coi::to_utf8({reinterpret_cast<const char*>(data), size}, "utf-8"));
    if (!invitation) return 0;
    if (invitation->summary.find('\n') != std::string::npos || invitation->location.size() > 300) std::abort();
    return 0;
}
