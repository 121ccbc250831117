// The gateway's prompt [XEP-0100 §6.3]; see xep0100_gateway.h.

#include "xmpp/xep/xep0100_gateway.h"

namespace xmpp::xep0100 {

std::string prompted(const Tag& iq) {
    const Tag* query = child(iq, "query", ns);
    const Tag* prompt = query ? query->findChild("prompt") : nullptr;
    return prompt ? prompt->cdata() : "";
}

void add_prompt(Tag& result, const std::string& description, const std::string& prompt) {
    Tag& query = add(result, "query", ns);
    add(query, "desc", {}, description);
    add(query, "prompt", {}, prompt);
}

void add_jid(Tag& result, const std::string& jid) {
    Tag& query = add(result, "query", ns);
    add(query, "jid", {}, jid);
    // COMPAT: clients older than XEP-0100 1.0 read the JID from <prompt/>.
    add(query, "prompt", {}, jid);
}

}  // namespace xmpp::xep0100
