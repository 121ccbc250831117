// Everything that our domain answers by itself: discovery, registration, commands, prompt, version, ping and plain
// words.
//
// [XEP-0030], [XEP-0092], [XEP-0199], [XEP-0077], [XEP-0050], [XEP-0100 §6 jabber:iq:gateway]. Every iq gets exactly
// one answer, with `from` (gloox's automatic ones lack it); what nobody knows gets service-unavailable.

#pragma once

#include <memory>

#include "gateway/encryption/key_management.h"
#include "gateway/service/registration.h"

namespace gateway {

class IqRouter {
  public:
    IqRouter(Directory&, KeyManagement&, ServiceSettings, ServiceCalls);
    ~IqRouter();
    /// Any <iq/> to our domain or to one of its contacts. Results and errors of ours are ignored.
    void take_iq(const xmpp::Tag& iq);
    /// A <message/> to the gateway's own JID: help, status, link, unlink …
    void take_words(const xmpp::Tag& message);
    /// Whether this user (bare JID) may link a mailbox, or has an account by the relay.
    bool may_use(const std::string& jid) const;
    void reload(ServiceSettings);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gateway
