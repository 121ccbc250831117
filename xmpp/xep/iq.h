// Requests and answers of type iq.
//
// [RFC 6120 §8.2.3]. An answer has the request's id, and from and to exchanged (gloox's automatic answers lack `from`).

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp {

/// The payload element of a get or set; nullptr if there is none or more than one.
const Tag* payload(const Tag& iq);
/// An empty result for `iq`.
Stanza result_of(const Tag& iq);
/// The stanza without its children: enough to answer it later, and without a password in it.
Stanza head_of(const Tag& stanza);
/// xml:lang of the stanza, or of its payload [XEP-0050 §3.7]; "" if unknown.
std::string language_of(const Tag& stanza);

}  // namespace xmpp
