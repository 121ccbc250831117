// Any bytes as HTML, in any charset: the text is UTF-8 and stays within its bound.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/mail/charset.h"
#include "coi/mail/flowed.h"
#include "coi/mail/html.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto html = coi::to_utf8(bytes, coi::html_charset(bytes));
    if (!coi::is_utf8(html)) std::abort();
    const auto text = coi::html_to_text(html, 10000);
    if (text.size() > 10000 || !coi::is_utf8(text)) std::abort();
    const auto clean = coi::clean_text(text);
    if (const auto lines = coi::encode_flowed(clean)) {
        if (coi::decode_flowed(*lines, false) != clean) std::abort();
    }
    coi::decode_flowed(clean, true);
    return 0;
}
