// Charsets [RFC 2046 §4.1.2] by ICU, and the clean forms of text.
// Invariant: everything that leaves this file is valid UTF-8 without NUL.

#include "coi/mail/charset.h"

#include <glib.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "coi/mail/charset_labels.h"

namespace coi {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Makes valid UTF-8: each invalid byte becomes U+FFFD.
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

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};

/// Undecodable bytes become U+FFFD.
std::string convert(const char* name, std::string_view bytes) {
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(name, &error));
    if (U_FAILURE(error)) return repaired_utf8(bytes);
    icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter.get(), error);
    if (U_FAILURE(error)) return repaired_utf8(bytes);
    text.findAndReplace(icu::UnicodeString(char16_t(0x1A)),
                        icu::UnicodeString(char16_t(0xFFFD)));  // for an incomplete character
    std::string out;
    text.toUTF8String(out);
    return out;
}

/// True if the text contains a UTF-8 sequence of two bytes or more: then it was meant to be UTF-8.
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
    unsigned char all = 0;  // no early exit, so that it is vectorised
    for (const char c : text) all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) return text.find('\0') == text.npos;
    return g_utf8_validate_len(text.data(), text.size(), nullptr) != 0;
}

std::string to_utf8(std::string_view bytes, std::string_view label) {
    const Charset charset = charset_of(label);
    // 7-bit character sets: a text with 8-bit bytes is not in them.
    const bool is_wide = charset.converter.starts_with("UTF-16");
    if (charset.kind == Charset::Kind::stateful && !is_wide && !is_ascii(bytes)) {
        if (is_utf8(bytes)) return std::string(bytes);
        if (charset.converter == "iso-2022-kr") return to_utf8(bytes, "euc-kr");
    }
    if (charset.kind != Charset::Kind::stateful) {
        // A text in another character set is almost never valid UTF-8 by accident: the label is wrong.
        if ((charset.kind != Charset::Kind::multi_byte || is_ascii(bytes)) && is_utf8(bytes)) return std::string(bytes);
        if (charset.kind == Charset::Kind::utf8 && has_utf8_sequence(bytes)) return repaired_utf8(bytes);
    }
    std::string text = convert(charset.converter.empty() ? "windows-1252" : charset.converter.c_str(), bytes);
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
    // Blank lines at the ends mean nothing in a chat; spaces before the first word may (a drawing, code).
    const auto last = out.find_last_not_of(" \t\n");
    if (last == std::string::npos) return {};
    const auto line_end = out.find('\n', last);
    // "-- " keeps its space, which makes the line a signature separator [RFC 3676 §4.3].
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

bool has_words(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(text.data(), at, text.size(), c);
        if (!u_isUWhiteSpace(c) && !u_iscntrl(c) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
            return true;
    }
    return false;
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
