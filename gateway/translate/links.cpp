// See links.h. ICU's NFKC_Casefold makes one form of all widths and cases, and leaves out what is not seen.

#include "gateway/translate/links.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "coi/mail/charset.h"

namespace gateway {
namespace {

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) { return u_isalpha(static_cast<UChar32>(c)) != 0; }
/// What a label of a host name is made of [RFC 5890 §2.3], and marks, which some scripts write letters with.
bool is_label(char32_t c) {
    const auto mark = U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK;
    return u_isalnum(static_cast<UChar32>(c)) != 0 || mark != 0 || c == '-' || c == '_';
}

/// In one form: what a resolver would see.
std::u32string plain_form(std::string_view word) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(status);
    const auto read = icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())});
    const auto text = U_SUCCESS(status) ? form->normalize(read, status) : read;
    std::u32string plain(static_cast<std::size_t>(text.countChar32()), U'\0');
    text.toUTF32(reinterpret_cast<UChar32*>(plain.data()), static_cast<std::int32_t>(plain.size()), status);
    std::ranges::replace(plain, U'\u3002', U'.');  // so do browsers [UTS 46]
    return plain;
}

bool has_scheme(std::u32string_view word) {
    static constexpr std::array<std::u32string_view, 12> marks{U"//",   U"www.",    U"mailto:", U"xmpp:",
                                                               U"tel:", U"sms:",    U"sip:",    U"geo:",
                                                               U"::",   U"magnet:", U"data:",   U"javascript:"};
    return std::ranges::any_of(marks, [&](std::u32string_view mark) { return word.find(mark) != word.npos; });
}

/// "a.xy", where "xy" is no number: the end of a host name.
bool has_host(std::u32string_view word) {
    for (auto dot = word.find(U'.', 1); dot != word.npos; dot = word.find(U'.', dot + 1)) {
        const auto label = word.substr(dot + 1);
        const auto end = std::ranges::find_if_not(label, is_label);
        if (is_label(word[dot - 1]) && end - label.begin() >= 2 && is_letter(label.front())) return true;
    }
    return false;
}

/// Four numbers: an IPv4 address. A status of a mail server has three.
bool has_ipv4(std::u32string_view word) {
    for (std::size_t at = 0; at < word.size(); ++at) {
        if (!is_digit(word[at])) continue;
        int dots = 0;
        for (; at < word.size() && (is_digit(word[at]) || (word[at] == '.' && is_digit(word[at - 1]))); ++at)
            dots += word[at] == '.' ? 1 : 0;
        if (dots >= 3) return true;
    }
    return false;
}

bool has_address(std::u32string_view word) {
    const auto at = word.find(U'@');
    return at != word.npos && at > 0 && at + 1 < word.size();
}

}  // namespace

bool is_link(std::string_view word) {
    const std::u32string plain = plain_form(word);
    return has_scheme(plain) || has_host(plain) || has_ipv4(plain) || has_address(plain);
}

bool is_about(std::string_view word, std::string_view address) {
    constexpr std::string_view before = "<([{\"'", behind = ">)]}\"',;:.!?";
    if (const auto type = word.find(';'); coi::lower(word.substr(0, type)) == "rfc822") word.remove_prefix(type + 1);
    word.remove_prefix(std::min(word.find_first_not_of(before), word.size()));
    word = word.substr(0, word.find_last_not_of(behind) + 1);
    const std::string said = coi::lower(word), about = coi::lower(address);
    return !said.empty() && (said == about || said == about.substr(about.rfind('@') + 1));
}

}  // namespace gateway
