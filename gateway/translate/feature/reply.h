// Replies: a message answers one earlier message, of either side, and may quote it.
//
// Jabber: [XEP-0461 §3], with the quote before the text as a fallback [XEP-0428 §2.2]. Mail: In-Reply-To and quoted
// lines before the text [RFC 3676 §4.5]. In-Reply-To alone makes no reply: chat programs write the last message of the
// conversation into it [COI-C "COI-specific Message Header Fields"]. The quote of a mail program is folded to "[…]"
// (coi/mail/quote); if the answered message is known, "[…]" is removed. In the table this feature stands after
// correction, because an event has one reference only.

#pragma once

#include "gateway/translate/feature.h"

namespace gateway::reply {

extern const Feature feature;

}  // namespace gateway::reply
