// The words with which mail programs introduce a quoted mail, in some forty languages: data for coi/mail/quote.
//
// One row per language: the words around date and name in the line above a quote ("On …, … wrote:"), the labels of a
// copied header, and the announcements of forwarded or original mail. Names of months and days are CLDR's, by ICU.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace coi::quote_words {

/// Words of one language, in any case: `around` and `verbs` separated by spaces, the others by '|'.
struct Language {
    std::string_view code;
    std::string_view around;                       // prepositions, units and the like around date and name
    std::string_view verbs;                        // "wrote"
    std::string_view from, date, to, cc, subject;  // labels of a copied header, without the colon
    std::string_view original;                     // "Original Message"
    std::string_view forward;                      // "Forwarded message"
    std::string_view below;                        // what people write above answers inside the quote: "see below"
    std::string_view greeting{};                   // first words of a line that only greets
};

std::span<const Language> languages();

/// `text` in lower case, of every script.
std::string lower_case(std::string_view text);

/// The role of a word in an attribution.
enum class Word { other, around, verb, date };
/// `word`: letters only, in lower case. Abbreviated months and days count too.
Word kind_of(std::string_view word);
/// The longest known word at the start of `text`, "" if none; for scripts without spaces.
std::string_view longest_word(std::string_view text);

enum class Label { none, from, date, to, cc, subject };
struct LabelOf {
    Label label = Label::none;
    std::uint64_t languages = 0;  // a bit each, in the order of languages()
};
/// All roles for which `name`, the text before a colon, is a label; in lower case.
std::span<const LabelOf> labels_of(const std::string& name);
/// The bit of a language; 0 for a language without a row.
std::uint64_t bit_of(std::string_view code);

/// `words`: the text of a line between its dashes, in lower case.
bool announces_original(const std::string& words);
bool announces_forward(const std::string& words);
/// Whether the text says that the answers are inside the quote: "see below", "inline". `text` is in lower case.
bool points_below(std::string_view text);
/// Whether this is a short line that begins with a greeting: "Hello Ann!". `line` is in lower case.
bool greets(std::string_view line);

}  // namespace coi::quote_words
