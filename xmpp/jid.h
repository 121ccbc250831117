// Reading a JID, remembered: gloox prepares every one by libidn [RFC 7622], which costs more than all else that is done
// with it.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp {

/// As the constructor of JID does it. The last thousand texts of this thread are remembered.
JID read_jid(const std::string& text);

}  // namespace xmpp
