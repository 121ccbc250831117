// Hints to servers: what not to keep and not to copy.
//
// [XEP-0334 §4]. Only what an OTR message wants [XEP-0364 §4.3]: not `no-store`, which would lose it to a user who is
// offline. Left out: reading hints, which are for servers.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0334 {

inline constexpr const char* ns = "urn:xmpp:hints";

inline void add_no_permanent_store(Tag& message) { add(message, "no-permanent-store", ns); }
inline void add_no_copy(Tag& message) { add(message, "no-copy", ns); }

}  // namespace xmpp::xep0334
