// The readable text of an HTML mail.
//
// libxml2's HTML parser gives a stream of events (no tree is built, nothing is fetched); this file converts the events
// to lines: paragraphs, lists, tables, links with their targets, quotes with "> ". Scripts, styles and hidden text are
// left out, as are colours and sizes; emphasis becomes spans that clients style [XEP-0393 §6.2]. Tags, attributes,
// depth and output are limited (coi/mail/html_tags): above the limits the words stay and the structure is dropped.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi {

/// Text (UTF-8, LF) of at most about `most` bytes; `html` is UTF-8. Never fails: input that is not HTML is text.
std::string html_to_text(std::string_view html, std::size_t most);
/// Also sets `cut` if there was more.
std::string html_to_text(std::string_view html, std::size_t most, bool& cut);

/// The charset that the document declares in its first bytes (`<meta charset=…>`), or "".
std::string html_charset(std::string_view bytes);

}  // namespace coi
