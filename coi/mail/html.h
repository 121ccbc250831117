// The readable text of an HTML mail.
//
// libxml2's HTML parser as a stream of events (no tree is built, nothing is fetched); this file turns the events into
// lines: paragraphs, lists, tables, links with their targets, quotes with "> ". Scripts, styles and what is hidden are
// left out, and so is all that only looks: colours, sizes, emphasis. Tags, attributes, depth and output are bounded
// (coi/mail/html_tags): where there are more of them, words stay and structure goes.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi {

/// Text (UTF-8, LF) of at most about `most` bytes; `html` is UTF-8. Never fails: what is no HTML is text.
std::string html_to_text(std::string_view html, std::size_t most);
/// Also sets `cut` if there was more.
std::string html_to_text(std::string_view html, std::size_t most, bool& cut);

/// The charset that the document itself names in its first bytes (`<meta charset=…>`), or "".
std::string html_charset(std::string_view bytes);

}  // namespace coi
