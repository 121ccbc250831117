// The end of a user's Jabber account: a server may give the name to somebody else, who must not find the mailbox, the
// keys and the contacts of the one before.
//
// A server that removes an account cancels its subscriptions [RFC 6121 §3.2.3, §3.3.3]. A user who takes the gateway
// out of their contacts does the same, so:
// - whoever no longer lets the gateway see them has their mailbox parked at once: it loses its login, nothing is read
// or
//   sent, and only the mailbox's password brings it back, with what waits. Words tell them so. If the server refuses
//   those because there is no such user, everything stored of the user is deleted, the relay account too.
// - who stops seeing the gateway or their last contact is told that all stays as it is: refused, the same follows.
// - while the gateway was away nobody was told: at each new stream every user whose server has vouched for them before
//   is asked for anew, by service discovery of the bare JID, which servers answer with a result to those only who may
//   see the user [XEP-0030 §8]. An error, and a subscription request that is not answered by the server itself
//   [RFC 6121 §3.1.3], count as cancelled, and who is there may be somebody else: the relay account is deleted with its
//   keys and contacts, because no password can show whose it is. Until then nothing is handed out to them, and nothing
//   is sent for them that they wrote since.
// A refused message is a reason to ask, no more: it is also what somebody offline without offline storage gets.
// Users who never let the gateway see them cannot be told from their successors: docs/admin says what to run.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/store/queue.h"
#include "xmpp/stanza.h"

namespace gateway {

class AccountEnd {
  public:
    struct Calls {
        std::function<void(const xmpp::Tag&)> send;
        /// Sends with proof; `refused`: the condition of the server's error, "" if it took the stanza.
        std::function<void(const xmpp::Tag&, std::function<void(bool proven, const std::string& refused)>)> deliver;
        std::function<void(std::chrono::milliseconds, std::function<void()>)> after;
        std::function<bool()> may_send;  // false: enough waits for the socket
        std::function<Time()> now;
        /// The line's messages may go now, or never.
        std::function<void(queue::Direction, AccountId, const std::string& contact)> unblock;
    };
    struct Patience {
        std::chrono::milliseconds pace{20}, words{2000}, answer{30'000}, approval{10'000}, again{60'000};
        std::size_t at_once = 50;
    };
    AccountEnd(Directory&, std::string component, Calls, Patience);

    /// The stream is there anew.
    void online();
    /// The user lets the gateway see them.
    void granted(const std::string& jid);
    /// They do no more.
    void cancelled(const std::string& jid);
    /// They gave up a contact of theirs, or do not want to see the gateway any more.
    void doubt(const std::string& jid);
    /// Their server refused a message to them.
    void refused(const std::string& jid, const std::string& condition);
    /// Answers to what is asked here; false if it is none.
    bool take(const xmpp::Tag& iq);
    /// Whether this message must wait until it is known whose the account is. It is said when that is so.
    bool holds(const queue::Entry&);

  private:
    struct Question {
        std::string id;          // of the iq under way; "" while it waits for its turn
        bool at_start = false;   // what came since is held
        bool requested = false;  // the answer was an error, and the subscription is asked for
        std::vector<std::pair<queue::Direction, std::pair<AccountId, std::string>>> held;
    };
    bool is_vouched(const std::string& jid) const;
    void ask(const std::string& jid, bool at_start);
    void ask_now(const std::string& jid, Question&);
    void go_on();
    void settle(const std::string& jid);
    void lost(const std::string& jid);
    void park(const Account& mailbox);
    void request(const std::string& jid);
    void set_vouched(const std::string& jid, bool vouched);
    void say_and_see(const std::string& jid);
    void end(const std::string& jid);
    std::string words(const std::string& jid) const;

    Directory& directory_;
    std::string component_;
    Calls calls_;
    Patience patience_;
    std::map<std::string, Question> questions_;  // by bare JID
    std::deque<std::string> turn_;
    bool walking_ = false;
    std::map<std::string, Time> asked_;          // because of a refusal
    std::map<std::string, std::string> to_say_;  // words that wait for their moment
    Time since_{};
};

}  // namespace gateway
