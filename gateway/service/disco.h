// Service discovery of the gateway, its commands and its contacts.
//
// [XEP-0030 §3, §4]; identities from the registry: gateway/smtp, account/registered, automation/command-list and
// command-node. Pure: the same query gets the same answer.

#pragma once

#include <string>

#include "gateway/service/adhoc.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0030_disco.h"

namespace gateway {

/// Names the program in caps [XEP-0115 §4].
inline constexpr const char* caps_node = "urn:x-coigate";
/// What the gateway can for this user, and what each contact can.
xmpp::xep0030::Info gateway_info(bool may_register);
xmpp::xep0030::Info contact_info(const coi::Address&);

/// [XEP-0506] Whether it is the address of a program that reads nothing.
bool takes_no_replies(const coi::Address&);

/// The answer to a disco#info or disco#items get, result or error. `dialect`: of the contact that is asked.
xmpp::Stanza discover(const xmpp::Tag& iq, const std::string& user, const std::string& lang, const AdHocCommands&,
                      const ServiceSettings&, Dialect dialect);

}  // namespace gateway
