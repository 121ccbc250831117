// Parses JIDs, with a cache: gloox prepares each one by libidn [RFC 7622], which costs more than all other work on it.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp {

/// Like the constructor of JID. The last thousand texts of this thread are cached.
JID read_jid(const std::string& text);

}  // namespace xmpp
