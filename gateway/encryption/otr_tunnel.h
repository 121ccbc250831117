// OTR from a user's client to a contact's program: if both have switched the tunnel on, no OTR session ends at the
// gateway.
//
// Out: a user's OTR messages go to the outgoing pipeline as complete messages, with fragments joined [OTR v3
// "Fragmentation"], one mail each. If the user has the tunnel on and the contact has not, they are refused with an
// explanation; they never start a session with the gateway instead. In: a message from a mail goes to the resource that
// used OTR last, else to the bare JID; it fits into one stanza, so it is not fragmented again. Session starts are
// limited in each direction, per conversation and per account. The gateway has no keys here and reads nothing. The
// state is in memory; its loss costs a user one fragmented message, which the user is told.

#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gateway/accounts/directory.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/queue.h"
#include "xmpp/otr/fragments.h"
#include "xmpp/otr/limiter.h"
#include "xmpp/stanza.h"

namespace gateway {

/// Limits the OTR messages that come by mail.
class TunnelGate {
  public:
    virtual ~TunnelGate() = default;
    /// Whether an OTR message from a mail may pass. A mail that is delivered again is counted once.
    virtual bool may_pass(const Account&, const std::string& contact, const coi::MessageId&, const OtrMessage&) = 0;
};

class OtrTunnel : public TunnelGate {
  public:
    OtrTunnel(Directory& directory, MessageReceiver& outgoing, StanzaSender& sender, UserNotices& notices)
        : directory_(directory), outgoing_(outgoing), sender_(sender), notices_(notices) {}

    /// A <message/> of a user to a contact. True if the tunnel has forwarded or answered it.
    bool take(const xmpp::Tag& message);
    bool may_pass(const Account&, const std::string& contact, const coi::MessageId&, const OtrMessage&) override;

    /// Where to send a stanza of the queue.
    struct Route {
        bool closed = false;  // an OTR message whose recipient has switched the tunnel off meanwhile
        std::string to;       // "": the stanza's own `to`
    };
    Route route(const queue::Entry&, const xmpp::Tag& stanza) const;
    /// Presence of one of a user's resources (full JID).
    void unavailable(const std::string& jid);
    /// Called from time to time: forgets unused conversations.
    void tick();

  private:
    using Clock = std::chrono::steady_clock;
    using Key = std::pair<AccountId, std::string>;  // contact: canonical
    struct Conversation {
        xmpp::otr::Limiter out, in;
        coi::MessageId counted;  // the last mail that was counted
        std::string speaker;     // full JID
        Clock::time_point used;
    };
    Conversation& conversation(const Key&);
    bool may_start(const Account&, const std::string& contact, xmpp::otr::Limiter&, const std::string& peer,
                   xmpp::otr::Kind);
    /// The message with its fragments joined; nullptr if more are needed, or if it was answered.
    xmpp::Stanza joined(const Account&, const Contact&, const xmpp::Tag& message, const xmpp::otr::Seen&);
    void refuse(const Account&, const xmpp::Tag& message, const std::string& words);

    Directory& directory_;
    MessageReceiver& outgoing_;
    StanzaSender& sender_;
    UserNotices& notices_;
    std::map<Key, Conversation> conversations_;
    std::map<AccountId, xmpp::otr::Fragments> pieces_;
    RateLimit starts_{30, std::chrono::minutes(1)};  // per account, all contacts together
    RateLimit errors_{10, std::chrono::minutes(1)};  // per conversation and direction
    RateLimit told_{1, std::chrono::minutes(10)};
};

}  // namespace gateway
