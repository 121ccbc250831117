// Splits the line into tokens and checks that each of them is explained; linear in its length, which is limited.

#include "coi/mail/attribution.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"
#include "coi/mail/quote_words.h"

namespace coi {
namespace {

constexpr std::size_t longest = 500;      // octets of an attribution
constexpr std::size_t most_lines = 4;     // that programs wrap it over
constexpr std::size_t most_words = 8;     // of a name
constexpr std::size_t most_letters = 16;  // of a name in a script without spaces
constexpr int most_numbers = 4;           // day, month and year; of the day of the week in Vietnamese
constexpr std::size_t wrap_width = 60;    // characters: no program wraps shorter lines

struct Token {
    enum Kind { name, around, verb, date, number, clock, zone, address } kind;
    std::string_view text;
    bool is_character = false;   // of a script without spaces
    bool ends_sentence = false;  // a full stop and a space follow
    bool is_numeral = false;     // a number that is in no date: part of a name if an address follows
};

bool is_space(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

bool is_letter(UChar32 c) {
    return u_isalpha(c) != 0 || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 || c == '\'' || c == 0x2019;
}

/// Thai, and Chinese, Japanese, Korean: words are not separated.
bool has_no_spaces(UChar32 c) { return (c >= 0x0e00 && c < 0x0e80) || c >= 0x2e80; }

/// Characters of names, with their combining ones.
bool is_emoji(UChar32 c) {
    return c == 0xfe0f || u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION) != 0 ||
           u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
}

/// In lower case, without emoji and invisible characters, with single white space, and ASCII digits and signs instead
/// of full-width ones.
std::string normal(std::string_view text) {
    std::string out;
    for (std::int32_t at = 0, size = static_cast<std::int32_t>(text.size()); at < size;) {
        const auto from = at;
        UChar32 c = 0;
        U8_NEXT(text.data(), at, size, c);
        if (c < 0 || c == '*' || u_charType(c) == U_FORMAT_CHAR || is_emoji(c)) continue;
        if (is_space(c))
            out += ' ';
        else if (c > 0xff00 && c < 0xff5f)
            out += static_cast<char>(c - 0xff00 + 0x20);
        else if (u_isdigit(c))
            out += static_cast<char>('0' + u_charDigitValue(c));
        else
            out.append(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from)));
    }
    return quote_words::lower_case(out);
}

/// Punctuation inside names and dates that does not end a sentence.
bool may_stand_between(UChar32 c) {
    if (c < 0x80) return std::string_view(" ,.;()<>[]\"'/-+_&|~").find(static_cast<char>(c)) != std::string_view::npos;
    constexpr std::array<UChar32, 4> ends{0x2026, 0x3002, 0x061f, 0x06d4};
    return u_ispunct(c) != 0 && std::ranges::find(ends, c) == ends.end();
}

class Tokens {
  public:
    explicit Tokens(std::string_view text) : text_(text) {}

    /// nullopt if something stands there that no attribution has.
    std::optional<std::vector<Token>> all() {
        while (at_ < text_.size()) {
            if (!next()) return std::nullopt;
        }
        return std::move(tokens_);
    }

  private:
    UChar32 look(std::size_t at, std::size_t* after = nullptr) const {
        if (at >= text_.size()) return 0;
        auto index = static_cast<std::int32_t>(at);
        UChar32 c = 0;
        U8_NEXT(text_.data(), index, static_cast<std::int32_t>(text_.size()), c);
        if (after != nullptr) *after = static_cast<std::size_t>(index);
        return c;
    }

    void add(Token::Kind kind, std::size_t end) {
        tokens_.push_back({kind, text_.substr(at_, end - at_)});
        at_ = end;
    }

