// Software version: what answers here. [XEP-0092 §2]. Left out: the operating system, which is nobody's business.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0092 {

inline constexpr const char* ns = "jabber:iq:version";

/// What an answer says that its program is called, "" if it says nothing.
std::string name(const Tag& result);
void add_version(Tag& result, const std::string& name, const std::string& version);

}  // namespace xmpp::xep0092
