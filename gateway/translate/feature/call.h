// Calls, which the gateway does not carry: each side is told so, and nobody's client rings in vain.
//
// Jabber: [XEP-0353 §3] and [XEP-0482 §2]; the caller gets a rejection and words. Mail: chatmail's `Chat-Content: call`
// becomes a line for the user, and is answered by `call-ended` (gateway/pipeline/incoming_commit says when). In the
// table this feature stands before text: a call from mail is a Text of the gateway's words, and a Call.

#pragma once

#include "gateway/translate/feature.h"

namespace gateway::call {

/// What ends the call at the client that calls: a rejection of the stanza's call, in place of an error. nullptr if the
/// stanza calls nobody.
xmpp::Stanza rejection(const xmpp::Tag& message);

/// The event that tells the caller that nobody takes the call. `message`: the caller's mail.
Event ended(const coi::Address& caller, const coi::MessageId& message, Time now);

extern const Feature feature;

}  // namespace gateway::call
