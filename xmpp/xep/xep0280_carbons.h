// Carbons: copies of messages to and from the user's other resources.
//
// [XEP-0280 §7–§9, §11]. A gateway gets none, because only a user's own server makes them for his own resources; one that
// is here is forged or a server's mistake, and never acted on.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0280 {

inline constexpr const char* ns = "urn:xmpp:carbons:2";

inline bool is_copy(const Tag& message) { return child(message, "sent", ns) || child(message, "received", ns); }
/// "Make no copies of this one": nobody else could read it.
inline void add_private(Tag& message) { add(message, "private", ns); }

}  // namespace xmpp::xep0280
