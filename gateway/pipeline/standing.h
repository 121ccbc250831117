// What a conversation learns from a mail about its protection. Pure.

#pragma once

#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"

namespace gateway {

/// Notes that the conversation is encrypted, that its author is proven, that the OTR tunnel is offered or no longer:
/// each only where gateway/model/trust allows the mail to say so.
void note_standing(const IncomingMail&, Privacy&);

}  // namespace gateway
