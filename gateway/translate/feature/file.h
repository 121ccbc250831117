// Files: those of a mail lie on the Jabber server's file store (gateway/pipeline/attachments), those of a Jabber user
// are links, and attachments as soon as they have been fetched (gateway/pipeline/outgoing_files).
//
// [XEP-0066 §3], [XEP-0447 §3], [XEP-0385 §4.1], [XEP-0449 §4.2], [XEP-0454 §3], [XEP-0231 §2.2]; chatmail's
// Chat-Voice-Message, Chat-Duration and Chat-Content. Clients show a picture where the body is its link alone: each
// file of a mail is a message of its own behind the text. An attachment that does not lie there stands in words
// (placeholder.h). Files whose places come with a later message are gateway/pipeline/announced_files.

#pragma once

#include <string>
#include <vector>

#include "gateway/translate/feature.h"

namespace gateway::file {

/// Makes the message the link of the file.
void add(xmpp::Tag& message, const File&);

/// One event for each message that clients show: the text, if there is any, then each file. All but the first are
/// without a stanza id. At least one.
std::vector<Event> messages_of(Event);

/// The mail, in which the file is a link, has it as an attachment instead. `file`: as it was written; `lang`: of its
/// event. Its bytes have been fetched.
void attach(coi::Message& mail, const File& file, const std::string& lang, Dialect);

extern const Feature feature;

}  // namespace gateway::file
