// Entity capabilities: what a client or gateway can, as a hash in its presence.
//
// [XEP-0115 §5.1] without extended information (XEP-0128), identities without a language.

#pragma once

#include <string>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0030_disco.h"

namespace xmpp::xep0115 {

inline constexpr const char* ns = "http://jabber.org/protocol/caps";

/// The verification string, SHA-1 in base64.
std::string version(const xep0030::Info&);
/// `node`: an address that names the program.
void add_caps(Tag& presence, const std::string& node, const std::string& version);

}  // namespace xmpp::xep0115
