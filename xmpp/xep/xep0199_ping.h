// Ping: are you there. [XEP-0199 §3]; the answer is an empty result. Pings of ours are the component's fence
// (xmpp/component).

#pragma once

namespace xmpp::xep0199 {

inline constexpr const char* ns = "urn:xmpp:ping";

}  // namespace xmpp::xep0199
