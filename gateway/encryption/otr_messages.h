// The gateway's messages to users about their OTR sessions.

#pragma once

#include <optional>
#include <string>

#include "gateway/encryption/policy.h"
#include "gateway/model/account.h"
#include "xmpp/otr/sessions.h"

namespace gateway::otr_messages {

/// The text of a notice; nullopt if there is nothing to say. `contact`: the mail address, `lang`: the user's language.
std::optional<std::string> of(const xmpp::otr::Notice&, const std::string& contact, const std::string& lang);
/// For the first session with a contact: who encrypts what, and that the gateway decrypts in between. `leaves`: how
/// messages written under OTR leave by mail.
std::string explanation(const std::string& contact, const policy::Answer& leaves, const std::string& lang);
/// Messages wait because no session stands.
std::string held(const std::string& contact, const std::string& lang);
/// The user switched OTR off.
std::string over(const std::string& contact, const std::string& lang);

// For the tunnel (gateway/encryption/otr_tunnel).
/// Why an OTR message was not forwarded: the contact has the tunnel off, or the message cannot be carried.
std::string not_carried(bool is_whole, const std::string& contact, const std::string& lang);
/// After the user switched the tunnel; `ended`: a session with the gateway ended.
std::string tunnel_switched(const Contact&, bool ended, const std::string& lang);
/// After the contact switched it; nullopt if nothing changes.
std::optional<std::string> tunnel_offered(const Contact&, const std::string& lang);
/// Sent once: an OTR message of the contact was not forwarded.
std::string tunnel_refused(const Contact&, const std::string& lang);
/// The state of the tunnel; nullopt if neither side uses it.
std::optional<std::string> tunnel_status(const Contact&, const std::string& lang);
/// Instead of information about a session with the gateway.
std::string ends_elsewhere(const std::string& contact, const std::string& lang);

/// The readable texts in the bodies of our OTR messages.
xmpp::otr::Sessions::Words bodies(const std::string& lang);

}  // namespace gateway::otr_messages
