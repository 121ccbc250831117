// The table of prefixes. Sources: Exchange's and Outlook's languages, Gmail's, Lotus Notes and GroupWise, and the list
// of reply prefixes in Wikipedia ("List of email subject abbreviations").

#include "coi/mail/subject.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "coi/mail/charset.h"
#include "coi/mail/quote_words.h"

namespace coi {
namespace {

constexpr std::size_t longest_prefix = 40;  // octets

constexpr std::array<std::string_view, 53> answers{
    "re",       "aw",   "antw", "antwort", "sv",     "odp",  "odp.",     "ynt",       "yan",     "res",   "rif",
    "r",        "bls",  "vá",   "válasz",  "ref",    "rép",  "rép.",     "réf",       "atb",     "ats",   "απ",
    "απάντηση", "σχετ", "на",   "отв",     "ответ",  "вiдп", "відп",     "відповідь", "отговор", "răsp",  "回复",
    "回覆",     "答复", "答覆", "回信",    "返信",   "답장", "회신",     "תשובה",     "השב",     "תגובה", "رد",
    "الرد",     "پاسخ", "tl",   "ตอบ",     "ตอบกลับ", "resp", "risposta", "balas",     "trả lời"};
constexpr std::array<std::string_view, 53> forwards{
    "fwd",        "fw",          "wg",          "tr",          "rv",
    "enc",        "i",           "doorst",      "doorst.",     "vb",
    "pd",         "vl",          "ilt",         "i̇lt",         "vd",
    "továbbítás", "tov",         "továbbított", "fs",          "ml",
    "πρθ",        "προωθ",       "пересл",      "перенапр",    "пер",
    "转发",       "轉寄",        "轉發",        "転送",        "전달",
    "fyi",        "הועבר",       "העברה",       "تحويل",       "trs",
    "ct",         "ส่งต่อ",        "redir",       "inoltro",     "inoltra",
    "reenv",      "reenviado",   "encam",       "transf",      "weitergeleitet",
    "fwrd",       "forward",     "forwarded",   "videresendt", "vidarebefordrat",
    "przekazano", "chuyển tiếp", "إعادة توجيه"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// Without a count: "re[2]", "re^3", "aw(2)", "re2".
std::string_view without_count(std::string_view word) {
    word = trim(word.substr(0, word.find_first_of("[(^")));
    while (!word.empty() && word.back() >= '0' && word.back() <= '9') word.remove_suffix(1);
    return word;
}

}  // namespace

std::optional<PrefixFound> subject_prefix(std::string_view subject) {
    constexpr std::string_view wide = "：";
    const auto start = cut_utf8(subject, longest_prefix);
    std::size_t colon = start.find(':'), width = 1;
    if (const auto at = start.find(wide); at < colon) colon = at, width = wide.size();
    if (colon == start.npos) return std::nullopt;
    const std::string word = quote_words::lower_case(trim(start.substr(0, colon)));
    const auto bare = without_count(word);
    if (bare.empty()) return std::nullopt;
    auto length = colon + width;
    length = std::min(subject.find_first_not_of(" \t", length), subject.size());
    if (bare == "vs") return PrefixFound{SubjectPrefix::either, length};
    if (is_one_of(answers, bare)) return PrefixFound{SubjectPrefix::answer, length};
    if (is_one_of(forwards, bare)) return PrefixFound{SubjectPrefix::forward, length};
    if (bare.find(' ') != bare.npos) return std::nullopt;
    return PrefixFound{SubjectPrefix::unknown, length};
}

std::string_view base_subject(std::string_view subject) {
    for (auto prefix = subject_prefix(subject); prefix && prefix->kind != SubjectPrefix::unknown;
         prefix = subject_prefix(subject))
        subject = trim(subject.substr(prefix->length));
    return subject;
}

}  // namespace coi
