// Telling quotes and signatures from text: attributions by their verbs and stamps, Outlook's header by its labels.
// Without regular expressions; all of it is linear in the lines but for a look ahead of a few.

#include "coi/mail/quote.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "coi/mail/charset.h"

namespace coi {
namespace {

using Lines = std::vector<std::string_view>;
using Words = std::span<const std::string_view>;

// How mailers begin and end the line above a quote, in lower case.
constexpr std::array<std::string_view, 19> openers{
    "on ",  "am ", "le ",        "el ",      "il ",        "op ", "em ",   "den ", "dnia ", "w dniu ",
    "dne ", "på ", "il giorno ", "quoting ", "zitat von ", "ons", "a(z) ", "в ",   "пн, "};
constexpr std::array<std::string_view, 21> verbs{
    "wrote",   "writes",    "schrieb", "a écrit",    "escribió", "ha scritto", "scrisse",
    "schreef", "skrev",     "napisał", "napisal",    "escreveu", "pisze",      "пишет",
    "написал", "kirjoitti", "írta",    "geschreven", "写道",     "のメール",   "said"};
constexpr std::array<std::string_view, 14> original{
    "original message",     "ursprüngliche nachricht", "original-nachricht",    "originalnachricht",
    "message d'origine",    "message original",        "mensaje original",      "messaggio originale",
    "mensagem original",    "oorspronkelijk bericht",  "oprindelig meddelelse", "original meddelande",
    "wiadomość oryginalna", "исходное сообщение"};
constexpr std::array<std::string_view, 9> forwarded{
    "forwarded message", "weitergeleitete nachricht",   "message transféré",
    "mensaje reenviado", "messaggio inoltrato",         "doorgestuurd bericht",
    "begin forwarded",   "anfang der weitergeleiteten", "message réexpédié"};
constexpr std::array<std::string_view, 8> forward_subjects{"fwd:", "fw:", "wg:", "tr:", "rv:", "enc:", "i:", "doorst:"};
// Labels of the header that Outlook and others copy above the mail they quote.
constexpr std::array<std::string_view, 9> from_labels{
    "from:", "von:", "de:", "da:", "van:", "från:", "fra:", "od:", "от:"};
constexpr std::array<std::string_view, 30> other_labels{
    "sent:",    "gesendet:", "date:",   "datum:",   "to:",        "an:",      "cc:",        "kopie:",
    "subject:", "betreff:",  "envoyé:", "à:",       "objet:",     "enviado:", "para:",      "asunto:",
    "assunto:", "inviato:",  "a:",      "oggetto:", "verzonden:", "aan:",     "onderwerp:", "skickat:",
    "till:",    "ämne:",     "sendt:",  "til:",     "emne:",      "envoyé :"};

bool starts_with_any(std::string_view text, Words words) {
    return std::ranges::any_of(words, [&](auto word) { return text.starts_with(word); });
}

bool contains_any(std::string_view text, Words words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

bool is_blank(std::string_view line) { return trim(line).empty(); }
bool is_quote(std::string_view line) { return line.starts_with('>'); }

Lines split(std::string_view text) {
    Lines lines;
    while (true) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

std::string join(const Lines& lines) {
    std::string out;
    for (const auto line : lines) out.append(line).append("\n");
    return clean_text(out);
}

/// The line in lower case without the stars and lines that HTML's bold and rules leave.
std::string plain(std::string_view line) {
    std::string out = lower(trim(line));
    std::erase(out, '*');
    return std::string(trim(out));
}

/// Letters (not ASCII only) that stand between dashes or alone: "----- Original Message -----" → "original message".
std::string between_dashes(std::string_view line) {
    const std::string text = plain(line);
    const auto first = text.find_first_not_of("-_ ");
    if (first == std::string::npos || first < 3) return {};
    return text.substr(first, text.find_last_not_of("-_ :") - first + 1);
}

/// A time of day, a year or an address: what mailers put into such a line and people seldom do.
bool has_stamp(std::string_view text) {
    if (text.find('@') != std::string_view::npos) return true;
    for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
        const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
        if (digit(i) && text[i + 1] == ':' && digit(i + 2) && digit(i + 3)) return true;
        if ((text.substr(i, 2) == "20" || text.substr(i, 2) == "19") && digit(i + 2) && digit(i + 3)) return true;
    }
    return false;
}

/// How many lines from `at` on are "On … wrote:", 0 if none; mailers wrap it into up to four.
std::size_t attribution_length(const Lines& lines, std::size_t at) {
    constexpr std::size_t longest = 4;
    std::string text = plain(lines[at]);
    const bool opened = starts_with_any(text, openers);
    for (std::size_t count = 1; count <= longest; ++count) {
        const bool ends = text.ends_with(':') || text.ends_with("：");
        if (ends && contains_any(text, verbs) && (opened || has_stamp(text))) return count;
        if (ends || at + count >= lines.size() || is_blank(lines[at + count]) || is_quote(lines[at + count])) return 0;
        text += ' ' + plain(lines[at + count]);
    }
    return 0;
}

/// True if a copied header ("Von: … Gesendet: … An: … Betreff: …") begins at `at`.
bool is_copied_header(const Lines& lines, std::size_t at) {
    if (!starts_with_any(plain(lines[at]), from_labels)) return false;
    std::size_t labels = 0;
    for (std::size_t i = at + 1; i < lines.size() && i <= at + 6; ++i) {
        if (starts_with_any(plain(lines[i]), other_labels)) ++labels;
    }
    return labels >= 2;
}

/// Where the quote of unmarked lines begins, lines.size() if nowhere. What follows it is all quote.
std::size_t unmarked_quote(const Lines& lines) {
    const bool marked = std::ranges::any_of(lines, is_quote);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string dashed = between_dashes(lines[i]);
        if (contains_any(dashed, forwarded) || contains_any(plain(lines[i]).substr(0, 40), forwarded))
            return lines.size();
        if (std::ranges::find(original, dashed) != original.end()) return i;
        if (is_copied_header(lines, i)) {
            const bool ruled = i > 0 && lines[i - 1].size() > 2 &&
                               trim(lines[i - 1]).find_first_not_of("_-") == std::string_view::npos;
            return ruled ? i - 1 : i;
        }
        // "On … wrote:" over lines without marks; only with a stamp, since people write such words too.
        if (!marked && !is_blank(lines[i])) {
            const auto length = attribution_length(lines, i);
            std::string text;
            for (std::size_t each = i; each < i + length; ++each) text.append(lines[each]);
            if (length > 0 && has_stamp(text) && i + length < lines.size()) return i;
        }
    }
    return lines.size();
}

/// Where the block of ">" lines at the end begins, with the attribution above it; lines.size() if there is none, or if
/// the person wrote the words that introduce it ("as the poet says:").
std::size_t marked_quote(const Lines& lines) {
    std::size_t start = lines.size();
    while (start > 0 && (is_blank(lines[start - 1]) || is_quote(lines[start - 1]))) --start;
    if (std::none_of(lines.begin() + static_cast<std::ptrdiff_t>(start), lines.end(), is_quote)) return lines.size();
    for (std::size_t back = 4; back > 0; --back) {
        if (start >= back && attribution_length(lines, start - back) == back) return start - back;
    }
    return start > 0 && trim(lines[start - 1]).ends_with(':') ? lines.size() : start;
}

/// Where the signature begins, lines.size() if there is none [RFC 3676 §4.3]; and where it ends: at a forwarded mail.
std::pair<std::size_t, std::size_t> signature(const Lines& lines) {
    constexpr std::size_t longest_unsure = 8;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool sure = lines[i] == "-- ";
        if (!sure && (lines[i] != "--" || lines.size() - i > longest_unsure)) continue;
        std::size_t end = i + 1;
        while (end < lines.size() && !contains_any(between_dashes(lines[end]), forwarded) &&
               !contains_any(plain(lines[end]).substr(0, 40), forwarded)) {
            ++end;
        }
        return {i, end};
    }
    return {lines.size(), lines.size()};
}

bool all_blank(const Lines& lines, std::size_t end) {
    return std::all_of(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(end), is_blank);
}

}  // namespace

std::string fold_quotes(std::string_view text, std::string_view subject) {
    Lines lines = split(text);
    const bool forward = starts_with_any(lower(trim(subject)), forward_subjects);
    if (!forward) {
        if (const auto start = unmarked_quote(lines); !all_blank(lines, start)) lines.resize(start);
        if (const auto start = marked_quote(lines); !all_blank(lines, start)) lines.resize(start);
    }
    const auto [start, end] = signature(lines);
    if (!all_blank(lines, start) || end < lines.size()) {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(start),
                    lines.begin() + static_cast<std::ptrdiff_t>(end));
    }
    // A signature above a quote hides the quote from the first look, one below it from the second.
    if (!forward) {
        if (const auto again = marked_quote(lines); !all_blank(lines, again)) lines.resize(again);
    }
    return join(lines);
}

}  // namespace coi
