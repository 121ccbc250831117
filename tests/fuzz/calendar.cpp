// Any bytes as a calendar, and as enriched text: what comes out is one line, or text without a command's cost.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "coi/mail/calendar.h"
#include "coi/mail/charset.h"
#include "coi/mail/enriched.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = coi::to_utf8({reinterpret_cast<const char*>(data), size}, "utf-8");
    if (const auto invitation = coi::read_calendar(text)) {
        if (invitation->summary.find('\n') != std::string::npos || invitation->location.size() > 300) std::abort();
    }
    if (coi::enriched_to_text(text, false).size() > text.size()) std::abort();
    static_cast<void>(coi::enriched_to_text(text, true));
    return 0;
}
