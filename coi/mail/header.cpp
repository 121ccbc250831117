// Header fields [RFC 5322 §2.2] and encoded words [RFC 2047]: folding, decoding by GMime after its mistakes are worked
// around, encoding in base64 only. Structured fields are their own files' business.

#include "coi/mail/header.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>

#include "coi/mail/charset.h"
#include "coi/mail/charset_labels.h"
#include "coi/mail/gobject.h"

namespace coi {
namespace {

constexpr std::size_t line_width = 76;     // [RFC 5322 §2.1.1] asks for 78 at most
constexpr std::size_t longest_word = 900;  // a line may have 998 octets [RFC 5322 §2.1.1]

struct EncodedWord {
    std::size_t begin, end;
    std::string_view charset, payload;
    bool base64;
};

/// The first encoded word at or after `from` [RFC 2047 §2].
std::optional<EncodedWord> find_word(std::string_view value, std::size_t from) {
    for (std::size_t begin = from; (begin = value.find("=?", begin)) != std::string_view::npos; begin += 2) {
        const auto charset_end = value.find('?', begin + 2);
        if (charset_end == std::string_view::npos || charset_end + 2 >= value.size() || value[charset_end + 2] != '?')
            continue;
        const char encoding = value[charset_end + 1];
        const auto end = value.find("?=", charset_end + 3);
        if (end == std::string_view::npos) return std::nullopt;
        return EncodedWord{begin, end + 2, value.substr(begin + 2, charset_end - begin - 2),
                           value.substr(charset_end + 3, end - charset_end - 3), encoding == 'B' || encoding == 'b'};
    }
    return std::nullopt;
}

std::string decode_base64(std::string_view text) {
    gsize length = 0;
    std::string padded(text);  // some programs omit the padding
    const auto digits =
        std::ranges::count_if(text, [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '='; });
    padded.append(static_cast<std::size_t>((4 - digits % 4) % 4), '=');
    const std::unique_ptr<guchar, GFree> bytes(g_base64_decode(padded.c_str(), &length));
    return {reinterpret_cast<const char*>(bytes.get()), length};
}

/// [RFC 2047 §4.2]
std::string decode_q(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '=' && i + 2 < text.size() && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2])) {
            out += static_cast<char>(g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]));
            i += 2;
        } else {
            out += c == '_' ? ' ' : c;
        }
    }
    return out;
}

/// Without the language that [RFC 2231 §5] puts behind it.
std::string_view charset_in(const EncodedWord& word) { return word.charset.substr(0, word.charset.find('*')); }

/// GMime decodes UTF-8 words in Q correctly; for other charsets it knows fewer labels than coi/mail/charset_labels.
bool is_left_to_gmime(const EncodedWord& word) {
    return !word.base64 && charset_of(charset_in(word)).kind == Charset::Kind::utf8;
}

void append_word(std::string& out, const std::string& text) {
    const OwnedText encoded(g_base64_encode(reinterpret_cast<const guchar*>(text.data()), text.size()));
    out.append("=?utf-8?B?").append(encoded.get()).append("?=");
}

/// True if the value can stand in a header as it is, folded at its spaces.
bool is_plain(std::string_view value) {
    if (!is_ascii(value) || value.find("=?") != std::string_view::npos) return false;
    if (value.starts_with(' ') || value.ends_with(' ')) return false;
    for (std::size_t start = 0; start < value.size();) {
        const auto end = std::min(value.find(' ', start), value.size());
        if (end - start > longest_word) return false;
        start = end + 1;
    }
    return true;
}

}  // namespace

GMimeParserOptions* gmime_options() {
    static GMimeParserOptions* const options = [] {
        g_mime_init();
        auto* made = g_mime_parser_options_new();
        std::array<const char*, 3> charsets{"utf-8", "windows-1252", nullptr};
        g_mime_parser_options_set_fallback_charsets(made, charsets.data());
        return made;
    }();
    return options;
}

