// OTR between the gateway and its users: the sessions of every contact with every resource of a user end here.
//
// [OTR v3], [XEP-0364], [XEP-0380]; the protocol is in xmpp/otr, on one worker strand per conversation. Text that a
// user wrote under OTR goes to the outgoing pipeline, marked as such. A message to a user who uses OTR with this
// contact is encrypted when it is sent, or held until a session stands: while Privacy::otr is set, nothing is sent to
// the user in the clear. The user ends this by a clear message while no session stands, or by off(). Invariant: no text
// that begins like an OTR message reaches the outgoing pipeline, and decrypted text is never logged, stored or sent
// back.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/outlet.h"
#include "xmpp/otr/sessions.h"
#include "xmpp/stanza.h"

namespace gateway {

/// How a stanza to a user is sent.
struct Outgoing {
    enum class Kind {
        as_is,              // OTR does not apply
        encrypted,          // `stanzas`, each to a full JID
        encrypted_for_all,  // `stanzas`, each for all of the user's devices
        held,               // no session stands: wait for Outlet::unblock, or a while
    } kind = Kind::as_is;
    std::vector<xmpp::Stanza> stanzas;
};

class Otr {
  public:
    struct Settings {
        std::string component;           // the component's domain
        std::size_t conversations = 50;  // with sessions, per account; the one unused for longest is ended
    };
    Otr(Directory&, Store&, Workers&, RelayAccounts&, const OpenPgp&, MessageReceiver& outgoing, queue::Outlet& jabber,
        StanzaSender&, UserNotices&, Settings);
    ~Otr();

    /// A <message/> of a user to a contact.
    void take(const xmpp::Tag& message);
    /// A client's answer to a query of OtrMarkup (OtrMarkup::is_answer).
    void take_answer(const xmpp::Tag& iq);
    /// Whether send() must be called for a stanza of the queue: it may be for a session here or for the tunnel.
    /// Otherwise it is sent as it is.
    bool concerns(const queue::Entry&) const;
    /// Encrypts a stanza of the queue, or holds it.
    void send(const queue::Entry&, const xmpp::Tag& stanza, std::function<void(Outgoing)> done);
    /// Presence of one of a user's resources (full JID).
    void available(const std::string& jid);
    void unavailable(const std::string& jid);
    /// Called from time to time; works every 70 s at most: wipes old keys, forgets unused conversations.
    void tick();
    /// Ends all sessions and notifies their clients.
    void stop();

    /// Verifies the gateway's key by a shared secret [OTR v3 "Socialist Millionaires' Protocol (SMP)"]: starts SMP, or
    /// answers the client's request. False: no session stands.
    bool verify(const Account&, const std::string& contact, const std::string& secret);
    /// The user's command: held and later messages are sent to the user in the clear.
    void off(const Account&, const std::string& contact);
    /// The gateway's own fingerprint (its key is made if there is none yet), in the format of OTR clients; "" if the
    /// store failed.
    void fingerprint(const Account&, std::function<void(std::string)> done);
    /// The known fingerprints of the user's clients.
    std::vector<xmpp::otr::KnownKey> known(AccountId, const std::string& contact) const;
    bool is_encrypted(AccountId, const std::string& contact) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
