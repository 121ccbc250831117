// Displayed markers: "you may tell me when it was seen", and "it was".
//
// [XEP-0333 §4]. COMPAT: clients of versions before 1.0 also send <received/> and <acknowledged/>; the first says no
// more than XEP-0184 does, the second says that it was seen.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0333 {

inline constexpr const char* ns = "urn:xmpp:chat-markers:0";

bool markable(const Tag& message);
/// The id of the message that was seen.
std::optional<std::string> displayed(const Tag& message);
/// The id of the message that arrived (old clients).
std::optional<std::string> received(const Tag& message);
void add_markable(Tag& message);
void add_displayed(Tag& message, const std::string& id);

}  // namespace xmpp::xep0333
