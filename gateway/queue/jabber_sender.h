// Sends the stanzas of the queue to their users: by OMEMO or OTR if needed, to the Jabber server, and reports the
// result.
//
// A stanza is done when the ping fence proves that the server took it (xmpp/fence). Under OTR one message may be
// several stanzas. A stanza waits while it is not certain that the Jabber name still belongs to the account's user.

#pragma once

#include <functional>
#include <vector>

#include "gateway/accounts/account_end.h"
#include "gateway/accounts/message_privilege.h"
#include "gateway/encryption/omemo.h"
#include "gateway/encryption/otr.h"
#include "gateway/encryption/otr_tunnel.h"
#include "gateway/queue/entry_sender.h"
#include "gateway/queue/failures.h"
#include "gateway/queue/pending_verdicts.h"
#include "xmpp/component.h"

namespace gateway {

class JabberSender : public EntrySender {
  public:
    JabberSender(xmpp::Component& component, Directory& directory, AccountEnd& account_end, Omemo& omemo, Otr& otr,
                 const OtrTunnel& tunnel, PendingVerdicts& verdicts, Failures& failures,
                 const MessagePrivilege& privilege)
        : component_(component),
          directory_(directory),
          account_end_(account_end),
          omemo_(omemo),
          otr_(otr),
          tunnel_(tunnel),
          verdicts_(verdicts),
          failures_(failures),
          privilege_(privilege) {}
    /// An entry with `beside` (an error) is for one client. If that client is offline, a server would drop the error
    /// [RFC 6121 §8.5.3.2.1]; then `beside` is sent to the user's other clients.
    void send(const queue::Entry&, std::function<void(AttemptResult)> finished) override;
    void done(const queue::Entry&) override;
    void refused(const queue::Entry&, const coi::Error&) override;
    DestinationId destination(const queue::Entry&) const override { return shared_destination; }
    std::size_t capacity(DestinationId) const override;

  private:
    /// The contacts of its account are in memory.
    void send_known(const queue::Entry&, std::function<void(AttemptResult)> finished);
    void send_of_account(const queue::Entry&, std::function<void(AttemptResult)> finished);
    /// What the user wrote with another program: on the user's behalf, or as a text where the server does not let us.
    void send_own(const queue::Entry&, std::function<void(AttemptResult)> finished);
    void send_as_it_is(const queue::Entry&, std::function<void(AttemptResult)> finished);
    /// Turns the outcome of a stanza into the result of the entry's attempt.
    std::function<void(const xmpp::Outcome&)> settled(std::int64_t id, std::function<void(AttemptResult)> finished);
    /// Ends an attempt of what was encrypted, held, or needs neither.
    void send_encrypted(std::int64_t id, const std::shared_ptr<xmpp::Tag>& stanza, const Outgoing&,
                        std::function<void(AttemptResult)> finished);
    /// Done when at least one resource has got all of its stanzas. A resource that is offline has no OTR session any
    /// more; if none is left, the message waits for another session.
    void deliver_all(std::int64_t id, const std::vector<xmpp::Stanza>& stanzas,
                     std::function<void(AttemptResult)> finished);

    xmpp::Component& component_;
    Directory& directory_;
    AccountEnd& account_end_;
    Omemo& omemo_;
    Otr& otr_;
    const OtrTunnel& tunnel_;
    PendingVerdicts& verdicts_;
    Failures& failures_;
    const MessagePrivilege& privilege_;
};

}  // namespace gateway
