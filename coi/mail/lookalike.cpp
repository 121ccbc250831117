// ICU's spoof checker; see lookalike.h.

#include "coi/mail/lookalike.h"

#include <unicode/normalizer2.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <cstdint>

namespace coi {
namespace {

/// Checks nothing but the scripts: one, or those that Japanese, Korean and Chinese are written with beside Latin.
const USpoofChecker* checker() {
    static const USpoofChecker* const made = [] {
        UErrorCode status = U_ZERO_ERROR;
        USpoofChecker* spoof = uspoof_open(&status);
        uspoof_setRestrictionLevel(spoof, USPOOF_HIGHLY_RESTRICTIVE);
        uspoof_setChecks(spoof, USPOOF_RESTRICTION_LEVEL, &status);
        return spoof;
    }();
    return made;
}

icu::UnicodeString read(std::string_view text) {
    return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

/// As much of a folded text as is compared: the rest would cost time, and one character may be folded to eighteen. What
/// cannot be seen is folded to nothing, so that nobody hides the rest of a name behind it.
icu::UnicodeString head(icu::UnicodeString text) {
    constexpr std::int32_t most = 64;
    if (text.length() > most) text.truncate(text.getChar32Start(most));
    return text;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string looks_of(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    icu::UnicodeString folded, skeleton, letters;
    if (U_SUCCESS(status)) folded = head(fold->normalize(read(text), status));
    uspoof_getSkeletonUnicodeString(checker(), 0, folded, skeleton, &status);
    if (U_FAILURE(status)) return std::string(text);
    for (std::int32_t at = 0; at < skeleton.length(); at = skeleton.moveIndex32(at, 1)) {
        if (!u_isUWhiteSpace(skeleton.char32At(at))) letters.append(skeleton.char32At(at));
    }
    std::string looks;
    return letters.toUTF8String(looks);
}

bool is_lookalike(std::string_view text) {
    if (is_ascii(text)) return false;
    UErrorCode status = U_ZERO_ERROR;
    const auto failed = uspoof_check2UnicodeString(checker(), read(text), nullptr, &status);
    return U_FAILURE(status) || failed != 0 || is_ascii(looks_of(text));
}

}  // namespace coi