    bool next() {
        std::size_t after = 0;
        const UChar32 c = look(at_, &after);
        if (c < 0) return false;
        if (take_address()) return true;
        if (c < 0x80 && u_isdigit(c)) return take_number();
        if (is_letter(c) && c != '\'' && c != 0x2019) return take_word();
        if (c == ':') {  // inside only where Gmail in Hungarian has it, and behind QQ's labels
            if (tokens_.empty() || tokens_.back().kind != Token::around) return false;
        } else if (!may_stand_between(c)) {
            return false;
        }
        if (c == '.' && look(after) == ' ' && !tokens_.empty()) tokens_.back().ends_sentence = true;
        at_ = after;
        return true;
    }

    bool take_address() {
        constexpr std::string_view ends = " <>()[]\",;";
        if (at_ > 0 && ends.find(text_[at_ - 1]) == std::string_view::npos) return false;
        auto end = std::min(text_.find_first_of(ends, at_), text_.size());
        while (end > at_ && text_[end - 1] == ':') --end;
        if (text_.substr(at_, end - at_).find('@') == std::string_view::npos) return false;
        if (text_.substr(at_).starts_with("mailto:")) at_ += 7;
        add(Token::address, end);
        return true;
    }

    std::size_t digits(std::size_t at) const {
        return std::min(text_.find_first_not_of("0123456789", at), text_.size()) - at;
    }

    bool take_number() {
        const auto count = digits(at_);
        auto end = at_ + count;
        const char before = at_ == 0 ? ' ' : text_[at_ - 1];
        if (count == 4 && (before == '+' || before == '-') && (at_ < 2 || text_[at_ - 2] == ' ' || before == '+')) {
            add(Token::zone, end);
            return true;
        }
        // "kl. 10.30", and "10.30.00" behind the year.
        const auto is_year_token = [](const Token& each) {
            return each.kind == Token::number && each.text.size() == 4;
        };
        const bool dotted =
            !tokens_.empty() && (is_clock_word(tokens_.back().text) || std::ranges::any_of(tokens_, is_year_token));
        const auto joins = [&](char c) { return c == ':' || (dotted && c == '.'); };
        if (count <= 2 && end < text_.size() && joins(text_[end]) && digits(end + 1) == 2) {
            end += 3;
            if (end < text_.size() && joins(text_[end]) && digits(end + 1) == 2) end += 3;
            add(Token::clock, end);
            return true;
        }
        const UChar32 unit = look(end);
        const bool is_time = unit == U'時' || unit == U'时' || unit == U'点' || unit == U'點' || unit == U'시';
        const bool is_minute = unit == U'分' || unit == U'분' || unit == U'秒' || unit == U'초';
        const std::string_view number = text_.substr(at_, count);
        const bool is_year = count == 4 && number >= "1900" && number < "2700";  // 2569 is Thai for 2026
        if (count > 2 && !is_year) {
            if (count > 6) return false;
            add(Token::name, end);
            tokens_.back().is_numeral = true;
            return true;
        }
        add(is_time ? Token::clock : is_minute ? Token::zone : Token::number, end);
        return true;
    }

    static bool is_clock_word(std::string_view word) {
        constexpr std::array<std::string_view, 9> words{"kl",    "klo",  "kello", "klockan", "klokken",
                                                        "pukul", "kell", "plkst", "ore"};
        return std::ranges::find(words, word) != words.end();
    }

    bool take_word() {
        std::size_t end = at_, after = 0;
        const bool segmented = has_no_spaces(look(at_));
        for (UChar32 c = look(at_, &after); is_letter(c) && has_no_spaces(c) == segmented; c = look(end, &after))
            end = after;
        std::string_view word = text_.substr(at_, end - at_);
        if (segmented) {
            const auto known = quote_words::longest_word(word);
            look(at_, &after);
            end = known.empty() ? after : at_ + known.size();
            word = text_.substr(at_, end - at_);
        }
        auto kind = kind_of(word);
        // "alice99", "r2d2", but not "10h30"
        const bool may_have_digits = kind == Token::name && !segmented && (at_ == 0 || !u_isdigit(text_[at_ - 1]));
        for (UChar32 c = look(end, &after); may_have_digits && c < 0x80 && u_isalnum(c); c = look(end, &after))
            end = after;
        add(kind, end);
        tokens_.back().is_character = segmented;
        return true;
    }

