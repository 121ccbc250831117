// What the gateway's own domain answers: discovery, registration, commands, prompt, version, ping and chat commands.
//
// [XEP-0030], [XEP-0092], [XEP-0199], [XEP-0077], [XEP-0050], [XEP-0100 §6 jabber:iq:gateway]. Every iq gets exactly
// one answer, with `from` (gloox's automatic answers lack it); an unknown namespace gets service-unavailable.

#pragma once

#include <memory>

#include "gateway/accounts/profile_observer.h"
#include "gateway/encryption/key_management.h"
#include "gateway/model/file_store.h"
#include "gateway/service/contact_cards.h"
#include "gateway/service/link_observer.h"
#include "gateway/service/notices.h"
#include "gateway/service/omemo_nodes.h"
#include "gateway/service/registration.h"
#include "gateway/transport/linked_mailboxes.h"

namespace gateway {

class IqRouter {
  public:
    /// `now`: the clock of the rate limits.
    IqRouter(Directory&, RelayAccounts&, KeyManagement&, LinkedMailboxes&, LinkObserver&, ProfileObserver&, Notices&,
             const Clients&, ContactCards&, OmemoNodes&, StanzaSender&, FileStore&, ServiceSettings,
             RateLimit::Now now = RateLimit::Clock::now);
    ~IqRouter();
    /// Any <iq/> to the gateway's domain or to one of its contacts. Results and errors for the gateway's own requests
    /// are ignored.
    void take_iq(const xmpp::Tag& iq);
    /// A <message/> to the gateway's own JID: help, status, link, unlink …
    void take_words(const xmpp::Tag& message);
    /// Whether this user (bare JID) may link a mailbox, or has a relay account.
    bool may_use(const std::string& jid) const;
    /// Whether this user may link a mailbox, or has one.
    bool may_register(const std::string& jid) const;
    void reload(ServiceSettings);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gateway
