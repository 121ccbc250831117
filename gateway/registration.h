// Linking and unlinking a mailbox from a Jabber client: by form, by command, or by plain words to the gateway.
//
// [XEP-0077] registration with a data form, [XEP-0100 §4], [XEP-0050] commands `link`, `unlink`, `status`, `help`, and the same words
// in a chat with the gateway's own JID. This file is what they share: the fields, the checks, the answers; the wire forms stand in
// gateway/commands.cpp (XEP-0050), gateway/registration.cpp (XEP-0077) and gateway/chat_words.cpp (messages).

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/directory.h"
#include "gateway/link.h"
#include "xmpp/stanza.h"

namespace gateway {

/// What the services to Jabber users need of the rest of the gateway; gateway/gateway.cpp gives it, tests script it.
struct ServiceCalls {
    std::function<void(const xmpp::Tag&)> send;
    /// Checks the login (check_link) and calls back on the loop; few attempts per user are let through.
    std::function<void(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)>)> check;
    /// How the account is doing, in the user's language: "Connected", "Password refused since 3 hours" …
    std::function<std::string(const Account&, const std::string& lang)> health;
    std::function<void(const std::string& jid)> linked;
    std::function<void(const std::string& jid, const std::vector<std::string>& contacts)> unlinked;
};

struct ServiceSettings {
    std::string component;                      // our domain
    std::vector<std::string> register_domains;  // whose users may link a mailbox
    std::string relay_domain;                   // "" if there is no relay
};

}  // namespace gateway
