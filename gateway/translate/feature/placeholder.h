// Notices: what a mail says beside its text, in words: attachments, a group, a deletion timer.
//
// [COI-C "Group Messages"], chatmail's Chat-Voice-Message, Chat-Content and Ephemeral-Timer. They stand in brackets in
// the reader's language, until a feature carries the thing itself. Left out: whatever is not for people (signatures,
// status, keys). Invariant: a notice is one line.

#pragma once

#include <cstdint>
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

/// What a change of the deletion timer means here: its writer's program deletes, a Jabber client does not. Stands for
/// the mail's own text, which speaks to its writer ("You set …").
std::optional<std::string> timer_change(const coi::Message&, const std::string& lang);

/// Seconds after which the writer's program deletes the messages of this chat; 0: never.
std::uint32_t timer(const coi::Message&);

}  // namespace gateway::placeholder
