// Corrections: a message replaces the text of an earlier message of the same author.
//
// Jabber: [XEP-0308 §3], which always names the original message. COI [COI-C "Edit and Delete Messages"]: a later edit
// names the last one; an empty edit is a retraction. Chatmail: Chat-Edit names the original; in a clear mail it counts
// only in the first part of a multipart/mixed (coi/message). A contact with a mail program gets a short mail with the
// new text. A correction of an unknown message is shown as a new message. In the table this feature stands after text.

#pragma once

#include "gateway/translate/feature.h"

namespace gateway::correction {

extern const Feature feature;

}  // namespace gateway::correction
