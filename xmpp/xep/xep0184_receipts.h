// Message delivery receipts: the request, and the receipt.
//
// [XEP-0184 §5.4, §7]. The id is that of the message with the request. Left out: receipts without an id (versions
// before 1.0).

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0184 {

inline constexpr const char* ns = "urn:xmpp:receipts";

bool requests(const Tag& message);
/// The id of the message that arrived; nullopt if this is no receipt or has no id.
std::optional<std::string> received(const Tag& message);
void add_request(Tag& message);
void add_received(Tag& message, const std::string& id);

}  // namespace xmpp::xep0184
