// What chat programs tell of things that stay in them: apps and their news, pinned messages, polls.
//
// chatmail's webxdc and `Chat-Content: message-pinned`; [COI-C "Poll Messages"] has headings only, so a poll's own text
// is what there is. From mail only, in words of the gateway; what is for programs alone is silent. A content that
// nobody here knows is shown by its text.

#pragma once

#include <optional>
#include <string>

#include "coi/message.h"

namespace gateway::announcement {

/// The message that the mail answers is pinned by its writer.
bool is_pin(const coi::Message&);

/// What stands in place of the mail's own text, which is not for people; "": nothing does. nullopt: its text stands.
std::optional<std::string> instead_of_text(const coi::Message&, const std::string& lang);
/// What stands before its text, or alone where it has none: lines, each with its end.
std::string before_text(const coi::Message&, const std::string& lang);

}  // namespace gateway::announcement
