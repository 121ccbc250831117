// Detects the end of a user's Jabber account. The server may give the name to somebody else, who must not get the
// mailbox, the keys and the contacts of the previous user.
//
// A server that removes an account cancels its subscriptions [RFC 6121 §3.2.3, §3.3.3]. A user who removes the gateway
// from the roster causes the same stanzas. So:
// - A user who no longer lets the gateway see their presence: the mailbox is parked at once. It loses its login,
//   nothing is read or sent, and only the mailbox's password activates it again, with the waiting messages. The user is
//   told. If the server refuses this message because there is no such user, everything stored of the user is deleted,
//   the relay account too.
// - A user who unsubscribes from the gateway or from the last contact: the user is told that nothing changes. If this
//   message is refused, the same follows.
// - While the gateway was offline it got no stanzas: at each new stream, every user whose server has vouched for them
//   before is checked by service discovery of the bare JID, which servers answer with a result only to those who may
//   see the user [XEP-0030 §8]. An error, followed by a subscription request that the server does not answer itself
//   [RFC 6121 §3.1.3], counts as cancelled, and the name may belong to somebody else: the relay account is deleted with
//   its keys and contacts, because no password can prove its owner. Until the answer, nothing is delivered to the user,
//   and nothing is sent that they wrote since.
// - A server may remove an account without a stanza (`prosodyctl deluser`): every user is checked once a day, evenly
//   spread over the day. A result vouches for them from then on.
// A refused message only causes such a check: an offline user without offline storage gives the same error.
// Users who never let the gateway see their presence cannot be distinguished from their successors: docs/admin says
// what to run.

#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/subscription_observer.h"
#include "gateway/model/clock.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "gateway/store/outlet.h"
#include "xmpp/stanza.h"

namespace gateway {

class AccountEnd : public SubscriptionObserver {
  public:
    struct Patience {
        std::chrono::milliseconds pace{20}, words{2000}, answer{30'000}, approval{10'000}, again{60'000};
        std::size_t at_once = 50;
        std::chrono::milliseconds round = std::chrono::days(1);  // in which every user is checked once
    };
    AccountEnd(Directory&, JabberStream&, queue::Outlet& mail, queue::Outlet& jabber, std::string component, Clock now,
               Timer after, Patience);

    /// A new stream is up.
    void online();
    void granted(const std::string& jid) override;
    void cancelled(const std::string& jid) override;
    void unsubscribed(const std::string& jid) override;
    /// The server refused a message to the user.
    void refused(const std::string& jid, const std::string& condition);
    /// Takes the answers to the queries of this class; false if the iq is something else.
    bool take(const xmpp::Tag& iq);
    /// Whether this message must wait until it is known whom the Jabber name belongs to; Outlet::unblock follows then.
    bool holds(const queue::Entry&);

  private:
    struct Question {
        std::string id;          // of the pending iq; "" while the query waits for its turn
        bool at_start = false;   // messages since the start of the stream are held
        bool requested = false;  // the answer was an error, and a subscription request was sent
        std::vector<std::pair<queue::Direction, std::pair<AccountId, std::string>>> held;
    };
    bool is_vouched(const std::string& jid) const;
    void ask(const std::string& jid, bool at_start);
    void ask_now(const std::string& jid, Question&);
    void go_on();
    void begin_round();
    void check_next(std::chrono::milliseconds pace);
    void settle(const std::string& jid);
    void lost(const std::string& jid);
    void park(const Account& mailbox);
    void request(const std::string& jid);
    void set_vouched(const std::string& jid, bool vouched);
    void say_and_see(const std::string& jid);
    void end(const std::string& jid);
    std::string words(const std::string& jid) const;

    Directory& directory_;
    JabberStream& stream_;
    queue::Outlet& mail_;
    queue::Outlet& jabber_;
    std::string component_;
    Clock now_;
    Timer after_;
    Patience patience_;
    std::map<std::string, Question> questions_;  // by bare JID
    std::deque<std::string> turn_;
    bool walking_ = false;
    bool has_rounds_ = false;
    std::vector<AccountId> round_;               // accounts that are still to be checked in this round
    std::map<std::string, Time> asked_;          // when a user was last checked because of a refusal
    std::map<std::string, std::string> to_say_;  // messages to users that are not sent yet
    Time since_{};
};

}  // namespace gateway
