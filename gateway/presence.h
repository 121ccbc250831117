// Presence: contacts are available, subscriptions are answered, and nothing reaches a roster that its user did not
// cause.
//
// [RFC 6121 §3, §4], [XEP-0100 §4, §5]. Answered from the directory in memory; nothing is broadcast at start (no
// storm): a server probes its users' contacts when they come online, and that is when they are answered. Left out: the
// presence of mail users (there is none) and telling them ours.

#pragma once

#include <functional>
#include <string>
#include <vector>

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
    /// After unlinking: unavailable and unsubscribed from everything that the user had subscribed to. `contacts`: their
    /// JIDs.
    void unlinked(const std::string& jid, const std::vector<std::string>& contacts);

    /// Makes the relay account of a user who has no account yet, and says whether there is one now; the subscription is
    /// kept in it. Where it is not set, such users are answered but nothing is remembered of it.
    std::function<void(const std::string& jid, std::function<void(bool made)>)> relay_account;

  private:
    /// Who (bare JID) asks for whom: the JID as it was addressed (bare), and the address it stands for.
    struct Ask {
        std::string user, jid;
        coi::Address address;
    };
    void take_own(const xmpp::Tag&, const std::string& user, bool may_use);
    void take_contact(const xmpp::Tag&, const Ask&, bool may_use);
    void subscribe(const Ask&);
    void accept(const Ask&);
    void unsubscribe(const Ask&);
    void probe(const Ask&, const std::string& to, bool may_use);
    bool may_remember(const Ask&, const Account*) const;
    bool remember(const Ask&, const Account*);
    const Contact* known(const Ask&, const Account*) const;
    void send_available(const Ask&, const std::string& to);
    void refuse(const xmpp::Tag&, const char* type, const char* condition, const std::string& words);
    std::string no_address(const xmpp::Tag&) const;
    std::string too_many(const xmpp::Tag&) const;
    std::string not_for_you(const xmpp::Tag&) const;

    Directory& directory_;
    std::string component_;
    Send send_;
};

}  // namespace gateway
