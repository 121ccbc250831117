// Service discovery of the gateway, its commands and its contacts.
//
// [XEP-0030 §3, §4]; identities from the registry: gateway/smtp, account/registered, automation/command-list and
// command-node. Pure: the same query gets the same answer.

#pragma once

#include <string>

#include "gateway/service/adhoc.h"
#include "xmpp/stanza.h"

namespace gateway {

/// The answer to a disco#info or disco#items get, result or error.
xmpp::Stanza discover(const xmpp::Tag& iq, const std::string& user, const std::string& lang, const AdHocCommands&);

}  // namespace gateway
