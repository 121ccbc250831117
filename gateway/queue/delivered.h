// The receipt for a user's message that has been delivered [XEP-0184 §4].
//
// When that is, the admin decides (mail.delivered): when the mail server accepted the mail, or when a report says that
// the contact's server has it [RFC 3461 §4.1]. The receipt is sent once and does not wait in the queue: a client
// without it shows the message as sent.

#pragma once

#include "gateway/store/queue.h"
#include "xmpp/stanza.h"

namespace gateway::delivered {

/// Whether the client that wrote this mail's message asked for a receipt.
bool is_asked_for(const queue::Entry& mail);
/// From the contact's JID that the user wrote to, to all of the user's clients. nullptr: nobody asked for it.
xmpp::Stanza receipt(const queue::Entry& mail);

}  // namespace gateway::delivered
