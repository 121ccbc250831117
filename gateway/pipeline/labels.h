// Labels of the gateway beside the text of an incoming message: its protection, a changed address for answers, a
// changed timer.

#pragma once

#include <string>

#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "gateway/model/incoming_mail.h"

namespace gateway::labels {

/// Adds the protection of this mail. `before`: the contact before this mail. `lang`: of the recipient.
void add_protection(Event&, const IncomingMail&, const Contact& before, const std::string& lang);
/// Adds that answers go to another address than before this mail.
void add_answers_notice(Event&, const IncomingMail&, const Contact& before, Contact after, const std::string& lang);

/// Adds that messages are deleted, or no longer, where the mail itself does not say so; and leaves the timer out where
/// the mail may not set it.
void add_timer(Event&, const IncomingMail&, const Contact& before, const Contact& after, const std::string& lang);

}  // namespace gateway::labels
