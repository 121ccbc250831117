// XHTML-IM: markup beside a body. Its text is read where there is no body, and its pictures (xep0231_bob).
//
// [XEP-0071 §8]. Left out: writing it, styles.

#pragma once

namespace xmpp::xep0071 {

inline constexpr const char* ns = "http://jabber.org/protocol/xhtml-im";

}  // namespace xmpp::xep0071
