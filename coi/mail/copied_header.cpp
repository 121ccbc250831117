// Parses label after label; a second From, a gap, or labels of two languages make it no header.

#include "coi/mail/copied_header.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <string>

#include "coi/mail/charset.h"
#include "coi/mail/quote_words.h"

namespace coi {
namespace {

using quote_words::Label;

constexpr std::size_t longest_label = 48;    // octets
constexpr std::size_t most_lines = 24;       // of a header, with long lists of recipients
constexpr std::size_t longest_value = 1000;  // octets that are looked at

struct Field {
    std::string name;
    std::string_view value;
};

/// Without the asterisks of bold type, and without spaces, including non-breaking ones.
std::string_view bare(std::string_view text) {
    constexpr std::array<std::string_view, 4> edges{"*", " ", "\t", "\u00a0"};
    for (bool found = true; found;) {
        found = false;
        for (const auto edge : edges) {
            if (text.starts_with(edge)) text.remove_prefix(edge.size()), found = true;
            if (text.ends_with(edge)) text.remove_suffix(edge.size()), found = true;
        }
    }
    return text;
}

std::optional<Field> split(std::string_view line) {
    line = bare(line);
    const auto start = line.substr(0, longest_label);
    std::size_t colon = start.find(':'), width = 1;
    constexpr std::string_view wide = "：";
    if (const auto at = start.find(wide); at < colon) colon = at, width = wide.size();
    if (colon == start.npos || colon == 0) return std::nullopt;
    return Field{quote_words::lower_case(bare(line.substr(0, colon))), bare(line.substr(colon + width))};
}

/// A time of day, which every program writes: "10:00", "10.00", "10時00分". People write days ("Date: Friday 5").
bool has_time(std::string_view text) {
    int digits = 0;  // of the number before, of any script
    bool joined = false;
    for (std::int32_t at = 0, size = static_cast<std::int32_t>(std::min(text.size(), longest_value)); at < size;) {
        UChar32 c = 0;
        U8_NEXT(text.data(), at, size, c);
        if (c > 0 && u_isdigit(c)) {
            if (joined) return true;
            ++digits;
        } else {
            constexpr std::array<UChar32, 7> joints{':', '.', 0xff1a, U'時', U'时', U'点', U'시'};
            joined = (digits == 1 || digits == 2) && std::ranges::find(joints, c) != joints.end();
            digits = 0;
        }
    }
    return false;
}

/// A label may mean different things in different languages ("To" is Italian for "A"): the labels before it decide.
class Reader {
  public:
    bool take(const Field& field) {
        std::array<std::uint64_t, 6> by_label{};
        for (const auto& each : quote_words::labels_of(field.name)) {
            if ((each.languages & languages_) != 0) by_label[static_cast<std::size_t>(each.label)] |= each.languages;
        }
        for (std::size_t i = 1; i < by_label.size(); ++i) {
            if (by_label[i] == 0 || values_[i].data() != nullptr) continue;
            languages_ &= by_label[i];
            values_[i] = field.value.data() == nullptr ? std::string_view("") : field.value;
            ++count_;
            return true;
        }
        return false;
    }

    bool has(Label label) const { return value(label).data() != nullptr; }
    std::string_view value(Label label) const { return values_[static_cast<std::size_t>(label)]; }
    int count() const { return count_; }
    std::uint64_t languages() const { return languages_; }

  private:
    std::array<std::string_view, 6> values_{};
    std::uint64_t languages_ = ~std::uint64_t{0};
    int count_ = 0;
};

}  // namespace

bool may_begin_header(std::string_view line) {
    const auto field = split(line);
    if (!field) return false;
    const auto labels = quote_words::labels_of(field->name);
    return std::ranges::any_of(labels,
                               [](const auto& each) { return each.label == Label::from || each.label == Label::date; });
}

std::optional<CopiedHeader> copied_header(std::span<const std::string_view> lines, bool announced, People people) {
    Reader reader;
    std::size_t length = 0;
    bool blank_before = false;
    for (std::size_t i = 0; i < std::min(lines.size(), most_lines); ++i) {
        if (bare(lines[i]).empty()) {
            if (blank_before || i == 0) break;
            blank_before = true;
            continue;
        }
        const auto field = split(lines[i]);
        if (field && reader.take(*field)) {
            length = i + 1;
        } else {  // a long value goes on
            const auto above = i == 0 ? std::string_view() : bare(lines[i - 1]);
            const bool goes_on =
                above.ends_with(',') || above.ends_with(';') || lines[i].starts_with(' ') || lines[i].starts_with('\t');
            if (blank_before || i == 0 || !goes_on) break;
        }
        blank_before = false;
    }
    const bool dated = reader.has(Label::date) && (announced || has_time(reader.value(Label::date)));
    if (!reader.has(Label::from) || reader.count() < (announced ? 2 : 3)) return std::nullopt;
    if (!announced && !(dated && (reader.has(Label::to) || reader.has(Label::subject)))) return std::nullopt;
    const auto from = reader.value(Label::from).substr(0, longest_value);
    if (!announced && !has_address(from)) return std::nullopt;
    if (!is_between(from, people)) return std::nullopt;
    return CopiedHeader{length, reader.languages()};
}

}  // namespace coi
