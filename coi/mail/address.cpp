// Addresses: the addr-spec is parsed here [RFC 5321 §4.1.2], names by GMime, domains by libidn2 (IDNA 2008), their case
// by ICU. GMime gets one flat list of prepared addresses: its group parser recurses, and it rewrites some domains.
// Invariant: every parsed address can be written by addr_spec() and is parsed back the same (fuzz_address).

#include "coi/mail/address.h"

#include "coi/mail/gobject.h"  // before idn2.h, which defines a macro of GLib's if it is missing

#include <idn2.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t longest_domain = 255;  // [RFC 5321 §4.5.3.1.2]
constexpr std::ptrdiff_t most_colons = 500;  // in names and literals; more of them are an attempt to nest groups
constexpr std::size_t longest_local = 250;   // [RFC 5321 §4.5.3.1.1] says 64; bounce addresses in the wild are longer

struct IdnFree {
    void operator()(char* memory) const { idn2_free(memory); }
};
using IdnText = std::unique_ptr<char, IdnFree>;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A table, because every address of every message is looked at several times.
constexpr std::array<bool, 256> atom_chars = [] {
    std::array<bool, 256> all{};
    for (std::size_t c = 0; c < all.size(); ++c) all[c] = c > ' ' && c != 0x7f;
    for (const unsigned char special : std::string_view("()<>[]:;@\\,\"")) all[special] = false;
    return all;
}();

bool is_atom_char(char c) { return atom_chars[static_cast<unsigned char>(c)]; }

/// The domain in A-labels, or nullopt if DNS could not have it.
std::optional<std::string> to_a_labels(const std::string& domain) {
    char* out = nullptr;
    if (idn2_to_ascii_8z(domain.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) return std::nullopt;
    const IdnText owned(out);
    return std::string(out);
}

std::optional<std::string> to_u_labels(const std::string& domain) {
    char* out = nullptr;
    if (idn2_to_unicode_8z8z(domain.c_str(), &out, 0) != IDN2_OK) return std::nullopt;
    const IdnText owned(out);
    return std::string(out);
}

std::string lower_case(const std::string& text) {
    std::string out;
    icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
    return out;
}

/// Letters, digits, hyphens and (seen in the wild) underscores in labels of 1 to 63.
bool is_host_name(std::string_view domain) {
    if (domain.size() > longest_domain) return false;
    std::size_t label = 0;  // its length so far
    for (const char c : domain) {
        if (c == '.' ? label == 0 : !g_ascii_isalnum(c) && c != '-' && c != '_') return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63) return false;
    }
    return label > 0;
}

/// The one form of a domain inside coigate (Address::domain).
std::optional<std::string> normal_domain(std::string_view domain) {
    if (domain.size() > longest_domain * 4) return std::nullopt;
    if (domain.starts_with('[')) {  // address literal [RFC 5321 §4.1.3]
        const bool good = domain.size() > 2 && domain.ends_with(']') && domain.size() <= longest_domain &&
                          std::ranges::all_of(domain.substr(1, domain.size() - 2), [](char c) {
                              return g_ascii_isalnum(c) || c == '.' || c == ':' || c == '-';
                          });
        return good ? std::optional(lower(domain)) : std::nullopt;
    }
    std::string name = lower(domain);
    const bool ascii = is_ascii(name);
    if (ascii && !is_host_name(name)) return std::nullopt;
    if (ascii && name.find("xn--") == std::string::npos) return name;
    if (!is_utf8(name) || name.find('\0') != std::string::npos) return std::nullopt;
    const auto labels = to_a_labels(name);
    if (!labels || !is_host_name(*labels)) return ascii ? std::optional(name) : std::nullopt;
    const auto unicode = to_u_labels(*labels);
    if (!unicode || to_a_labels(*unicode) != labels) return ascii ? std::optional(name) : std::nullopt;
    // A name that is equal to another one only after mapping (full width, soft hyphens) is refused: mail systems that
    // check a sender by domain do not map.
    if (!ascii && lower_case(name) != *unicode) return std::nullopt;
    return *unicode;
}

