// See emoji.h.

#include "coi/mail/emoji.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace coi {
namespace {

constexpr std::size_t longest = 64;  // bytes; the longest of Unicode 15 has 35
constexpr UChar32 joiner = 0x200d, text_style = 0xfe0e, emoji_style = 0xfe0f, keycap = 0x20e3;

bool is_picture(UChar32 c) {
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) || u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR) ||
           c == keycap;
}

}  // namespace

bool is_emoji(std::string_view text) {
    if (text.empty() || text.size() > longest) return false;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto length = static_cast<std::int32_t>(text.size());
    int pictures = 0, flags = 0;
    bool is_joined = false;
    for (std::int32_t at = 0; at < length;) {
        UChar32 c = 0;
        U8_NEXT(bytes, at, length, c);
        if (c < 0) return false;
        const bool belongs = u_hasBinaryProperty(c, UCHAR_EMOJI) || u_hasBinaryProperty(c, UCHAR_EMOJI_COMPONENT) ||
                             c == joiner || c == text_style || c == emoji_style;
        if (!belongs) return false;
        const bool is_flag = u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR);
        const bool is_modifier = u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER);
        flags += is_flag;
        if (is_picture(c) && !is_flag && !is_modifier && !is_joined) ++pictures;
        is_joined = c == joiner;
    }
    return !is_joined && (pictures == 1 ? flags == 0 : pictures == 0 && flags == 2);
}

std::optional<std::vector<std::string>> read_emojis(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    std::vector<std::string> emojis;
    while (true) {
        const auto begin = text.find_first_not_of(white);
        if (begin == text.npos) return emojis;
        const std::string_view word = text.substr(begin, text.find_first_of(white, begin) - begin);
        if (!is_emoji(word)) return std::nullopt;
        if (emojis.size() < most_emojis && std::ranges::find(emojis, word) == emojis.end()) emojis.emplace_back(word);
        text.remove_prefix(begin + word.size());
    }
}

}  // namespace coi
