// Ping. [XEP-0199 §3]; the answer is an empty result. The gateway's own pings are the component's fence
// (xmpp/component).

#pragma once

namespace xmpp::xep0199 {

inline constexpr const char* ns = "urn:xmpp:ping";

}  // namespace xmpp::xep0199
