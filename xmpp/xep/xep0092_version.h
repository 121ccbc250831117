// Software version. [XEP-0092 §2]. Left out: the operating system, for privacy.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0092 {

inline constexpr const char* ns = "jabber:iq:version";

/// The program name in an answer, "" if there is none.
std::string name(const Tag& result);
void add_version(Tag& result, const std::string& name, const std::string& version);

}  // namespace xmpp::xep0092
