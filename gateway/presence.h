// Presence: contacts are available, subscriptions are answered, and nothing reaches a roster that its user did not cause.
//
// [RFC 6121 §3, §4], [XEP-0100 §4, §5]. Answered from the directory in memory; nothing is broadcast at start (no storm): a server
// probes its users' contacts when they come online, and that is when they are answered.

#pragma once

#include <functional>
#include <string>

#include "gateway/directory.h"
#include "xmpp/stanza.h"

namespace gateway {

class Presence {
  public:
    using Send = std::function<void(const xmpp::Tag&)>;
    Presence(Directory&, std::string component, Send);
    /// Any <presence/> addressed to us. `may_use`: whether this user has, or can have, an account.
    void take(const xmpp::Tag& presence, bool may_use);
    /// After a user linked: the gateway asks to see them [XEP-0100 §4.1] and shows itself available.
    void linked(const std::string& jid);
    /// After unlinking: unavailable and unsubscribed from everything that the user had subscribed to.
    void unlinked(const std::string& jid, const std::vector<std::string>& contacts);

  private:
    Directory& directory_;
    std::string component_;
    Send send_;
};

}  // namespace gateway
