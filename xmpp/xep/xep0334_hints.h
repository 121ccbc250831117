// Hints to servers: what not to store and not to copy.
//
// [XEP-0334 §4]. `store` for a message whose text is not in its body; for an OTR message [XEP-0364 §4.3] not `no-store`,
// because an offline user would lose the message. Left out: reading hints, which are for servers.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0334 {

inline constexpr const char* ns = "urn:xmpp:hints";

inline void add_store(Tag& message) { add(message, "store", ns); }
inline void add_no_permanent_store(Tag& message) { add(message, "no-permanent-store", ns); }
inline void add_no_copy(Tag& message) { add(message, "no-copy", ns); }

}  // namespace xmpp::xep0334
