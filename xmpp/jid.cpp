// The cache of JIDs; see jid.h. It is emptied when it is full: simple, and rare enough.

#include "xmpp/jid.h"

#include <unordered_map>

namespace xmpp {

JID read_jid(const std::string& text) {
    constexpr std::size_t most = 1000, longest = 300;
    thread_local std::unordered_map<std::string, JID> known;
    if (text.size() > longest) return JID(text);
    if (const auto found = known.find(text); found != known.end()) return found->second;
    if (known.size() >= most) known.clear();
    return known.emplace(text, JID(text)).first->second;
}

}  // namespace xmpp