namespace {

/// Calls take(name, value) for each line that begins a field, take("", value) for each line that continues it.
template <class Take>
void each_line(std::string_view block, const Take& take) {
    bool in_field = false;
    while (!block.empty()) {
        const auto end = std::min(block.find('\n'), block.size());
        auto line = block.substr(0, end);
        block.remove_prefix(std::min(end + 1, block.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) return;
        if (line[0] == ' ' || line[0] == '\t') {
            if (in_field) take(std::string_view(), line);
            continue;
        }
        const auto colon = line.find(':');
        const auto name = colon == std::string_view::npos ? std::string_view() : trim(line.substr(0, colon));
        in_field = is_field_name(name);
        if (in_field && !take(name, line.substr(colon + 1))) return;
    }
}

}  // namespace

std::vector<Field> split_fields(std::string_view block, std::size_t most) {
    std::vector<Field> fields;
    each_line(block, [&](std::string_view name, std::string_view value) {
        if (name.empty()) {
            fields.back().value.append(value);
        } else if (fields.size() == most) {
            return false;
        } else {
            fields.push_back({lower(name), std::string(value)});
        }
        return true;
    });
    for (auto& each : fields) each.value = std::string(trim(each.value));
    return fields;
}

std::vector<std::string> raw_fields(std::string_view mail, std::string_view lower_case_name) {
    std::vector<std::string> values;
    bool wanted = false;
    each_line(mail, [&](std::string_view name, std::string_view value) {
        if (!name.empty()) wanted = lower(name) == lower_case_name;
        if (wanted && !name.empty()) values.emplace_back(value);
        if (wanted && name.empty()) values.back().append(value);
        return true;
    });
    for (auto& each : values) each = std::string(trim(each));
    return values;
}

std::string_view field(const std::vector<Field>& fields, std::string_view lower_case_name) {
    const auto found = std::ranges::find(fields, lower_case_name, &Field::name);
    return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::string tidy_words(std::string_view value) {
    std::string out;
    std::size_t at = 0;
    auto word = find_word(value, 0);
    const auto is_next = [&] {
        return word && !is_left_to_gmime(*word) && trim(value.substr(at, word->begin - at)).empty();
    };
    while (word) {
        out.append(value.substr(at, word->begin - at));
        at = word->begin;
        if (is_left_to_gmime(*word)) {
            out.append(value.substr(at, word->end - at));
            at = word->end;
            word = find_word(value, at);
            continue;
        }
        // Words beside each other become one: GMime loses what follows the padding of the first.
        std::string text;
        do {
            // A multi-byte character may be split between two words.
            std::string bytes;
            const EncodedWord first = *word;
            do {
                bytes += word->base64 ? decode_base64(word->payload) : decode_q(word->payload);
                at = word->end;
                word = find_word(value, at);
            } while (is_next() && word->charset == first.charset);
            text += to_utf8(bytes, charset_in(first));
        } while (is_next());
        append_word(out, text);
    }
    return out.append(value.substr(at));
}

std::string unfold(std::string_view raw) {
    std::string out(trim(raw));
    std::erase_if(out, [](char c) { return c == '\r' || c == '\n'; });
    return out;
}

std::string decode_header(std::string_view raw) {
    std::string value = unfold(raw);
    if (is_ascii(value) && value.find("=?") == std::string::npos) return clean_line(value);
    if (value.find('\0') != std::string::npos) std::erase(value, '\0');
    const OwnedText decoded(g_mime_utils_header_decode_text(gmime_options(), tidy_words(value).c_str()));
    return clean_line(to_utf8(decoded ? decoded.get() : "", "utf-8"));
}

std::string canonical_name(std::string_view name) {
    std::string out(name);
    bool first = true;
    for (char& c : out) {
        if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        first = c == '-';
    }
    // Names with more capitals in their usual spelling; programs ignore this, people may look.
    if (out == "Mime-Version") return "MIME-Version";
    if (out.starts_with("Chat-") || out == "Message-Id") {
        if (out.ends_with("-Id")) out.replace(out.size() - 2, 2, "ID");
    }
    return out;
}

bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 76 &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

bool is_field_value(std::string_view value) {
    bool control = false;  // no early exit, so that it is vectorised
    for (const char c : value) control |= static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    return !control && is_utf8(value);
}

std::string encoded_words(std::string_view text, std::size_t column) {
    constexpr std::string_view open = "=?utf-8?B?", close = "?=";
    constexpr std::size_t longest = 45;  // octets, so 60 of base64: a word has 75 characters at most [RFC 2047 §2]
    std::string out;
    while (!text.empty()) {
        std::size_t room = longest;
        if (out.empty() && column + 75 > line_width) {
            const std::size_t left = column + 16 < line_width ? line_width - column - 12 : 4;
            room = std::max<std::size_t>(left / 4 * 3, 4);
        }
        const auto piece = cut_utf8(text, room);
        const OwnedText encoded(g_base64_encode(reinterpret_cast<const guchar*>(piece.data()), piece.size()));
        if (!out.empty()) out += "\r\n ";
        out.append(open).append(encoded.get()).append(close);
        text.remove_prefix(piece.size());
    }
    return out;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(":");
    std::size_t column = name.size() + 1;
    if (value.empty()) {
        out += "\r\n";
        return;
    }
    if (!is_plain(value)) {
        out.append(" ").append(encoded_words(value, column + 1)).append("\r\n");
        return;
    }
    // Each word is written with the spaces before it, so that unfolding restores the same spaces.
    for (std::size_t at = 0; at < value.size();) {
        const auto word = value.find_first_not_of(' ', at);
        const auto end = std::min(value.find(' ', word), value.size());
        const bool first = at == 0;
        const std::size_t length = end - at + (first ? 1 : 0);
        if (!first && column + length > line_width) {
            out += "\r\n";
            column = 0;
        }
        if (first) out += ' ';
        out.append(value.substr(at, end - at));
        column += length;
        at = end;
    }
    out += "\r\n";
}

void append_tokens(std::string& out, std::string_view name, const std::vector<std::string>& tokens,
                   std::string_view separator) {
    out.append(name).append(":");
    std::size_t column = name.size() + 1;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i != 0) out.append(separator), column += separator.size();
        if (i != 0 && column + tokens[i].size() + 1 > line_width) {
            out += "\r\n";
            column = 0;
        }
        out.append(" ").append(tokens[i]);
        const auto last_line = tokens[i].rfind('\n');
        column = last_line == std::string::npos ? column + 1 + tokens[i].size() : tokens[i].size() - last_line - 1;
    }
    out += "\r\n";
}

std::string print_address(const Address& address) {
    const std::string spec = address.addr_spec();
    if (address.name.empty()) return spec;
    constexpr std::string_view plain = "!#$%&'*+-/=?^_`{|}~ ";
    const auto& name = address.name;
    const bool tidy = is_ascii(name) && name.size() < 200 && name.find("=?") == std::string::npos && trim(name) == name;
    const bool atoms = tidy && name.find("  ") == std::string::npos && std::ranges::all_of(name, [&](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                                  plain.find(c) != std::string_view::npos;
                       });
    if (atoms) return name + " <" + spec + '>';
    if (!tidy) return encoded_words(name, 20) + " <" + spec + '>';
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted.append("\" <").append(spec).append(">");
}

std::string print_date(std::chrono::sys_seconds when) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = when.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> out;
    std::snprintf(out.data(), out.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                  days[static_cast<std::size_t>(parts.tm_wday)].data(), parts.tm_mday,
                  months[static_cast<std::size_t>(parts.tm_mon)].data(), parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    return out.data();
}

}  // namespace coi
