// See framed.h. One pass over the characters, which ICU knows the properties of.

#include "gateway/model/framed.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace gateway::framed {
namespace {

constexpr std::string_view open = "⟦", close = "⟧";

/// The character that begins at `at`, and its bytes. `text` is UTF-8.
std::pair<char32_t, std::size_t> character(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t value = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
        value = value << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
    return {value, std::min(length, text.size() - at)};
}

/// Opening and closing punctuation that texts need; all else of it could be taken for our brackets.
constexpr std::array<std::pair<char32_t, char32_t>, 26> usual{
    {{'(', ')'},       {'[', ']'},       {'{', '}'},       {0xf3a, 0xf3d},   {0x169b, 0x169c}, {0x201a, 0x201a},
     {0x201e, 0x201e}, {0x207d, 0x207e}, {0x208d, 0x208e}, {0x2308, 0x230b}, {0x2329, 0x232a}, {0x2768, 0x2775},
     {0x27e8, 0x27eb}, {0x2e22, 0x2e25}, {0x2e42, 0x2e42}, {0x3008, 0x3011}, {0x3014, 0x3015}, {0x301d, 0x301f},
     {0xfd3e, 0xfd3f}, {0xfe35, 0xfe44}, {0xfe47, 0xfe48}, {0xfe59, 0xfe5e}, {0xff08, 0xff09}, {0xff3b, 0xff3d},
     {0xff5b, 0xff5d}, {0xff62, 0xff63}}};

enum class Bracket { none, usual, opening, closing };
Bracket bracket_of(char32_t c) {
    const auto category = u_charType(static_cast<UChar32>(c));
    if (category != U_START_PUNCTUATION && category != U_END_PUNCTUATION) return Bracket::none;
    if (std::ranges::any_of(usual, [c](const auto& range) { return c >= range.first && c <= range.second; }))
        return Bracket::usual;
    return category == U_START_PUNCTUATION ? Bracket::opening : Bracket::closing;
}

bool is_line_end(char32_t c) { return c == '\n' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_direction(char32_t c) { return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_BIDI_CONTROL) != 0; }
/// Seen nowhere: fillers, joiners, selectors, tags.
bool is_invisible(char32_t c) {
    return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 && !is_direction(c);
}
/// Drawn over or around the character before: it could make a white bracket of a plain one.
bool is_mark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }

/// Begun embeddings and isolates of a line [Unicode TR9].
class Directions {
  public:
    /// False: the character is left out.
    bool take(char32_t c) {
        constexpr std::size_t deepest = 125;  // as TR9 has it: more have no effect
        if (c == 0x202d || c == 0x202e) {     // overrides: an honest text has no use for them
            if (begun_.size() < deepest) begun_.push_back(Kind::override);
            return false;
        }
        if (c == 0x202a || c == 0x202b || (c >= 0x2066 && c <= 0x2068)) {
            if (begun_.size() >= deepest) return false;
            begun_.push_back(c >= 0x2066 ? Kind::isolate : Kind::embedding);
            return true;
        }
        if (c != 0x202c && c != 0x2069) return true;
        if (begun_.empty() || (begun_.back() == Kind::isolate) != (c == 0x2069)) return false;
        const bool kept = begun_.back() != Kind::override;
        begun_.pop_back();
        return kept;
    }

    /// What ends all that is begun.
    std::string end() {
        std::string out;
        for (; !begun_.empty(); begun_.pop_back()) {
            if (begun_.back() == Kind::embedding) out += "\u202c";
            if (begun_.back() == Kind::isolate) out += "\u2069";
        }
        return out;
    }

  private:
    enum class Kind : std::uint8_t { override, embedding, isolate };
    std::vector<Kind> begun_;
};

}  // namespace

std::string notice(std::string_view words) {
    if (words.empty()) return {};
    if (words.starts_with('[') && words.ends_with(']')) words = words.substr(1, words.size() - 2);
    return std::string(open).append(words).append(close);
}

std::string foreign(std::string_view text) {
    const auto is_plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; };
    if (std::ranges::all_of(text, is_plain)) return std::string(text);  // as most texts: nothing in it is for us
    std::string out;
    out.reserve(text.size());
    Directions directions;
    bool line_begins = true, after_bracket = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto [c, length] = character(text, at);
        const auto bytes = text.substr(at, length);
        at += length;
        if (is_line_end(c)) {
            out += directions.end() + "\n";
            line_begins = true;
            continue;
        }
        if (line_begins && is_invisible(c)) continue;
        if (after_bracket && (is_invisible(c) || is_mark(c))) continue;
        if (!directions.take(c)) continue;
        const auto bracket = bracket_of(c);
        if (bracket == Bracket::none || bracket == Bracket::usual) {
            out += bytes;
        } else {
            out += bracket == Bracket::opening ? "[[" : "]]";
        }
        line_begins = false;
        after_bracket = bracket != Bracket::none || (after_bracket && is_direction(c));
    }
    return out += directions.end();
}

}  // namespace gateway::framed
