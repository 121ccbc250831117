// The gateway's own words inside a contact's message, in a form that no sender can write: ⟦…⟧.
//
// What says something of a message's protection or fate would be worth forging. So it stands in U+27E6 and U+27E7, and
// these, and whatever looks like them, are taken out of all that comes from a sender: text, subject, file and group
// names. So are the characters by which a text could look like another line: foreign line separators, overrides of the
// writing direction, and embeddings that do not end with their line (Unicode TR9, X1–X8).

#pragma once

#include <string>
#include <string_view>

namespace gateway::framed {

/// "not encrypted" or "[not encrypted]" as "⟦not encrypted⟧"; "" stays "".
std::string notice(std::string_view words);

/// What a sender wrote (UTF-8), without the form of a notice.
std::string foreign(std::string_view text);

}  // namespace gateway::framed
