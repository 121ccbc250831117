// Stickers: a message whose file is a picture in place of words.
//
// [XEP-0449 §4.2]. Left out: packs of stickers.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0449 {

inline constexpr const char* ns = "urn:xmpp:stickers:0";

inline bool is_sticker(const Tag& message) { return child(message, "sticker", ns) != nullptr; }

}  // namespace xmpp::xep0449
