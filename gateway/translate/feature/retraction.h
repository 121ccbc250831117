// Retractions: the author of a message takes it back.
//
// Jabber: [XEP-0424 §3], with words as a fallback [XEP-0428 §2.2]; what stands beside it is not mailed. COI:
// `deleterequest` [COI-C "Edit and Delete Messages"], and an empty edit (feature/correction). Chatmail: Chat-Delete,
// with one or more ids; its core applies it only where it came encrypted, and shows nothing of such a mail. So the text
// of each mail is for people, and Chat-Delete is left out where it leaves in the clear (encryption/openpgp). A contact
// with a mail program gets that text. A retraction of an unknown message, or by somebody who proves less than the
// conversation does, is told in words. In the table this feature stands before text, because such a message has no
// other content.

#pragma once

#include <vector>

#include "gateway/translate/feature.h"

namespace gateway::retraction {

extern const Feature feature;

/// Whether this mail takes messages back, known or not.
bool is_one(const coi::Message&);
/// One event for each stanza that it becomes: a mail may take several messages back, some of which are not known.
std::vector<Event> apart(const Event&);

}  // namespace gateway::retraction
