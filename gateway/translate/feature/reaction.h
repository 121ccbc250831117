// Reactions: emojis that somebody puts on an earlier message of either side; the last set counts, an empty one takes
// all back.
//
// Jabber: [XEP-0444 §3], with the emojis as a fallback [XEP-0428 §2.2] for clients without support. Mail: a text marked
// as a reaction, and In-Reply-To [RFC 9078 §3, §4]. A COI program shows it as an answer; a mail program gets none, and
// the user is told. A reaction to an unknown message, or by somebody who proves less than the conversation does, is
// shown as text. In the table this feature stands before text, because such a message has no other content.

#pragma once

#include "gateway/translate/feature.h"

namespace gateway::reaction {

extern const Feature feature;

}  // namespace gateway::reaction
