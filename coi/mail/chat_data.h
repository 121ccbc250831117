// Parts that chat programs write for each other: positions, and news of apps. They stay attachments, with their bytes.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/position.h"
#include "coi/message.h"

namespace coi {

/// [COI-C "Location Messages"] An HTML part with `Chat-Content: location` is an attachment of this type, without a
/// name. print writes it beside the text, as one of its alternatives.
inline constexpr std::string_view h_geo_type = "text/h-geo";

bool is_h_geo(const Attachment&);

/// Whether parse keeps an attachment's bytes. Only in a chat program's mail: others send KML as a file.
bool is_chat_data(std::string_view content_type, std::string_view name, const Message&);

/// Of an h-geo or KML. A place counts more than where its author is just now.
std::optional<Position> position_of(const Message&);
/// What a webxdc app says of itself (coi/mail/webxdc).
std::vector<std::string> app_news_of(const Message&);

/// An h-geo beside the text of a mail.
Attachment h_geo_of(const Position&, const std::string& text);

}  // namespace coi
