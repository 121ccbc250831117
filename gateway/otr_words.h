// What users are told of their OTR sessions: in plain words, by the gateway itself.

#pragma once

#include <optional>
#include <string>

#include "xmpp/otr/sessions.h"

namespace gateway::otr_words {

/// Of one notice; nullopt where there is nothing to say. `contact`: the mail address, `lang`: the user's.
std::optional<std::string> of(const xmpp::otr::Notice&, const std::string& contact, const std::string& lang);
/// The first session with a contact: who encrypts what, and that the gateway decrypts in between.
std::string explanation(const std::string& contact, bool mail_is_encrypted, const std::string& lang);
/// Messages wait, since no session stands.
std::string held(const std::string& contact, const std::string& lang);
/// The user's own word ended it.
std::string over(const std::string& contact, const std::string& lang);
/// What our bodies say to a person.
xmpp::otr::Sessions::Words bodies(const std::string& lang);

}  // namespace gateway::otr_words
