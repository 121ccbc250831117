// Carbons: copies of messages to and from the user's other resources.
//
// [XEP-0280 §7–§9, §11]. Only a user's own server makes carbons, and only for the user's resources. So the gateway gets
// none; one that arrives is forged or a server's mistake, and ignored.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0280 {

inline constexpr const char* ns = "urn:xmpp:carbons:2";

inline bool is_copy(const Tag& message) { return child(message, "sent", ns) || child(message, "received", ns); }
/// Asks the server to make no carbon of this message: other clients could not read it.
inline void add_private(Tag& message) { add(message, "private", ns); }

}  // namespace xmpp::xep0280
