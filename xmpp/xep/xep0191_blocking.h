// Blocking: the error of a stanza to somebody whom its sender has blocked. [XEP-0191 §3.3]
//
// Left out: the block list itself, which is between a client and its own server.

#pragma once

#include "xmpp/stanza.h"

namespace xmpp::xep0191 {

inline constexpr const char* ns_errors = "urn:xmpp:blocking:errors";

/// Adds the condition to an error that says `not-acceptable`.
inline void add_blocked(Tag& error_stanza) {
    if (Tag* error = error_stanza.findChild("error")) add(*error, "blocked", ns_errors);
}

}  // namespace xmpp::xep0191
