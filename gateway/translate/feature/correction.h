// Corrections: a message replaces the text of an earlier one of the same writer.
//
// In Jabber [XEP-0308 §3], which always names the original. In COI [COI-C "Edit and Delete Messages"]: a later edit
// names the last one, an empty one deletes. In chatmail Chat-Edit names the original; in the clear it counts only in
// the first part of a multipart/mixed (coi/message). To a mail program a short mail that a person understands. A
// correction of a message that is not known is shown as a message of its own.

#pragma once

#include <string>

#include "gateway/translate/feature.h"

namespace gateway::correction {

/// After text.
bool read(const xmpp::Tag& message, Event&);
bool read(const coi::Message&, const std::string& lang, Event&);
void write(const Event&, xmpp::Tag& message);
void write(const Event&, coi::Message&, Dialect);
void settle(Event&, const Settled&);

extern const Feature feature;

}  // namespace gateway::correction
