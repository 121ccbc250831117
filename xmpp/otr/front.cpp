// Recognising OTR in a body; see front.h.

#include "xmpp/otr/front.h"

#include <array>
#include <charconv>
#include <optional>

namespace xmpp::otr {
namespace {

constexpr std::string_view mark = "?OTR";
/// [OTR v3 "Tagged plaintext messages"] [XEP-0364 §3]
constexpr std::string_view tag = " \t  \t\t\t\t \t \t \t  ";
constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The position of "?OTR" in a body that begins with it: after blanks, a byte order mark and HTML tags.
std::size_t beginning(std::string_view body) {
    std::size_t at = body.starts_with("\xef\xbb\xbf") ? 3 : 0;
    while (true) {
        at = body.find_first_not_of(blanks, at);
        if (at == std::string_view::npos) return at;
        if (body[at] != '<') return body.substr(at).starts_with(mark) ? at : std::string_view::npos;
        at = body.find('>', at);
        if (at == std::string_view::npos) return at;
        ++at;
    }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The position of an encoded message or a fragment inside a body.
std::size_t encoded(std::string_view body) {
    for (auto at = body.find(mark); at != std::string_view::npos; at = body.find(mark, at + 1)) {
        const std::string_view rest = body.substr(at + mark.size());
        if (rest.size() < 3) continue;
        if (rest.starts_with(":AA")) return at;
        if (rest[0] == '|' && is_hex(rest[1])) return at;
        if (rest[0] == ',' && is_digit(rest[1])) return at;
    }
    return std::string_view::npos;
}

/// The position where OTR begins in a body; npos: nowhere.
std::size_t where(std::string_view body) {
    const auto at = beginning(body);
    return at == std::string_view::npos ? encoded(body) : at;
}

/// The first bytes of a base64 text, as many as fit; nullopt: too short, or no base64.
template <std::size_t size>
std::optional<std::array<unsigned char, size>> head(std::string_view text) {
    static_assert(size % 3 == 0);
    if (text.size() < size / 3 * 4) return std::nullopt;
    std::array<unsigned char, size> bytes;
    for (std::size_t group = 0; group < size / 3; ++group) {
        std::uint32_t bits = 0;
        for (const char c : text.substr(group * 4, 4)) {
            const auto value = base64.find(c);
            if (value == std::string_view::npos) return std::nullopt;
            bits = bits << 6 | static_cast<std::uint32_t>(value);
        }
        for (std::size_t i = 0; i < 3; ++i) bytes[group * 3 + i] = static_cast<unsigned char>(bits >> (16 - 8 * i));
    }
    return bytes;
}

std::uint32_t read_u32(const unsigned char* at) {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

Kind kind_of(unsigned char type, int version) {
    switch (type) {
        case 0x02:
            return Kind::dh_commit;
        case 0x03:
            return Kind::data;
        case 0x0a:
            return Kind::dh_key;  // version 1 has its key exchange message here
        case 0x11:
            return Kind::reveal_signature;
        case 0x12:
            return Kind::signature;
        default:
            return version == 1 ? Kind::unknown : Kind::malformed;
    }
}

/// `wire` begins with "?OTR:". [OTR v3 "Encoded messages"] version (2 bytes), type (1), from version 3 on instance
/// tags.
void look_at_message(Seen& seen, std::string_view wire) {
    seen.kind = Kind::malformed;
    const auto stop = wire.find('.');
    if (stop == std::string_view::npos) return;
    const std::string_view text = wire.substr(5, stop - 5);
    const auto short_header = head<3>(text);
    if (!short_header || (*short_header)[0] != 0) return;
    const int version = (*short_header)[1];
    if (version < 1 || version > 3) return;
    if (text.find_first_not_of(base64) <= text.find_last_not_of('=')) return;  // padding only at the end
    if (version == 3) {
        const auto header = head<12>(text);
        if (!header) return;
        seen.sender = read_u32(header->data() + 3);
        seen.receiver = read_u32(header->data() + 7);
    }
    seen.version = version;
    const Kind kind = kind_of((*short_header)[2], version);
    const bool is_handshake = kind != Kind::data && kind != Kind::unknown;
    if (is_handshake && text.size() > max_handshake) return;
    seen.kind = kind;
    seen.wire = wire.substr(0, stop + 1);
}

/// Removes a number and the separator after it from the start of `text`.
template <class Number>
bool take(std::string_view& text, Number& number, int base, char separator) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end == text.data() + text.size() || *end != separator) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
}

/// [OTR v3 "Fragmentation"] "?OTR|sender|receiver,k,n,piece,", version 2 "?OTR,k,n,piece,".
void look_at_fragment(Seen& seen, std::string_view wire) {
    seen.kind = Kind::malformed;
    std::string_view rest = wire.substr(mark.size() + 1);
    seen.version = wire[mark.size()] == '|' ? 3 : 2;
    if (seen.version == 3 && !(take(rest, seen.sender, 16, '|') && take(rest, seen.receiver, 16, ','))) return;
    if (!take(rest, seen.number, 10, ',') || !take(rest, seen.count, 10, ',')) return;
    if (seen.number < 1 || seen.number > seen.count || seen.count > 65'535) return;
    const auto end = rest.find(',');
    if (end == std::string_view::npos || end == 0) return;
    seen.text = rest.substr(0, end);
    seen.kind = Kind::fragment;
}

/// [OTR v3 "OTR Query Messages"] `offer` is what follows "?OTR": "?", "v23?", "?v2?".
int best_version(std::string_view offer) {
    int best = 0;
    if (offer.starts_with('?')) {
        best = 1;
        offer.remove_prefix(1);
    }
    if (!offer.starts_with('v')) return best;
    const auto end = offer.find('?');
    if (end == std::string_view::npos) return best;
    const auto versions = offer.substr(0, end);
    if (versions.find('3') != std::string_view::npos) return 3;
    return versions.find('2') != std::string_view::npos ? 2 : best;
}

void look_at(Seen& seen, std::string_view wire) {
    const std::string_view rest = wire.substr(mark.size());
    seen.wire = wire;
    if (rest.starts_with(':')) return look_at_message(seen, wire);
    if (rest.starts_with('|') || rest.starts_with(',')) return look_at_fragment(seen, wire);
    if (rest.starts_with('?') || rest.starts_with('v')) {
        seen.kind = Kind::query;
        seen.version = best_version(rest);
    } else if (rest.starts_with(" Error:")) {
        seen.kind = Kind::error;
        const auto words = rest.find_first_not_of(blanks, 7);
        if (words != std::string_view::npos) seen.text = rest.substr(words);
    } else {
        seen.kind = Kind::unknown;
    }
}

}  // namespace

Seen look(std::string_view body) {
    Seen seen;
    const auto at = where(body);
    if (at == std::string_view::npos) {
        seen.text = strip_tag(body);
        if (seen.text.size() == body.size()) return seen;
        const bool clear =
            strip_tag(seen.text).size() == seen.text.size() && where(seen.text) == std::string_view::npos;
        seen.kind = clear ? Kind::tagged : Kind::malformed;  // a tag inside a tag, or inside "?OTR", is never a mistake
    } else if (body.size() > max_message) {
        seen.kind = Kind::malformed;
    } else {
        look_at(seen, body.substr(at));
    }
    return seen;
}

std::string strip_tag(std::string_view text) {
    if (text.find('\t') == std::string_view::npos) return std::string(text);  // a tag has one, a text rarely
    std::string stripped;
    while (true) {
        const auto at = text.find(tag);
        stripped += text.substr(0, at);
        if (at == std::string_view::npos) return stripped;
        text.remove_prefix(at + tag.size());
        // The versions that are offered: groups of eight blanks, known or not.
        while (text.size() >= 8 && text.substr(0, 8).find_first_not_of(" \t") == std::string_view::npos)
            text.remove_prefix(8);
    }
}

}  // namespace xmpp::otr
