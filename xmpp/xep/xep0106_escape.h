// JID escaping: any text as the local part of a JID, and back.
//
// [XEP-0106 §3, §4]. gloox's JID::escapeNode is not used: it escapes every backslash, the specification only those that
// would look like an escape, so that clients and the gateway would make different JIDs of one address. Invariant:
// unescape_node(escape_node(s)) == s for every s.

#pragma once

#include <string>
#include <string_view>

namespace xmpp::xep0106 {

inline constexpr const char* feature = "jid\\20escaping";

/// UTF-8 to UTF-8. Case is not changed. A leading or trailing space becomes \20, which is no valid local part: the
/// caller must refuse it.
std::string escape_node(std::string_view text);
/// One pass from left to right: an unescaped character is not unescaped again. Only the ten lower-case sequences are
/// unescaped.
std::string unescape_node(std::string_view node);

}  // namespace xmpp::xep0106
