// The notice's words; see security_label.h.

#include "gateway/translate/feature/security_label.h"

#include "gateway/localization.h"
#include "gateway/model/framed.h"

namespace gateway::security_label {

using coi::openpgp::Signature;

bool is_closed(DecryptFailure unread) {
    return unread == DecryptFailure::another_key || unread == DecryptFailure::changed ||
           unread == DecryptFailure::forged || unread == DecryptFailure::foreign || unread == DecryptFailure::broken ||
           unread == DecryptFailure::costly;
}

bool is_proven(const coi::pgp_mime::Protection& protection) {
    return protection.encrypted && protection.signature == Signature::good;
}

namespace {

std::string unread_words(DecryptFailure unread, const std::string& lang) {
    switch (unread) {
        case DecryptFailure::another_key:
            return say(lang, "[It is encrypted to a key that you do not have here.]");
        case DecryptFailure::changed:
            return say(lang, "[It was changed on its way, or is not protected against that. It is not shown.]");
        case DecryptFailure::mixed:
            return say(lang,
                       "[Parts of this mail are encrypted and others are not. The encrypted parts are not opened: such "
                       "mail is used to steal what others wrote.]");
        case DecryptFailure::forged:
            return say(lang, "[The sender inside is not the sender outside. It is not shown.]");
        case DecryptFailure::foreign:
            return say(lang, "[It is encrypted with S/MIME or the like, not with OpenPGP.]");
        case DecryptFailure::costly:
            return say(lang, "[It is made so that opening it takes very long. It is not shown.]");
        case DecryptFailure::no:
        case DecryptFailure::broken:
        case DecryptFailure::busy:
            return "";
    }
    return "";
}

/// Of mail that is in the clear, signed or not: never a word that could be taken for encrypted.
std::string clear_words(Signature signature, const Privacy& privacy, const std::string& lang) {
    switch (signature) {
        case Signature::none:
            return privacy.encrypted ? say(lang, "[not encrypted]") : "";
        case Signature::unknown:
            return say(lang, "[not encrypted; signed with an unknown key: it is not proven who wrote this]");
        case Signature::bad:
            return say(lang, "[not encrypted; its signature is wrong: it was changed on its way, or is not from them]");
        case Signature::others:
            return say(
                lang,
                "[not encrypted, and signed by them, but for other readers than you: somebody may have passed it "
                "on as if it were from them to you]");
        case Signature::good:
            if (!privacy.conflicting) return say(lang, "[not encrypted, but signed with their key]");
            return privacy.verified
                       ? say(lang, "[not encrypted; signed with another key than the one you verified]")
                       : say(lang,
                             "[not encrypted; signed with another key than theirs: it is not proven who wrote this]");
    }
    return "";
}

std::string plain_words(const coi::pgp_mime::Protection& protection, DecryptFailure unread, const Privacy& privacy,
                        const std::string& lang) {
    if (unread != DecryptFailure::no) return unread_words(unread, lang);
    if (!protection.encrypted) return clear_words(protection.signature, privacy, lang);
    switch (protection.signature) {
        case Signature::none:
            return say(lang, "[encrypted, but not signed: it is not proven who wrote this]");
        case Signature::unknown:
            return say(lang, "[encrypted, but signed with an unknown key: it is not proven who wrote this]");
        case Signature::bad:
            return say(lang, "[encrypted, but its signature is wrong: do not trust this]");
        case Signature::others:
            return say(lang,
                       "[encrypted, and signed by them, but for other readers than you: somebody may have passed it on "
                       "as if it were from them to you]");
        case Signature::good:
            if (!privacy.conflicting) return "";
            return privacy.verified
                       ? say(lang, "[signed with another key than the one you verified]")
                       : say(lang, "[signed with another key than before: it is not proven who wrote this]");
    }
    return "";
}

}  // namespace

std::string words(const coi::pgp_mime::Protection& protection, DecryptFailure unread, const Privacy& privacy,
                  const std::string& lang) {
    return framed::notice(plain_words(protection, unread, privacy, lang));
}

const char* reason(DecryptFailure unread) {
    switch (unread) {
        case DecryptFailure::another_key:
            return "it is encrypted, and not to the key of this address";
        case DecryptFailure::changed:
            return "it is encrypted without integrity protection, or was changed on its way";
        case DecryptFailure::forged:
            return "its encrypted part has another sender than its outside";
        case DecryptFailure::foreign:
            return "it is encrypted with S/MIME or the like, and only OpenPGP can be read here";
        case DecryptFailure::costly:
            return "it is encrypted in a way that takes too long to open";
        default:
            return "it is encrypted in a way that cannot be read here";
    }
}

}  // namespace gateway::security_label
