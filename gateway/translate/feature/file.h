// Files that a mail brings, and that lie on the Jabber server's file store (gateway/pipeline/attachments).
//
// [XEP-0066 §3], [XEP-0447 §3]. Clients show a picture where the body is its link alone: each file is a message of its
// own behind the text. An attachment that does not lie there stands in words (placeholder.h). Left out: files from
// Jabber to mail; their links are text.

#pragma once

#include <vector>

#include "gateway/translate/feature.h"

namespace gateway::file {

/// Makes the message the link of the file.
void add(xmpp::Tag& message, const File&);

/// One event for each message that clients show: the text, if there is any, then each file. All but the first are
/// without a stanza id. At least one.
std::vector<Event> messages_of(Event);

extern const Feature feature;

}  // namespace gateway::file
