// Any bytes as enriched text and as richtext: formatting adds nothing, and costs nothing.

#include "coi/mail/enriched.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "coi/mail/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = coi::to_utf8({reinterpret_cast<const char*>(data), size}, "utf-8");
    if (coi::enriched_to_text(text, false).size() > text.size()) std::abort();
    static_cast<void>(coi::enriched_to_text(text, true));
    return 0;
}
