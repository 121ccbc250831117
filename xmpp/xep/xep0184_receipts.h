// Message delivery receipts: "tell me when it has arrived", and "it has".
//
// [XEP-0184 §5.4, §7]. The id is that of the message that asked. Left out: receipts without an id (versions
// before 1.0).

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0184 {

inline constexpr const char* ns = "urn:xmpp:receipts";

bool requests(const Tag& message);
/// The id of the message that arrived; nullopt if this is no receipt or names nothing.
std::optional<std::string> received(const Tag& message);
void add_request(Tag& message);
void add_received(Tag& message, const std::string& id);

}  // namespace xmpp::xep0184
