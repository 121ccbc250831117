// Looks words up in the table of coi/mail/quote_languages; the index is made once.

#include "coi/mail/quote_words.h"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"

namespace coi::quote_words {
namespace {

constexpr int shortest_beginning = 3;  // letters by which a month or day is known: "Sept", "Wedn"
constexpr std::size_t longest_known = 48;

template <class Take>
void each_entry(std::string_view list, char separator, Take take) {
    while (!list.empty()) {
        const auto end = std::min(list.find(separator), list.size());
        if (end > 0) take(lower_case(list.substr(0, end)));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

struct Index {
    std::unordered_map<std::string, Word> words;
    std::unordered_map<std::string, std::vector<LabelOf>> labels;
    std::unordered_set<std::string> original, forward;
    std::vector<std::string> below, greeting;

    Index() {
        std::uint64_t bit = 1;
        for (const auto& row : languages()) {
            add_dates(std::string(row.code).c_str());
            add_labels(row, bit);
            each_entry(row.original, '|', [&](auto entry) { original.insert(std::move(entry)); });
            each_entry(row.forward, '|', [&](auto entry) { forward.insert(std::move(entry)); });
            each_entry(row.below, '|', [&](auto entry) { below.push_back(std::move(entry)); });
            each_entry(row.greeting, '|', [&](auto entry) { greeting.push_back(std::move(entry)); });
            bit <<= 1;
        }
        for (const char* more : {"hr", "sl", "sr_Latn", "zh_Hant", "nb", "pt_PT", "en_GB"}) add_dates(more);
        // Last, so that what a word is in an attribution wins over the beginning of some month.
        for (const auto& row : languages()) {
            each_entry(row.around, ' ', [&](auto entry) { words[std::move(entry)] = Word::around; });
        }
        for (const auto& row : languages()) {
            each_entry(row.verbs, ' ', [&](auto entry) { words[std::move(entry)] = Word::verb; });
        }
    }

  private:
    void add_labels(const Language& row, std::uint64_t bit) {
        const auto add = [&](std::string_view list, Label label) {
            each_entry(list, '|', [&](auto entry) { labels[std::move(entry)].push_back({label, bit}); });
        };
        add(row.from, Label::from);
        add(row.date, Label::date);
        add(row.to, Label::to);
        add(row.cc, Label::cc);
        add(row.subject, Label::subject);
    }

    void add_dates(const char* language) {
        UErrorCode failed = U_ZERO_ERROR;
        const icu::DateFormatSymbols symbols(icu::Locale(language), failed);
        if (U_FAILURE(failed)) return;
        using Symbols = icu::DateFormatSymbols;
        std::int32_t count = 0;
        for (const auto context : {Symbols::FORMAT, Symbols::STANDALONE}) {
            for (const auto width : {Symbols::ABBREVIATED, Symbols::WIDE}) {
                const auto* months = symbols.getMonths(count, context, width);
                add_dates(months, count, width == Symbols::WIDE);
                const auto* days = symbols.getWeekdays(count, context, width);
                add_dates(days, count, width == Symbols::WIDE);
            }
        }
        const auto* halves = symbols.getAmPmStrings(count);
        add_dates(halves, count, false);
    }

    /// The words of each name, without what is between them; of long ones also how they begin.
    void add_dates(const icu::UnicodeString* names, std::int32_t count, bool beginnings) {
        for (std::int32_t i = 0; i < count; ++i) {
            icu::UnicodeString word;
            const icu::UnicodeString name = icu::UnicodeString(names[i]).toLower(icu::Locale::getRoot()) + u' ';
            for (std::int32_t at = 0; at < name.length(); ++at) {
                const auto c = name[at];
                if (u_isalpha(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0) {
                    word += c;
                    continue;
                }
                for (auto length = beginnings ? std::min(shortest_beginning, word.length()) : word.length();
                     length > 0 && length <= word.length(); ++length) {
                    std::string utf8;
                    words.emplace(icu::UnicodeString(word, 0, length).toUTF8String(utf8), Word::date);
                }
                word.remove();
            }
        }
    }
};

bool is_letter(char c) { return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z'); }

/// `words` stand in the text, and not inside of longer words; scripts that do not separate words have no such borders.
bool has_word(std::string_view text, std::string_view words) {
    const bool bordered = static_cast<unsigned char>(words.front()) < 0xe0;
    for (auto at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
        const auto end = at + words.size();
        if (!bordered) return true;
        if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
    }
    return false;
}

const Index& index() {
    static const Index made;
    return made;
}

}  // namespace

std::string lower_case(std::string_view text) {
    if (is_ascii(text)) return lower(text);
    std::string out;
    icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))
        .toLower(icu::Locale::getRoot())
        .toUTF8String(out);
    return out;
}

Word kind_of(std::string_view word) {
    const auto found = index().words.find(std::string(word));
    return found == index().words.end() ? Word::other : found->second;
}

std::string_view longest_word(std::string_view text) {
    for (auto length = std::min(text.size(), longest_known); length > 0; --length) {
        if (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) continue;
        if (index().words.contains(std::string(text.substr(0, length)))) return text.substr(0, length);
    }
    return {};
}

std::span<const LabelOf> labels_of(const std::string& name) {
    const auto found = index().labels.find(name);
    if (found == index().labels.end()) return {};
    return found->second;
}

std::uint64_t bit_of(std::string_view code) {
    const auto rows = languages();
    const auto row = std::ranges::find(rows, code, &Language::code);
    return row == rows.end() ? 0 : std::uint64_t{1} << (row - rows.begin());
}

bool announces_original(const std::string& words) { return index().original.contains(words); }

bool announces_forward(const std::string& words) { return index().forward.contains(words); }

bool points_below(std::string_view text) {
    return std::ranges::any_of(index().below, [&](const auto& each) { return has_word(text, each); });
}

bool greets(std::string_view line) {
    constexpr std::ptrdiff_t most_spaces = 3;
    line = trim(line);
    if (std::ranges::count(line, ' ') > most_spaces) return false;
    return std::ranges::any_of(index().greeting, [&](const auto& each) {
        return line.starts_with(each) && has_word(line.substr(0, each.size() + 1), each);
    });
}

}  // namespace coi::quote_words
