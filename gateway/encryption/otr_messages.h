// What users are told of their OTR sessions: in plain words, by the gateway itself.

#pragma once

#include <optional>
#include <string>

#include "gateway/encryption/policy.h"
#include "gateway/model/account.h"
#include "xmpp/otr/sessions.h"

namespace gateway::otr_messages {

/// Of one notice; nullopt where there is nothing to say. `contact`: the mail address, `lang`: the user's.
std::optional<std::string> of(const xmpp::otr::Notice&, const std::string& contact, const std::string& lang);
/// The first session with a contact: who encrypts what, and that the gateway decrypts in between. `leaves`: how what is
/// written under OTR goes on.
std::string explanation(const std::string& contact, const policy::Answer& leaves, const std::string& lang);
/// Messages wait, since no session stands.
std::string held(const std::string& contact, const std::string& lang);
/// The user's own word ended it.
std::string over(const std::string& contact, const std::string& lang);

// Of the tunnel (gateway/encryption/otr_tunnel).
/// Why an OTR message was not sent on: the other side has it not on, or it is none that can be carried.
std::string not_carried(bool is_whole, const std::string& contact, const std::string& lang);
/// After the user's own switch; `ended`: a session with us.
std::string tunnel_switched(const Contact&, bool ended, const std::string& lang);
/// After the contact's; nullopt: it means nothing here.
std::optional<std::string> tunnel_offered(const Contact&, const std::string& lang);
/// Once: an OTR message of the contact was not passed on.
std::string tunnel_refused(const Contact&, const std::string& lang);
/// How it stands, for those who have it on or are offered it; nullopt: nothing of it.
std::optional<std::string> tunnel_status(const Contact&, const std::string& lang);
/// In place of what concerns a session with us.
std::string ends_elsewhere(const std::string& contact, const std::string& lang);

/// What our bodies say to a person.
xmpp::otr::Sessions::Words bodies(const std::string& lang);

}  // namespace gateway::otr_messages
