// JID escaping: any text as the local part of a JID, and back.
//
// [XEP-0106 §3, §4]. gloox's JID::escapeNode is not used: it escapes every backslash, the specification only those that
// would read as an escape, so that clients and we would make different JIDs of one address. Invariant:
// unescape_node(escape_node(s)) == s for every s.

#pragma once

#include <string>
#include <string_view>

namespace xmpp::xep0106 {

inline constexpr const char* feature = "jid\\20escaping";

/// UTF-8 to UTF-8. Case is left alone; a leading or trailing space comes out as \20, which is no valid local part: the
/// caller refuses it.
std::string escape_node(std::string_view text);
/// One pass from left to right: what an escape stands for is not read again. Only the ten lower-case sequences are
/// undone.
std::string unescape_node(std::string_view node);

}  // namespace xmpp::xep0106
