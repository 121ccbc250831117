// The encryption notice: what a reader has to know of a message's protection, in one line beside its text.
//
// design.md "Trust at the mail door": unsigned, wrongly signed, undecryptable and tampered mail are told apart; a clear
// mail in an encrypted conversation is named as such, and what is only signed with what its signature is worth. Nothing
// is said of what is as it should be.

#pragma once

#include <string>

#include "coi/crypt/pgp_mime.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"

namespace gateway {

namespace security_label {

/// Mail of which nothing can be shown.
bool is_closed(DecryptFailure);
/// Encrypted, and signed by a key of its writer.
bool is_proven(const coi::pgp_mime::Protection&);
/// The notice in the brackets that no sender can write (framed.h); "" if there is nothing to say.
std::string words(const coi::pgp_mime::Protection&, DecryptFailure, const Privacy&, const std::string& lang);
/// Why a mail was not taken, English, for a reply line.
const char* reason(DecryptFailure);

}  // namespace security_label
}  // namespace gateway
