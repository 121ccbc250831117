// Charsets [RFC 2046 §4.1.2] by iconv, and the clean forms of text. Which label means which set is decided here.
// Invariant: everything that leaves this file is valid UTF-8 without NUL.

#include "coi/mail/charset.h"

#include <glib.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace coi {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// What senders mean by labels that name less.
std::string_view widened(std::string_view charset) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> meant{{
        {"ascii", "windows-1252"},
        {"big5", "big5-hkscs"},
        {"cp-850", "cp850"},
        {"gb2312", "gb18030"},
        {"gb_2312-80", "gb18030"},
        {"gbk", "gb18030"},
        {"iso-8859-1", "windows-1252"},
        {"iso-8859-9", "windows-1254"},
        {"ks_c_5601-1987", "cp949"},
        {"latin1", "windows-1252"},
        {"shift_jis", "cp932"},
        {"us-ascii", "windows-1252"},
        {"x-gbk", "gb18030"},
        {"x-sjis", "cp932"},
    }};
    const auto found =
        std::ranges::lower_bound(meant, charset, {}, &std::pair<std::string_view, std::string_view>::first);
    return found != meant.end() && found->first == charset ? found->second : charset;
}

struct CloseConverter {
    void operator()(void* converter) const { iconv_close(converter); }
};
using Converter = std::unique_ptr<void, CloseConverter>;

Converter open_converter(const std::string& charset) {
    const iconv_t converter = iconv_open("UTF-8", charset.c_str());
    return Converter(reinterpret_cast<std::intptr_t>(converter) == -1 ? nullptr : converter);
}

std::string convert(iconv_t converter, std::string_view bytes) {
    std::string out;
    std::array<char, 4096> chunk;
    char* from = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there
    std::size_t left = bytes.size();
    while (true) {
        char* to = chunk.data();
        std::size_t room = chunk.size();
        const bool last = left == 0;
        const auto done =
            last ? iconv(converter, nullptr, nullptr, &to, &room) : iconv(converter, &from, &left, &to, &room);
        const int why = done == static_cast<std::size_t>(-1) ? errno : 0;
        out.append(chunk.data(), chunk.size() - room);
        if (why == EILSEQ || why == EINVAL) {
            out += replacement;
            if (last) return out;
            ++from, --left;
        } else if (last && why == 0) {
            return out;
        }
    }
}

/// Valid UTF-8 out of nearly valid: each byte that doesn't belong becomes U+FFFD.
std::string repaired_utf8(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const char* end = nullptr;
        g_utf8_validate_len(bytes.data(), bytes.size(), &end);
        const auto good = static_cast<std::size_t>(end - bytes.data());
        out.append(bytes.substr(0, good));
        bytes.remove_prefix(good);
        if (bytes.empty()) break;
        if (bytes[0] != '\0') out += replacement;
        bytes.remove_prefix(1);
    }
    return out;
}

/// True if some sequence of two bytes or more is UTF-8: then the text was meant to be.
bool has_utf8_sequence(std::string_view bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
        if (length != 0 && i + length <= bytes.size() && is_utf8(bytes.substr(i, length))) return true;
    }
    return false;
}

}  // namespace

bool is_ascii(std::string_view text) {
    unsigned char all = 0;  // no early end, so that it takes many at once
    for (const char c : text) all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) return text.find('\0') == text.npos;
    return g_utf8_validate_len(text.data(), text.size(), nullptr) != 0;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
    const std::string label = lower(trim(charset));
    const bool stateful = label.starts_with("utf-7") || label.starts_with("utf7") || label.starts_with("iso-2022") ||
                          label.starts_with("hz") || label.starts_with("utf-16") || label.starts_with("utf-32") ||
                          label.starts_with("ucs");
    if (!stateful) {
        // A text in another set that is valid UTF-8 beyond ASCII by accident is next to impossible: the label is wrong.
        const bool multibyte = label.starts_with("gb") || label.starts_with("big5") || label.starts_with("shift") ||
                               label.starts_with("euc") || label.starts_with("ks");
        if ((!multibyte || is_ascii(bytes)) && is_utf8(bytes)) return std::string(bytes);
        if (label == "utf-8" || label == "utf8" || label.empty()) {
            if (has_utf8_sequence(bytes)) return repaired_utf8(bytes);
        }
    }
    Converter converter;
    if (!label.empty() && label != "utf-8" && label != "utf8") converter = open_converter(std::string(widened(label)));
    if (!converter) converter = open_converter("windows-1252");
    std::string text = converter ? convert(converter.get(), bytes) : repaired_utf8(bytes);
    std::erase(text, '\0');
    return text;
}

std::string clean_text(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r') {
            if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
        } else if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) {
            out += c;
        }
    }
    // Blank lines at the ends say nothing in a chat; spaces before the first word may (a drawing, code).
    const auto last = out.find_last_not_of(" \t\n");
    if (last == std::string::npos) return {};
    const auto line_end = out.find('\n', last);
    // "-- " keeps its space: it is what makes the line a signature separator [RFC 3676 §4.3].
    if (line_end != std::string::npos) out.resize(line_end);
    const auto first = out.find_first_not_of(" \t\n");
    const auto line_start = out.rfind('\n', first);
    if (line_start != std::string::npos) out.erase(0, line_start + 1);
    return out;
}

std::string clean_line(std::string_view text) {
    std::string out(trim(text));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return std::string(trim(out));
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

}  // namespace coi
