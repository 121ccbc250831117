// Displayed markers: the request, and the marker that a message was displayed.
//
// [XEP-0333 §4]. COMPAT: clients of versions before 1.0 also send <received/> and <acknowledged/>: the first means the
// same as a receipt of XEP-0184, the second that the message was displayed.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0333 {

inline constexpr const char* ns = "urn:xmpp:chat-markers:0";

bool markable(const Tag& message);
/// The id of the message that was displayed.
std::optional<std::string> displayed(const Tag& message);
/// The id of the message that arrived (old clients).
std::optional<std::string> received(const Tag& message);
void add_markable(Tag& message);
void add_displayed(Tag& message, const std::string& id);

}  // namespace xmpp::xep0333
