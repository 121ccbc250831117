// See framed.h. One pass over the characters beyond ASCII; plain ASCII is left alone.

#include "gateway/feature/framed.h"

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

/// White, double and tortoise shell brackets: pairs whose first has an even difference to the first of its row.
enum class Bracket { none, opening, closing };
Bracket look_alike(char32_t c) {
    struct Row {
        char32_t first, last;
        bool opening_is_odd;
    };
    // With their forms for other widths and directions; 【】 and 《》, which texts of East Asia need, look different.
    static constexpr std::array<Row, 10> rows{{{0x27e6, 0x27e7, false},    // mathematical white square
                                               {0x27ec, 0x27ed, false},    // white tortoise shell
                                               {0x2983, 0x2986, true},     // white curly, white parenthesis
                                               {0x298b, 0x2990, true},     // square with underbar or tick
                                               {0x3016, 0x301b, false},    // white lenticular, tortoise shell, white
                                               {0xff5f, 0xff60, true},     // full width white parenthesis
                                               {0xfe17, 0xfe18, true},     // white lenticular, for vertical text
                                               {0x2045, 0x2046, true},     // square with quill
                                               {0x2e55, 0x2e5c, true},     // square with stroke, and their kin
                                               {0x2e28, 0x2e29, false}}};  // double parenthesis
    for (const auto& row : rows) {
        if (c < row.first || c > row.last) continue;
        return (c % 2 == 1) == row.opening_is_odd ? Bracket::opening : Bracket::closing;
    }
    return Bracket::none;
}

bool is_line_end(char32_t c) { return c == '\n' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029; }
/// Seen nowhere, so nothing at the beginning of a line.
bool is_invisible(char32_t c) { return c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff || c == 0x180e; }
/// Lines through the character before, which make a white bracket of a plain one.
bool is_overlay(char32_t c) { return c == 0x20d2 || c == 0x20d3 || c == 0x20e5 || c == 0x20e6 || c == 0x20eb; }

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
        if ((line_begins && is_invisible(c)) || (after_bracket && is_overlay(c)) || !directions.take(c)) continue;
        const auto bracket = look_alike(c);
        if (bracket == Bracket::none) {
            out += bytes;
        } else {
            out += bracket == Bracket::opening ? "[[" : "]]";
        }
        line_begins = false;
        after_bracket = bracket != Bracket::none || c == '[' || c == ']';
    }
    return out += directions.end();
}

}  // namespace gateway::framed