    static Token::Kind kind_of(std::string_view word) {
        constexpr std::array<std::string_view, 32> zones{"utc", "gmt",  "cet",  "cest", "mez",  "mesz", "est",  "edt",
                                                         "cst", "cdt",  "mst",  "mdt",  "pst",  "pdt",  "msk",  "jst",
                                                         "bst", "ist",  "wib",  "eet",  "eest", "wet",  "west", "kst",
                                                         "hkt", "aest", "aedt", "nzst", "nzdt", "sast", "brt",  "hec"};
        if (std::ranges::find(zones, word) != zones.end()) return Token::zone;
        switch (quote_words::kind_of(word)) {
            case quote_words::Word::around:
                return Token::around;
            case quote_words::Word::verb:
                return Token::verb;
            case quote_words::Word::date:
                return Token::date;
            case quote_words::Word::other:
                break;
        }
        return Token::name;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

/// A phrase that people write instead of a name, and programs do not: "at 10:00 on 5 Jan 2026 my sister wrote:".
bool is_pronoun(std::string_view word) {
    constexpr std::array<std::string_view, 36> pronouns{
        "my",   "our",   "his",    "her",   "their",  "he",  "she", "they", "we",   "i",     "me",   "us",
        "mein", "meine", "meiner", "unser", "unsere", "mir", "uns", "ich",  "er",   "minha", "meu",  "mijn",
        "мой",  "моя",   "мне",    "наш",   "наша",   "он",  "она", "мій",  "мені", "mój",   "moja", "můj"};
    return std::ranges::find(pronouns, word) != pronouns.end();
}

/// All unexplained words form one name: only small words between them, and no end of a sentence.
bool is_one_name(const std::vector<Token>& tokens) {
    const auto is_name = [](const Token& token) { return token.kind == Token::name; };
    const auto first = std::ranges::find_if(tokens, is_name);
    if (first == tokens.end()) return true;
    const auto last = std::find_if(tokens.rbegin(), tokens.rend(), is_name).base();
    std::size_t words = 0, letters = 0;
    for (auto each = first; each != last; ++each) {
        if (each->kind != Token::name && each->kind != Token::around && each->kind != Token::date) return false;
        if (!is_name(*each)) continue;
        if (is_pronoun(each->text)) return false;
        ++(each->is_character ? letters : words);
        constexpr std::array<std::string_view, 10> titles{"dr", "prof", "mr", "mrs", "ms",
                                                          "jr", "sr",   "st", "ing", "mag"};
        if (each->ends_sentence && each + 1 != last && each->text.size() > 1 &&
            std::ranges::find(titles, each->text) == titles.end())
            return false;
    }
    return words <= most_words && letters <= most_letters;
}

/// Only small words are between the name and the address: "I just wrote ann@example.org:" is a sentence of a person.
bool is_name_by_address(const std::vector<Token>& tokens) {
    const auto is = [](Token::Kind kind) { return [kind](const Token& token) { return token.kind == kind; }; };
    const auto address = std::ranges::find_if(tokens, is(Token::address));
    const auto name = std::ranges::find_if(tokens, is(Token::name));
    if (address == tokens.end() || name == tokens.end()) return true;
    const auto between = [](const Token& token) {
        return token.kind == Token::verb || token.kind == Token::clock || token.kind == Token::number;
    };
    return std::none_of(std::min(name, address), std::max(name, address), between);
}

/// Without the colon, or the dashes on both sides, that an attribution ends with; nullopt if it has neither.
std::optional<std::string_view> without_end(std::string_view text) {
    text = trim(text);
    if (text.ends_with(':')) return text.substr(0, text.size() - 1);
    if (!text.starts_with("--") || !text.ends_with("--")) return std::nullopt;
    const auto first = text.find_first_not_of("- ");
    if (first == text.npos) return std::nullopt;
    return text.substr(first, text.find_last_not_of("- ") + 1 - first);
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Whether the attribution continues after `line`: it ends inside an address, or the next word had no room.
bool goes_on(std::string_view line, std::string_view next) {
    line = trim(line);
    next = trim(next);
    if (line.ends_with('<') || line.ends_with('(')) return true;
    const auto word = next.substr(0, next.find(' '));
    return characters(line) + 1 + characters(word) > wrap_width;
}

/// Sylpheed and Claws Mail have a line for the date alone.
bool is_date_line(std::string_view line) {
    const auto tokens = Tokens(normal(line)).all();
    if (!tokens || tokens->empty() || tokens->front().kind != Token::around) return false;
    const auto has = [&](Token::Kind kind) { return std::ranges::find(*tokens, kind, &Token::kind) != tokens->end(); };
    return has(Token::clock) && has(Token::number) && has(Token::zone) && !has(Token::name);
}

}  // namespace

bool has_address(std::string_view text) { return text.find('@') != text.npos; }

bool is_between(std::string_view text, People people) {
    if (people.empty() || !has_address(text)) return true;
    const std::string words = lower(text);
    return std::ranges::any_of(people, [&](const auto& each) { return words.find(each) != std::string::npos; });
}

bool is_attribution(std::string_view text, People people) {
    if (text.size() > longest) return false;
    const std::string line = normal(text);
    const auto words = without_end(line);
    if (!words || std::ranges::count(*words, '<') != std::ranges::count(*words, '>')) return false;
    const auto tokens = Tokens(*words).all();
    if (!tokens || tokens->empty() || !is_one_name(*tokens) || !is_name_by_address(*tokens)) return false;
    const auto count = [&](Token::Kind kind) { return std::ranges::count(*tokens, kind, &Token::kind); };
    const auto numbers = count(Token::number);
    if (numbers > most_numbers || count(Token::clock) > 2) return false;
    const bool dated = count(Token::clock) > 0 && (numbers >= 2 || (numbers == 1 && count(Token::date) > 0));
    const bool addressed = count(Token::address) > 0;
    if (addressed && !is_between(*words, people)) return false;
    // "My brother called at 18:30 and said:" is a person's; Airmail's attribution has a date and an address.
    const bool has_numeral = std::ranges::any_of(*tokens, &Token::is_numeral);
    const bool said = std::ranges::any_of(*tokens, [](const Token& token) { return token.text == "said"; });
    if ((has_numeral && !addressed) || (said && !(dated && addressed))) return false;
    if (count(Token::verb) > 0) return dated || addressed;
    return dated && tokens->back().kind == Token::address;  // "05.01.2026, 10:00, "Alice" <alice@example.org>:"
}

std::size_t attribution_before(std::span<const std::string_view> lines, std::size_t end, People people) {
    std::string text;
    std::size_t found = end;
    for (std::size_t count = 1; count <= std::min(most_lines, end); ++count) {
        const auto line = lines[end - count];
        if (trim(line).empty() || line.size() + text.size() > longest) break;
        const bool dates = found != end && count > 1 && is_date_line(line);
        if (count > 1 && !goes_on(line, lines[end - count + 1]) && !dates) break;
        text = std::string(line) + ' ' + text;
        if (is_attribution(text, people)) found = end - count;
    }
    return found;
}

std::size_t attribution_at_start(std::span<const std::string_view> lines, People people) {
    std::string text;
    for (std::size_t count = 1; count <= std::min(most_lines, lines.size()); ++count) {
        const auto line = lines[count - 1];
        if (line.size() + text.size() > longest || (count > 1 && !goes_on(lines[count - 2], line))) return 0;
        text.append(line).append(" ");
        if (is_attribution(text, people)) return count;
    }
    return 0;
}

}  // namespace coi