std::string quoted_if_needed(const std::string& local) {
    const bool dot_atom = !local.empty() && std::ranges::all_of(local, is_atom_char) && !local.starts_with('.') &&
                          !local.ends_with('.') && local.find("..") == std::string::npos;
    if (dot_atom) return local;
    std::string out = "\"";
    for (const char c : local) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

/// The local part at the start of `spec`, unquoted, and the text after it.
std::optional<std::pair<std::string, std::string_view>> read_local(std::string_view spec) {
    std::string local;
    if (!spec.starts_with('"')) {
        const auto end = std::min(spec.find('@'), spec.size());
        // Dots are accepted anywhere: Japanese mobile carriers issued names such as "taro..yamada".
        if (end == 0 || !std::all_of(spec.begin(), spec.begin() + static_cast<std::ptrdiff_t>(end), is_atom_char))
            return std::nullopt;
        return std::pair(std::string(spec.substr(0, end)), spec.substr(end));
    }
    for (std::size_t i = 1; i < spec.size(); ++i) {
        if (spec[i] == '"') return std::pair(std::move(local), spec.substr(i + 1));
        if (spec[i] == '\\' && ++i == spec.size()) break;
        if (is_control(spec[i])) break;
        local += spec[i];
    }
    return std::nullopt;
}

/// The addresses of the field one by one, group names left out, so that GMime's parser (which recurses into groups and
/// crashes on 60,000 of them) sees a flat list. nullopt if quotes or brackets do not pair and `honour_quotes` is true.
std::optional<std::vector<std::string>> flattened(std::string_view field, bool honour_quotes) {
    std::vector<std::string> pieces(1);
    std::size_t comments = 0;
    bool quoted = false, angle = false, literal = false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        char c = field[i];
        auto& piece = pieces.back();
        if (!honour_quotes && (c == '"' || c == '(' || c == ')' || c == '\\')) c = ' ';
        if (c == '\0') continue;
        if (c == '\\' && (quoted || comments > 0)) {
            piece += c;
            if (++i < field.size() && field[i] != '\0') piece += field[i];
            continue;
        }
        if (quoted) {
            quoted = c != '"';
        } else if (comments > 0 || c == '(') {
            comments += c == '(' ? 1 : 0;
            comments -= c == ')' ? 1 : 0;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '<' || c == '>') {
            angle = c == '<';
        } else if (c == '[' || c == ']') {
            literal = c == '[';
        } else if (!angle && !literal && (c == ',' || c == ';')) {
            pieces.emplace_back();
            continue;
        } else if (!angle && !literal && c == ':') {
            piece.clear();
            continue;
        }
        piece += c;
    }
    if (honour_quotes && (quoted || comments > 0 || angle)) return std::nullopt;
    return pieces;
}

/// Rewrites "xn" + '-' + `before` to end in `after`.
std::string rewritten_a_labels(std::string text, char before, char after) {
    for (std::size_t at = 2; at + 1 < text.size(); ++at) {
        if (text[at] != '-' || text[at + 1] != before) continue;
        if (lower(std::string_view(text).substr(at - 2, 2)) == "xn") text[at + 1] = after;
    }
    return text;
}

/// Where the first comment (`wanted` is "(") or the last address ("<") of a piece begins. npos: nowhere.
std::size_t find_begin(std::string_view piece, char wanted) {
    std::size_t found = piece.npos, comments = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        const char c = piece[i];
        if (c == '\\' && (quoted || comments > 0)) {
            ++i;
        } else if (quoted) {
            quoted = c != '"';
        } else if (comments > 0 || c == '(') {
            if (wanted == '(') return i;
            comments += c == '(' ? 1 : 0;
            comments -= c == ')' ? 1 : 0;
        } else {
            if (c == wanted) found = i;
            quoted = c == '"';
        }
    }
    return found;
}

/// A piece in a form that GMime parses correctly. It loses parts of encoded words in names (tidy_words), and decodes
/// A-labels without checking that they are valid, which changes some domains: a star, which no domain contains, hides
/// them. Neither change may affect the other half of the piece.
std::string prepared(const std::string& piece) {
    const auto open = find_begin(piece, '<');
    if (open != std::string::npos)
        return tidy_words(piece.substr(0, open)) + rewritten_a_labels(piece.substr(open), '-', '*');
    const auto comment = std::min(find_begin(piece, '('), piece.size());
    return rewritten_a_labels(piece.substr(0, comment), '-', '*') + tidy_words(piece.substr(comment));
}

/// The addr-spec of a prepared piece.
Result<Address> read_hidden(std::string_view hidden) {
    return parse_addr_spec(rewritten_a_labels(std::string(hidden), '*', '-'));
}

