// A stanza of the queue on its way to its user: through OTR, to the Jabber server, and what became of it.
//
// design.md "two-leg queue" 4: done is what the ping fence proves. Under OTR one message is several stanzas.

#pragma once

#include <functional>
#include <vector>

#include "gateway/encryption/otr.h"
#include "gateway/encryption/otr_tunnel.h"
#include "gateway/queue/pending_verdicts.h"
#include "gateway/queue/scheduler.h"
#include "xmpp/component.h"

namespace gateway {

class JabberSender {
  public:
    JabberSender(xmpp::Component& component, Otr& otr, const OtrTunnel& tunnel, PendingVerdicts& verdicts)
        : component_(component), otr_(otr), tunnel_(tunnel), verdicts_(verdicts) {}
    /// What has something beside it (an error) goes to the client that it is for; where that one has gone, a server
    /// would drop it [RFC 6121 §8.5.3.2.1], and what is beside it goes to the user's other clients.
    void send(const queue::Entry&, std::function<void(AttemptResult)> finished);

  private:
    void send_as_it_is(const queue::Entry&, std::function<void(AttemptResult)> finished);
    /// What an outcome means for the entry.
    std::function<void(const xmpp::Outcome&)> settled(std::int64_t id, std::function<void(AttemptResult)> finished);
    /// Done when a resource has all of its stanzas. One that is gone has no session any more; if none is left the
    /// message waits for another.
    void deliver_all(std::int64_t id, const std::vector<xmpp::Stanza>& stanzas,
                     std::function<void(AttemptResult)> finished);

    xmpp::Component& component_;
    Otr& otr_;
    const OtrTunnel& tunnel_;
    PendingVerdicts& verdicts_;
};

}  // namespace gateway
