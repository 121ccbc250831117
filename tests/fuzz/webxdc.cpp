// Any bytes as an app's update: at most three short lines.

#include "coi/mail/webxdc.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/mail/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto news = coi::read_webxdc_news({reinterpret_cast<const char*>(data), size});
    if (news.size() > 3) std::abort();
    for (const auto& line : news) {
        if (line.empty() || line.size() > 200 || !coi::is_utf8(line) || line.find('\n') != line.npos) std::abort();
    }
    return 0;
}
