// Replies: a message answers an earlier one, of either side, and may quote it.
//
// In Jabber [XEP-0461 §3], the quote before the text as a fallback [XEP-0428 §3]. In mail In-Reply-To and quoted lines
// before the text [RFC 3676 §4.5]; In-Reply-To alone is no reply, because chat programs name the last message of the
// conversation in it [COI-C "COI-specific Message Header Fields"]. What a mail program quotes is folded to "[…]"
// (coi/mail/quote), which goes where the answered message is known.

#pragma once

#include <string>

#include "gateway/translate/feature.h"

namespace gateway::reply {

/// After text and correction: a correction is about the message that it corrects.
bool read(const xmpp::Tag& message, Event&);
bool read(const coi::Message&, const std::string& lang, Event&);
void write(const Event&, xmpp::Tag& message);
void write(const Event&, coi::Message&, Dialect);
void settle(Event&, const Settled&);

extern const Feature feature;

}  // namespace gateway::reply
