// What the reader has to know of a message stands beside its text: how it is protected, and where answers go.

#pragma once

#include <string>

#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "gateway/model/incoming_mail.h"

namespace gateway::labels {

/// The protection of this mail. `before`: what was known of the contact before it. `lang`: the reader's.
void add_protection(Event&, const IncomingMail&, const Contact& before, const std::string& lang);
/// That answers go to another address than they went to before the mail.
void add_answers_notice(Event&, const IncomingMail&, const Contact& before, Contact after, const std::string& lang);

}  // namespace gateway::labels
