// Words of IMAP: letter case, mailbox names, commands.

#include "coi/net/imap_text.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace coi::net {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

/// A converter that stops at the first byte it cannot convert, instead of putting something in its place.
Converter open_converter(const char* name) {
    UErrorCode error = U_ZERO_ERROR;
    Converter converter(ucnv_open(name, &error));
    if (U_SUCCESS(error))
        ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    if (U_SUCCESS(error))
        ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    return U_SUCCESS(error) ? std::move(converter) : nullptr;
}

std::optional<std::string> convert(std::string_view text, const char* from, const char* to) {
    const Converter source = open_converter(from), target = open_converter(to);
    if (!source || !target || text.size() > 4096) return std::nullopt;
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString unicode(text.data(), static_cast<std::int32_t>(text.size()), source.get(), error);
    if (U_FAILURE(error)) return std::nullopt;
    std::string out(static_cast<std::size_t>(unicode.length()) * 8 + 16, '\0');
    const auto length = unicode.extract(out.data(), static_cast<std::int32_t>(out.size()), target.get(), error);
    if (U_FAILURE(error) || length < 0 || static_cast<std::size_t>(length) > out.size()) return std::nullopt;
    out.resize(static_cast<std::size_t>(length));
    return out;
}

constexpr const char* modified_utf7_name = "IMAP-mailbox-name";  // ICU's name for it
constexpr std::size_t longest_quoted = 1024;
constexpr std::size_t small_literal = 4096;  // [RFC 7888 §5]
constexpr std::size_t most_ranges = 300;     // in one command: lines of some KiB are taken everywhere

}  // namespace

bool has_flag(std::string_view list, std::string_view flag) {
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(" ()"), list.size());
        if (same_ascii(list.substr(0, end), flag)) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

std::vector<std::string> sequence_sets(std::vector<std::uint32_t> uids) {
    std::ranges::sort(uids);
    uids.erase(std::ranges::unique(uids).begin(), uids.end());
    std::vector<std::string> sets;
    std::size_t ranges = 0;
    for (std::size_t i = 0; i < uids.size(); ++i) {
        const std::uint32_t first = uids[i];
        while (i + 1 < uids.size() && uids[i + 1] == uids[i] + 1) ++i;
        if (ranges++ % most_ranges == 0)
            sets.emplace_back();
        else
            sets.back() += ',';
        sets.back() += std::to_string(first);
        if (uids[i] != first) sets.back() += ":" + std::to_string(uids[i]);
    }
    return sets;
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string upper_ascii(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

bool same_ascii(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> decode_mailbox(std::string_view modified_utf7) {
    return convert(modified_utf7, modified_utf7_name, "UTF-8");
}

std::optional<std::string> encode_mailbox(std::string_view utf8) { return convert(utf8, "UTF-8", modified_utf7_name); }

std::string clean_words(std::string_view words, std::size_t most) {
    std::string out;
    const auto size = static_cast<std::int32_t>(std::min<std::size_t>(words.size(), 4096));
    for (std::int32_t at = 0; at < size;) {
        const std::int32_t begin = at;
        UChar32 c;
        U8_NEXT(words.data(), at, size, c);
        const auto length = static_cast<std::size_t>(at - begin);
        const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);  // also what is not UTF-8 (c < 0)
        if (out.size() + length > most) break;
        out += control ? std::string_view("?") : words.substr(static_cast<std::size_t>(begin), length);
    }
    return out;
}

ImapCommand& ImapCommand::words(std::string_view words) {
    (pieces_.back().text += ' ') += words;
    return *this;
}

ImapCommand& ImapCommand::string(std::string_view value, bool utf8) {
    const bool plain = value.size() <= longest_quoted && std::all_of(value.begin(), value.end(), [&](char c) {
                           const auto byte = static_cast<unsigned char>(c);
                           return byte >= 0x80 ? utf8 : (byte >= 0x20 && byte != 0x7f);
                       });
    if (!plain) return literal(value);
    std::string quoted = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return words(quoted += '"');
}

ImapCommand& ImapCommand::literal(std::string_view bytes) {
    if (bytes.find('\0') != std::string_view::npos) sayable_ = false;  // [RFC 9051 §9 CHAR8]
    const bool waits =
        literals_ == Literals::synchronising || (literals_ == Literals::small && bytes.size() > small_literal);
    words("{" + std::to_string(bytes.size()) + (waits ? "}\r\n" : "+}\r\n"));
    pieces_.back().literal = bytes;
    pieces_.back().waits = waits;
    pieces_.emplace_back();
    return *this;
}

std::vector<ImapCommand::Piece> ImapCommand::finish() && {
    pieces_.back().text += "\r\n";
    return std::move(pieces_);
}

}  // namespace coi::net
