// Presence: contacts are available, subscriptions are answered, and nothing reaches a roster that its user did not
// cause.
//
// [RFC 6121 §3, §4], [XEP-0100 §4, §5]. Answered from the directory in memory. When the stream is there anew, the
// gateway and the contacts of its users show themselves, as many at a time as the socket takes: who came online while
// the gateway was away has probed in vain. When it goes they are shown unavailable, as many as go out at once. Left
// out: the presence of mail users (there is none) and telling them ours.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "xmpp/stanza.h"

namespace gateway {

class Presence {
  public:
    using Send = std::function<void(const xmpp::Tag&)>;
    Presence(Directory&, std::string component, Send);
    /// Any <presence/> addressed to us. `may_use`: whether this user has, or can have, an account.
    void take(const xmpp::Tag& presence, bool may_use);
    /// The stream is there: shows all that is subscribed to, at the pace of the socket. Started anew by each call.
    void online();
    /// The gateway goes: shows them unavailable, those first who were seen; no more than `most` stanzas.
    void leave(std::size_t most = 5000);
    /// After a user linked: the gateway asks to see them [XEP-0100 §4.1] and shows itself available.
    void linked(const std::string& jid);
    /// After unlinking: unavailable and unsubscribed from everything that the user had subscribed to. `contacts`: their
    /// JIDs.
    void unlinked(const std::string& jid, const std::vector<std::string>& contacts);

    /// Makes the relay account of a user who has no account yet, and says whether there is one now; the subscription is
    /// kept in it. Where it is not set, such users are answered but nothing is remembered of it.
    std::function<void(const std::string& jid, std::function<void(bool made)>)> relay_account;
    /// What a user's presence says of their account (gateway/accounts/account_end).
    std::function<void(const std::string& jid)> granted, cancelled, doubt;
    /// The users' server; "": it is not asked what it is.
    std::string server;
    /// Its answer; false if it is none.
    bool take_answer(const xmpp::Tag& iq);
    /// Timers and the socket; unset: nothing is shown by online(), and no request waits.
    std::function<void(std::chrono::milliseconds, std::function<void()>)> after;
    std::function<bool()> may_send;  // false: enough waits for the socket

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
    void note_spelling(const Ask&, const Account*, bool is_last);
    const Contact* known(const Ask&, const Account*) const;
    void send_available(const Ask&, const std::string& to);
    void show_some(std::uint64_t walk, std::size_t at);
    void show(const Account&, const char* type);
    void note_seen(const xmpp::Tag&, const std::string& user);
    void ask_server();
    void change(xmpp::Stanza);
    void change_some();
    void refuse(const xmpp::Tag&, const char* type, const char* condition, const std::string& words);
    std::string no_address(const xmpp::Tag&) const;
    std::string too_many(const xmpp::Tag&) const;
    std::string not_for_you(const xmpp::Tag&) const;

    Directory& directory_;
    std::string component_;
    Send send_;
    std::uint64_t walk_ = 0;          // of online(); an older one ends
    std::vector<AccountId> to_show_;  // in this walk
    std::set<std::string> seen_;      // bare JIDs of users whose clients were last seen available
    std::string question_;            // to the server
    bool is_counted_ = false;         // subscription stanzas, by the server
    int counted_ = 0;                 // since it was quiet
    std::uint64_t changes_ = 0;       // the last one's number
    std::deque<xmpp::Stanza> later_;  // those that wait, the most urgent first
};

}  // namespace gateway
