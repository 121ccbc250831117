// Stanzas for OTR: a text taken out, or an encrypted one put in.
//
// [XEP-0364 §4.3] [XEP-0380 §3]. Pure.

#pragma once

#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::otr::stanza {

/// The message that came in the clear with another text, and without its encryption markup.
xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text);
/// Hints so that only the addressed client gets an OTR message.
void add_hints(xmpp::Tag& message);
/// A message with our body for one resource (or a bare JID), with the hints.
xmpp::Stanza message(const std::string& from, const std::string& to, const std::string& body);
/// The stanzas of an encrypted message of the queue: the last one has its id and everything except text.
std::vector<xmpp::Stanza> pieces(const xmpp::Tag& original, const std::string& to,
                                 const std::vector<std::string>& bodies);

}  // namespace xmpp::otr::stanza
