// Which servers let the gateway send messages on behalf of their users [XEP-0356 §5].
//
// A message sent so is the user's own: the server files it in the user's archive, and gives a copy to each of the
// user's clients [XEP-0280 §8]. It also brings it to the contact, which is the gateway: gateway/model/stanza_id knows
// it again.

#pragma once

#include <set>
#include <string>
#include <utility>

#include "xmpp/stanza.h"

namespace gateway {

class MessagePrivilege {
  public:
    explicit MessagePrivilege(std::string component) : component_(std::move(component)) {}

    /// A server says what the gateway may do; nothing happens if the message is something else.
    void take_grant(const xmpp::Tag& message);
    /// The stream is down: it will be said again.
    void offline() { servers_.clear(); }
    /// The stanza by which the user's server sends this message, which is from the user's bare JID; nullptr where the
    /// server does not let the gateway.
    xmpp::Stanza on_behalf(const xmpp::Tag& message) const;

  private:
    std::string component_;
    std::set<std::string> servers_;  // that let us
};

}  // namespace gateway
