// Presence: contacts are available, subscriptions are answered, and no roster gets an entry that its user did not
// cause.
//
// [RFC 6121 §3, §4], [XEP-0100 §4, §5]. Answered from the directory. When the stream comes up, the gateway
// and the subscribed contacts send available presence to all users, at the pace of the socket, because probes sent
// while the gateway was offline got no answer. When it goes down, they send unavailable, up to a limit. Left out: the
// presence of mail users (there is none), and the users' presence towards mail.

#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/profile_observer.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/accounts/subscription_observer.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "gateway/service/link_observer.h"
#include "gateway/service/subscription_pace.h"
#include "xmpp/stanza.h"

namespace gateway {

class Presence : public LinkObserver, public ProfileObserver {
  public:
    struct Settings {
        std::string component;  // the component's domain
        std::string server{};   // the users' server; "": its software is not queried
    };
    /// `greetings`: gets the words beside a subscription, as a message of the user.
    Presence(Directory&, RelayAccounts&, JabberStream&, SubscriptionObserver&, MessageReceiver& greetings, Settings,
             Timer after, std::function<bool(const std::string& user)> may_register);
    /// Any <presence/> to the gateway's domain. `may_use`: whether this user has, or can have, an account.
    void take(const xmpp::Tag& presence, bool may_use);
    /// The stream is up: sends available presence for all subscriptions, at the pace of the socket. Each call starts
    /// again.
    void online();
    /// The gateway stops: sends unavailable presence, first to users who were seen online; at most `most` stanzas. Then
    /// it calls `left`.
    void leave(std::function<void()> left, std::size_t most = 5000);
    /// After linking: the gateway subscribes to the user [XEP-0100 §4.1] and sends available presence.
    void linked(const std::string& jid) override;
    /// After unlinking: sends unavailable presence and ends all subscriptions of the user.
    void unlinked(const std::string& jid, const std::vector<std::string>& contacts) override;

    /// Sends the contact's presence anew, if the user has subscribed to it: unavailable, if the contact is blocked.
    void profile_changed(const Contact&) override;

    /// Takes the users' server's answer to the query for its software; false if the iq is something else.
    bool take_answer(const xmpp::Tag& iq);

  private:
    /// The user (bare JID), the JID that they addressed (bare), and its mail address.
    struct Ask {
        std::string user, jid, lang;
        coi::Address address;
        std::string greeting{};
    };
    void take_own(const xmpp::Tag&, const std::string& user, bool may_use);
    void take_contact(const xmpp::Tag&, const Ask&, bool may_use);
    void subscribe(const Ask&);
    void accept(const Ask&);
    void greet(const Ask&);
    void unsubscribe(const Ask&);
    void probe(const Ask&, const std::string& to, bool may_use);
    bool may_remember(const Ask&, const Account*) const;
    bool remember(const Ask&, const Account*);
    void note_spelling(const Ask&, const Account*, bool is_last);
    const Contact* known(const Ask&, const Account*) const;
    /// `from`: bare. Subscriptions are between bare JIDs [RFC 6121 §3], presence is of a resource.
    static xmpp::Stanza presence(const std::string& from, const std::string& to, const std::string& type = "");
    xmpp::Stanza available(const Ask&, const std::string& to);
    /// With name, status and picture [XEP-0153 §4.1], as far as they are known; `contact`: nullptr if it is not known.
    /// A blocked one is unavailable.
    xmpp::Stanza available(const std::string& from, const std::string& to, const coi::Address&, const Contact* contact);
    const std::string& caps_of(const coi::Address&);
    xmpp::Stanza of_gateway(const std::string& from, const std::string& to) const;
    void take_alias(const xmpp::Tag&, const std::string& jid, bool may_use);
    void note_alias(const std::string& user, bool is_listed);
    void request(const std::string& user);
    void note_shown(const std::string& jid);
    using Users = std::vector<AccountId>;
    void with_next(std::size_t at, std::function<void(const Users&, bool is_read)> use);
    void show_some(std::uint64_t walk, std::size_t at, std::size_t shown);
    void leave_some(std::size_t at, std::size_t most, std::function<void()> left);
    void show(const Account&, const char* type);
    void note_seen(const xmpp::Tag&, const std::string& user);
    void refuse(const xmpp::Tag&, const char* type, const char* condition, const std::string& words);
    void refuse_blocked(const xmpp::Tag&, const std::string& who);
    std::string no_address(const xmpp::Tag&) const;
    std::string too_many(const xmpp::Tag&) const;
    std::string not_for_you(const xmpp::Tag&) const;

    Directory& directory_;
    RelayAccounts& relay_accounts_;
    JabberStream& stream_;
    SubscriptionObserver& observer_;
    MessageReceiver& greetings_;
    std::string component_, alias_;
    Timer after_;
    SubscriptionPace pace_;
    std::function<bool(const std::string& user)> may_register_;
    std::array<std::string, 2> contact_caps_;  // [XEP-0115] of those who take replies, of those who do not
    std::array<std::string, 2> gateway_caps_;  // without and with registration
    /// Whom the gateway has asked since the stream is up: bare JIDs, with the account that they had.
    std::set<std::pair<std::string, AccountId>> asked_;
    std::uint64_t walk_ = 0;             // number of the last online(); an older walk ends
    Users to_show_;                      // users of this walk
    std::set<std::string> alias_users_;  // bare JIDs of users who have gateway@… in their list, also without an account
    std::set<std::string> seen_;         // bare JIDs of users who were last seen available
    std::set<std::string> shown_;  // got the gateway's presence: full JIDs since they became available, bare JIDs until
                                   // a client of theirs becomes available
};

}  // namespace gateway