/// GMime's result for a flat list.
std::vector<Address> read_list(std::string list_text) {
    std::vector<Address> addresses;
    if (std::ranges::count(list_text, ':') > most_colons) std::ranges::replace(list_text, ':', ' ');
    const Owned<InternetAddressList> list(internet_address_list_parse(gmime_options(), list_text.c_str()));
    const int count = list ? internet_address_list_length(list.get()) : 0;
    for (int i = 0; i < count; ++i) {
        auto* entry = internet_address_list_get_address(list.get(), i);
        if (!INTERNET_ADDRESS_IS_MAILBOX(entry)) continue;
        const char* spec = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(entry));
        auto address = read_hidden(spec == nullptr ? "" : spec);
        if (!address) continue;
        const char* name = internet_address_get_name(entry);
        if (name != nullptr) address->name = clean_line(to_utf8(name, "utf-8"));
        addresses.push_back(std::move(*address));
    }
    return addresses;
}

/// A display name: encoded words decoded, quoted strings [RFC 5322 §3.2.4] without their quotes.
std::string read_name(std::string_view raw) {
    const std::string name = decode_header(raw);
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '"') continue;
        if (name[i] == '\\' && i + 1 < name.size()) ++i;
        out += name[i];
    }
    return clean_line(out);
}

/// Parses one address without GMime: `Taro <taro..yamada@mobile.example>`, which GMime refuses as a whole, and domains
/// in A-labels, which it decodes without a check.
void read_alone(const std::string& piece, std::vector<Address>& addresses) {
    const std::string_view view = piece;
    const auto open = view.rfind('<');
    const auto close = open == std::string_view::npos ? open : view.find('>', open);
    const auto comment = view.find('(');
    std::string_view spec = view, name;
    if (close != std::string_view::npos) {
        spec = view.substr(open + 1, close - open - 1);
        name = view.substr(0, open);
    } else if (comment != std::string_view::npos) {
        spec = view.substr(0, comment);
        name = view.substr(comment + 1, view.rfind(')') - comment - 1);
    }
    auto address = read_hidden(trim(spec));
    if (!address) return;
    address->name = read_name(name);
    addresses.push_back(std::move(*address));
}

/// Parses the list address by address, so that an invalid one does not invalidate the others.
std::vector<Address> read_singly(const std::vector<std::string>& pieces) {
    std::vector<Address> addresses;
    for (const auto& piece : pieces) {
        auto read = read_list(piece);
        if (read.empty()) read_alone(piece, read);
        addresses.insert(addresses.end(), std::move_iterator(read.begin()), std::move_iterator(read.end()));
    }
    return addresses;
}

/// True if it contains characters that change how adjacent text looks: controls, line separators, writing directions,
/// or the brackets of the gateway's own texts. No mailbox has a name with these.
bool draws(std::string_view local) {
    for (std::size_t at = 0; at < local.size();) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(local.data(), at, local.size(), c);
        const auto kind = u_charType(c);
        const bool is_line = kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR || kind == U_PARAGRAPH_SEPARATOR;
        const bool turns = u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL);
        if (is_line || turns || (c >= 0x27e6 && c <= 0x27ef)) return true;
    }
    return false;
}

}  // namespace

std::string Address::addr_spec() const {
    if (domain.empty()) return local;
    const auto labels = is_ascii(domain) ? std::nullopt : to_a_labels(domain);
    return quoted_if_needed(local) + '@' + labels.value_or(domain);
}

std::string Address::canonical() const {
    return quoted_if_needed(lower(local)) + '@' + normal_domain(domain).value_or(lower(domain));
}

Result<Address> parse_addr_spec(std::string_view spec) {
    auto read = read_local(spec);
    if (!read || !read->second.starts_with('@')) return malformed("not a mail address");
    auto domain = normal_domain(read->second.substr(1));
    if (!domain) return malformed("the part after the @ of a mail address is not a domain");
    if (read->first.size() > longest_local || !is_utf8(read->first) || draws(read->first))
        return malformed("not a mail address");
    return Address{"", std::move(read->first), std::move(*domain)};
}

std::vector<Address> parse_address_list(std::string_view field, std::size_t most) {
    auto pieces = flattened(field, true);
    if (!pieces) pieces = flattened(field, false);
    std::erase_if(*pieces, [](const std::string& piece) { return trim(piece).empty(); });
    if (pieces->size() > most) pieces->resize(most);
    for (auto& piece : *pieces) piece = prepared(piece);
    std::string flat;
    for (const auto& piece : *pieces) flat.append(flat.empty() ? "" : ",").append(piece);
    auto addresses = read_list(std::move(flat));
    const auto has_at = [](const std::string& piece) { return piece.find('@') != std::string::npos; };
    if (std::cmp_less(addresses.size(), std::ranges::count_if(*pieces, has_at))) addresses = read_singly(*pieces);
    if (addresses.size() > most) addresses.resize(most);
    return addresses;
}

}  // namespace coi
