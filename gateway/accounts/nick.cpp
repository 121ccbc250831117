// See nick.h.

#include "gateway/accounts/nick.h"

#include <unicode/normalizer2.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <functional>

#include "coi/mail/author.h"
#include "gateway/localization.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/framed.h"

namespace gateway {

namespace {

std::string shown(const coi::Address& address) { return text::one_line(framed::foreign(address.name)); }

/// What the eye sees of a name [UTS 39 §4]: without case, white space and invisible characters, and with one letter for
/// all that look like it (Cyrillic а, full width a).
std::string looks_of(const std::string& name) {
    static const auto* const spoof = [] {
        UErrorCode status = U_ZERO_ERROR;
        return uspoof_open(&status);
    }();
    UErrorCode status = U_ZERO_ERROR;
    const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    icu::UnicodeString folded, skeleton, letters;
    if (U_SUCCESS(status)) folded = fold->normalize(icu::UnicodeString::fromUTF8(name), status);
    uspoof_getSkeletonUnicodeString(spoof, 0, folded, skeleton, &status);
    if (U_FAILURE(status)) return name;
    for (std::int32_t at = 0; at < skeleton.length(); at = skeleton.moveIndex32(at, 1)) {
        if (!u_isUWhiteSpace(skeleton.char32At(at))) letters.append(skeleton.char32At(at));
    }
    std::string looks;
    return letters.toUTF8String(looks);
}

/// Whether the name is what the gateway calls itself to this user.
bool is_gateways(const std::string& looks, const Account* account) {
    static const std::string english = looks_of(say("", "Mail gateway"));
    return looks == english || (account && looks == looks_of(say(account->lang, "Mail gateway")));
}

}  // namespace

std::uint32_t nick_hash(const coi::Address& address) {
    if (address.name.empty()) return 0;
    const std::string looks = looks_of(shown(address));
    if (looks.empty()) return 0;
    return std::max(static_cast<std::uint32_t>(std::hash<std::string>()(looks)), std::uint32_t{1});
}

std::string nick(const Directory& directory, const Contact& contact) {
    const std::string name = shown(contact.address);
    const auto hash = nick_hash(contact.address);
    if (hash == 0) return {};
    const Contact* known = directory.contact(contact.account, contact.canonical);
    const std::size_t own = known != nullptr && nick_hash(known->address) == hash ? 1 : 0;
    const bool is_shared = directory.count_nick(contact.account, hash) > own;
    const bool is_misleading = is_shared || coi::is_name_misleading(contact.address) ||
                               is_gateways(looks_of(name), directory.find(contact.account));
    return is_misleading ? contact.address.addr_spec() : name;
}

}  // namespace gateway
