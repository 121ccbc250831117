// The forms of the commands about keys, invites, protection and blocking; gateway/service/privacy_commands executes
// them.
//
// [XEP-0004], with the picture of an invite by [XEP-0221].

#pragma once

#include <string>
#include <vector>

#include "coi/crypt/securejoin.h"
#include "gateway/model/account.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway::privacy_forms {

xmpp::xep0004::Form join(const std::string& lang);
/// The form that asks for the contact.
xmpp::xep0004::Form contact(const std::string& lang);
/// `status`: the present state as a text.
xmpp::xep0004::Form privacy(const Contact&, const std::string& status, const std::string& lang);
xmpp::xep0004::Form block(const std::string& lang);
/// A choice of those who are blocked.
xmpp::xep0004::Form unblock(const std::vector<coi::Address>& blocked, const std::string& lang);
xmpp::xep0004::Form history(const std::string& lang);
xmpp::xep0004::Form key_export(const std::string& lang);
xmpp::xep0004::Form key_import(const std::string& lang);
xmpp::xep0004::Form key_replace(const std::string& lang);
/// The answer to key-export: the key, to be copied.
xmpp::xep0004::Form key(const std::string& armoured, const std::string& lang);
/// The answer to `invite`; `image`: its QR code.
xmpp::xep0004::Form invite(const coi::securejoin::Invite&, const xmpp::xep0221::Media& image, const std::string& lang);

}  // namespace gateway::privacy_forms
