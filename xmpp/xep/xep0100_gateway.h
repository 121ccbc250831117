// The gateway's prompt: a person types an address, the client gets its JID.
//
// [XEP-0100 §6.3]. The other parts of a gateway (registration, presence) are in gateway/service/iq_router and
// gateway/service/presence.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0100 {

inline constexpr const char* ns = "jabber:iq:gateway";

/// The typed address, "" if there is none.
std::string prompted(const Tag& iq);
void add_prompt(Tag& result, const std::string& description, const std::string& prompt);
void add_jid(Tag& result, const std::string& jid);

}  // namespace xmpp::xep0100
