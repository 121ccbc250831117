// What a mail says of its author's picture and status, as far as gateway/model/trust lets it. Pure.
//
// The picture: Chat-User-Avatar of a mail that was encrypted, as Delta Chat reads it, or the one of a COI program's
// h-card. The status: the h-card's, else the signature of a chat program's message; a message without one takes it away.

#pragma once

#include "gateway/accounts/contact_profiles.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"

namespace gateway {

/// `before`: what was proven before the mail came. A picture that is too large or of an unknown kind is logged, and is
/// no news.
ProfileNews profile_news(const IncomingMail&, const Privacy& before);

}  // namespace gateway
