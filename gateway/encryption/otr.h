// OTR between the gateway and its users: every contact's sessions with every resource of a user end here.
//
// [OTR v3], [XEP-0364], [XEP-0380]; the protocol is xmpp/otr, on one worker strand a conversation. What a user wrote
// under OTR goes to the outgoing pipeline with that mark; what goes to a user who speaks OTR with this contact is
// encrypted as it is sent, or held: while Privacy::otr is set nothing is sent to them in the clear. That ends by the
// user's own word: a message of theirs in the clear while no session stands, or off(). Invariant: no text that begins
// as OTR's reaches the outbox, and nothing decrypted is logged, stored or sent back.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/policy.h"
#include "gateway/store/queue.h"
#include "xmpp/otr/sessions.h"
#include "xmpp/stanza.h"

namespace gateway {

/// A stanza on its way to a user, after OTR has seen it.
struct Outgoing {
    enum class Kind {
        as_is,      // nothing for OTR to do
        encrypted,  // `stanzas`, each to a full JID
        held,       // no session stands: not before Calls::released, or a while
    } kind = Kind::as_is;
    std::vector<xmpp::Stanza> stanzas;
};

class Otr {
  public:
    struct Settings {
        std::string component;           // our domain
        std::size_t conversations = 50;  // with sessions, of one account; the longest silent is ended
    };
    struct Calls {
        std::function<void(const xmpp::Tag&)> send;  // what needs no proof
        /// to the outgoing pipeline; `under_otr`: the stanza as it came, where the text came by OTR.
        std::function<void(const xmpp::Tag& message, const xmpp::Tag* under_otr)> take;
        std::function<void(const std::string& jid, const std::string& lang, std::function<void(const Account*)>)>
            with_account;
        std::function<void(const Account&, const std::string& text)> say;     // the gateway itself to its user
        std::function<void(AccountId, const std::string& contact)> released;  // held stanzas may go now
        std::function<void(queue::Entry)> committed;                          // a stanza once more, to the Jabber leg
        /// How what is written under OTR leaves by mail.
        std::function<policy::Answer(const Account&, const Contact&)> leaves;
    };
    Otr(Directory&, Store&, Workers&, Settings, Calls);
    ~Otr();

    /// A <message/> of a user to a contact.
    void take(const xmpp::Tag& message);
    /// A client's answer to what it was asked (OtrMarkup::is_answer).
    void take_answer(const xmpp::Tag& iq);
    /// Whether a stanza of the queue may be OTR's business, ended here or in the tunnel: else it goes out as it is.
    bool concerns(const queue::Entry&) const;
    /// A stanza of the queue on its way to its user.
    void send(const queue::Entry&, const xmpp::Tag& stanza, std::function<void(Outgoing)> done);
    /// Presence of one of a user's resources (full JID).
    void available(const std::string& jid);
    void unavailable(const std::string& jid);
    /// From time to time (at most every 70 s): old keys are wiped, silent conversations forgotten.
    void tick();
    /// All sessions end, and their clients are told.
    void stop();

    /// The user verifies our key by a secret that both sides know [OTR v3 "SMP"]: starts, or answers what their client
    /// asked. False: no session stands.
    bool verify(const Account&, const std::string& contact, const std::string& secret);
    /// The user's word: what waits, and what follows, is sent to them in the clear.
    void off(const Account&, const std::string& contact);
    /// Our own fingerprint (made if there is none yet), as OTR clients show it; "" if the store failed.
    void fingerprint(const Account&, std::function<void(std::string)> done);
    /// Of the user's clients, with what is known: one line each.
    std::vector<xmpp::otr::KnownKey> known(AccountId, const std::string& contact) const;
    bool is_encrypted(AccountId, const std::string& contact) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
