// OTR that goes through us: for a user and a contact who have both switched the tunnel on, nothing of OTR ends here.
//
// Out: a user's OTR messages, fragments joined [OTR v3 "Fragmentation"], go to the outgoing pipeline whole, each as one
// mail. While the user has it on and the contact has not, they are refused in words: never a session with us instead.
// In: a message from a mail goes to the resource that spoke OTR last, else to the bare JID; it fits into a stanza, so
// nothing is cut again. Starts are limited each way, per conversation and per account. We hold no keys here and read
// nothing; what is remembered is in memory, and its loss costs a user one fragmented message, which they are told.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gateway/accounts/directory.h"
#include "gateway/model/rate_limit.h"
#include "gateway/store/queue.h"
#include "xmpp/otr/fragments.h"
#include "xmpp/otr/limiter.h"
#include "xmpp/stanza.h"

namespace gateway {

class OtrTunnel {
  public:
    struct Calls {
        std::function<void(const xmpp::Tag&)> send;  // answers that need no proof
        /// to the outgoing pipeline: `message` is whole.
        std::function<void(const Account&, const coi::Address& to, const xmpp::Tag& message)> take;
        std::function<void(const Account&, const std::string& text)> say;  // the gateway itself to its user
    };
    OtrTunnel(Directory& directory, Calls calls) : directory_(directory), calls_(std::move(calls)) {}

    /// A <message/> of a user to a contact. True: it is the tunnel's, and was passed on or answered.
    bool take(const xmpp::Tag& message);
    /// Whether an OTR message that came by mail may pass; tried again, the same mail counts once.
    bool may_pass(const Account&, const std::string& contact, const coi::MessageId&, const OtrMessage&);

    /// Where a stanza of the queue goes.
    struct Route {
        bool closed = false;  // an OTR message, and its reader has switched the tunnel off meanwhile
        std::string to;       // "": as it says itself
    };
    Route route(const queue::Entry&, const xmpp::Tag& stanza) const;
    /// Presence of one of a user's resources (full JID).
    void unavailable(const std::string& jid);
    /// From time to time: what was silent is forgotten.
    void tick();

  private:
    using Clock = std::chrono::steady_clock;
    using Key = std::pair<AccountId, std::string>;  // contact: canonical
    struct Conversation {
        xmpp::otr::Limiter out, in;
        coi::MessageId counted;  // the mail that was counted last
        std::string speaker;     // full JID
        Clock::time_point used;
    };
    Conversation& conversation(const Key&);
    bool may_start(const Account&, const std::string& contact, xmpp::otr::Limiter&, const std::string& peer,
                   xmpp::otr::Kind);
    /// The message with its fragments joined; nullptr: more of them are to come, or it was answered.
    xmpp::Stanza joined(const Account&, const Contact&, const xmpp::Tag& message, const xmpp::otr::Seen&);
    void refuse(const Account&, const xmpp::Tag& message, const std::string& words);

    Directory& directory_;
    Calls calls_;
    std::map<Key, Conversation> conversations_;
    std::map<AccountId, xmpp::otr::Fragments> pieces_;
    RateLimit starts_{30, std::chrono::minutes(1)};  // of one account, with whomever
    RateLimit errors_{10, std::chrono::minutes(1)};  // of one conversation, each way
    RateLimit told_{1, std::chrono::minutes(10)};
};

}  // namespace gateway
