// What OTR makes of a stanza: its text taken out, or ours put in.
//
// [XEP-0364 §4.3] [XEP-0380 §3]. Pure.

#pragma once

#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::otr::stanza {

/// The message with another text, and without what spoke of its encryption.
xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text);
/// The hints that keep an OTR message from everybody but the client that it is for.
void add_hints(xmpp::Tag& message);
/// A body of ours for one resource (or a bare JID), with the hints.
xmpp::Stanza message(const std::string& from, const std::string& to, const std::string& body);
/// A message of the queue as the bodies it was encrypted to: the last one carries its id and all that is no text.
std::vector<xmpp::Stanza> pieces(const xmpp::Tag& original, const std::string& to,
                                 const std::vector<std::string>& bodies);

}  // namespace xmpp::otr::stanza
