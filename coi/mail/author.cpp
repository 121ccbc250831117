// Strict parsing of From; see author.h. A scanner splits the value at its commas; each element is one mailbox.

#include "coi/mail/author.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t most_authors = 50;
constexpr std::size_t longest_name = 300;  // bytes of a display name; it is kept with each contact

Error doubtful() { return malformed("a From that does not say for sure who wrote the mail"); }

/// The text between two commas.
struct Element {
    std::string words;                // outside of angle brackets and comments; quoted strings with their quotes
    std::vector<std::string> angles;  // what stands in angle brackets
    std::string comment;
    bool has_at = false;  // an @ in `words`, outside of quotes
};

/// Splits the value at commas and semicolons outside of quotes, comments, brackets and literals.
class Scanner {
  public:
    Result<std::vector<Element>> read(std::string_view value) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            const char c = value[i];
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return doubtful();
            if (c == '\\') {
                // [RFC 5322 §3.2.1] only quoted strings and comments have quoted pairs
                if ((!quoted_ && comments_ == 0) || i + 1 == value.size()) return doubtful();
                put(c);
                put(value[++i]);
            } else if (!take(c)) {
                return doubtful();
            }
        }
        if (quoted_ || literal_ || angle_ || comments_ > 0) return doubtful();
        return std::move(elements_);
    }

  private:
    void put(char c) {
        auto& element = elements_.back();
        if (comments_ > 0) {
            element.comment += c;
        } else if (angle_) {
            element.angles.back() += c;
        } else {
            element.words += c;
        }
    }

    /// False if the character is not allowed here.
    bool take(char c) {
        if (quoted_) {
            put(c);
            quoted_ = c != '"';
            return true;
        }
        if (c == '(') {
            if (comments_++ > 0) put(c);
            return true;
        }
        if (comments_ > 0) {
            if (c == ')' && --comments_ == 0) return true;
            put(c);
            return true;
        }
        return literal_ ? take_literal(c) : take_special(c);
    }

    bool take_literal(char c) {
        put(c);
        literal_ = c != ']';
        return c != '[';
    }

    bool take_special(char c) {
        switch (c) {
            case ')':
            case ']':
                return false;
            case '<':
                if (angle_) return false;
                elements_.back().angles.emplace_back();
                return angle_ = true;
            case '>':
                return std::exchange(angle_, false);
            case ',':
            case ';':
                if (!angle_) {
                    elements_.emplace_back();
                    return elements_.size() <= most_authors;
                }
                break;
            case ':':
                if (!angle_) return false;  // a group [RFC 5322 §3.4] is no mailbox
                break;
            case '"':
                quoted_ = true;
                break;
            case '[':
                literal_ = true;
                break;
            case '@':
                elements_.back().has_at |= !angle_;
                break;
            default:
                break;
        }
        put(c);
        return true;
    }

    std::vector<Element> elements_ = std::vector<Element>(1);
    bool quoted_ = false, angle_ = false, literal_ = false;
    int comments_ = 0;
};

/// An addr-spec; encoded words, which only some programs decode, are invalid.
Result<Address> read_spec(std::string_view spec) {
    spec = trim(spec);
    if (spec.find("=?") != std::string_view::npos) return doubtful();
    return parse_addr_spec(spec);
}

/// "bob @ example.org", which [RFC 5322 §4.4] still allows, without the white space.
std::string tight(std::string_view words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool blank = words[i] == ' ' || words[i] == '\t';
        const auto next = words.find_first_not_of(" \t", i);
        const bool beside_at = out.ends_with('@') || (next != std::string_view::npos && words[next] == '@');
        if (!blank || !beside_at) out += words[i];
    }
    return out;
}

/// A display name: quoted strings [RFC 5322 §3.2.4] without their quotes, then encoded words decoded, which many
/// programs put into quotes.
std::string read_name(std::string_view raw) {
    std::string name;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '"') continue;
        if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
        name += raw[i];
    }
    return std::string(cut_utf8(decode_header(name), longest_name));
}

/// The mailbox of an element that holds an address.
Result<Address> read_element(const Element& element) {
    if (element.angles.empty()) {
        auto address = read_spec(tight(trim(element.words)));
        if (address) address->name = read_name(element.comment);
        return address;
    }
    auto address = read_spec(element.angles.front());
    if (!address) return address;
    for (const auto& angle : element.angles) {
        const auto other = read_spec(angle);
        if (!other || other->canonical() != address->canonical()) return doubtful();
    }
    if (element.has_at) {
        const auto named = read_spec(tight(trim(element.words)));
        if (!named || named->canonical() != address->canonical()) return doubtful();
        return address;
    }
    address->name = read_name(trim(element.words).empty() ? element.comment : element.words);
    return address;
}

bool is_separator(char c) { return std::string_view(" \t,;:<>()[]\"'").find(c) != std::string_view::npos; }

/// The name with every form of the at sign as "@".
std::string with_plain_at(std::string name) {
    static constexpr std::array<std::string_view, 4> forms{"＠", "﹫", "(at)", "[at]"};
    for (const auto form : forms) {
        for (std::size_t at = 0; (at = name.find(form, at)) != std::string::npos;) name.replace(at, form.size(), "@");
    }
    return name;
}

}  // namespace

Result<std::vector<Address>> read_authors(const std::vector<std::string>& fields) {
    if (fields.empty()) return malformed("a mail without a From address");
    if (fields.size() > 1) return malformed("a mail with more than one From field");
    auto elements = Scanner().read(fields.front());
    if (!elements) return elements.error();
    std::vector<Address> authors;
    std::string begun;  // a name with a comma in it
    for (auto& element : *elements) {
        if (element.angles.empty() && !element.has_at) {
            if (trim(element.words).empty()) continue;
            begun.append(begun.empty() ? "" : ", ").append(trim(element.words));
            continue;
        }
        if (!begun.empty()) {
            if (element.angles.empty()) return doubtful();
            element.words = begun + ", " + std::string(trim(element.words));
            begun.clear();
        }
        auto author = read_element(element);
        if (!author) return doubtful();
        const auto same = [&](const Address& each) { return each.canonical() == author->canonical(); };
        const auto before = std::ranges::find_if(authors, same);
        if (before == authors.end()) {
            authors.push_back(std::move(*author));
        } else if (before->name.empty()) {
            before->name = std::move(author->name);
        }
    }
    if (!begun.empty()) return doubtful();
    if (authors.empty()) return malformed("a mail without a From address");
    return authors;
}

bool is_name_misleading(const Address& address) {
    const std::string name = with_plain_at(address.name);
    for (auto at = name.find('@'); at != std::string::npos; at = name.find('@', at + 1)) {
        auto begin = at, end = at + 1;
        while (begin > 0 && !is_separator(name[begin - 1])) --begin;
        while (end < name.size() && !is_separator(name[end])) ++end;
        if (begin == at || end == at + 1) continue;  // "@bob", "Bob @ home"
        const auto named = parse_addr_spec(std::string_view(name).substr(begin, end - begin));
        if (!named || named->canonical() != address.canonical()) return true;
    }
    return false;
}

}  // namespace coi
