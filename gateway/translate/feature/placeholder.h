// Notices: what a mail says beside its text, in words: attachments, a group.
//
// [COI-C "Group Messages"], chatmail's Chat-Voice-Message and Chat-Content. They stand in brackets in
// the reader's language, until a feature carries the thing itself. Left out: whatever is not for people (signatures,
// status, keys). Invariant: a notice is one line.

#pragma once

#include <optional>
#include <string>

#include "coi/message.h"

namespace gateway::placeholder {

/// "⟦image: earth.jpg, 20 kB⟧", one line for each attachment that lies nowhere else; "" if there are none, or if the
/// mail is encrypted (they are the envelope of what could not be read).
std::string attachments(const coi::Message&, const std::string& lang);

/// "⟦group: Sailing⟧" if a chat mail went to more people than its reader, who sees that an answer is for its writer
/// alone.
std::optional<std::string> group(const coi::Message&, const std::string& lang);

}  // namespace gateway::placeholder
