// OMEMO between the gateway and its users: each contact is a device of its own towards the user's devices.
//
// [XEP-0384 §4] in version 0.3.0; the cryptography is in xmpp/omemo, on one worker strand per conversation. Text that a
// user wrote under OMEMO goes to the outgoing pipeline, marked as such; the session is committed with it. A message to
// a user who speaks OMEMO with this contact is encrypted when it is sent, for all devices that are trusted, or held:
// while Privacy::spoken is OMEMO, no text goes to the user without it. The user ends this by off(), or, as long
// as no device is verified, by starting OTR.
// Invariant: decrypted text is never logged, stored or sent back. Left out: group chats, later versions of OMEMO.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/encryption/omemo_devices.h"
#include "gateway/encryption/omemo_own_keys.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/timer.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/outlet.h"
#include "xmpp/stanza.h"

namespace gateway {

class Omemo {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        Workers& workers;
        RelayAccounts& relay_accounts;
        const OpenPgp& openpgp;
        Otr& otr;
        MessageReceiver& outgoing;
        queue::Outlet& jabber;
        StanzaSender& sender;
        UserNotices& notices;
        Timer after;
        Clock now;
    };
    struct Settings {
        std::string component;           // the component's domain
        std::size_t conversations = 50;  // in memory, per account
    };
    Omemo(Modules, Settings);
    ~Omemo();

    /// A <message/> of a user to a contact. True if it is OMEMO's: it is forwarded or answered.
    bool take(const xmpp::Tag& message);
    /// A notification of a user's device list; false if the message is something else.
    bool take_event(const xmpp::Tag& message);
    /// The answer to a question about devices; false if it is something else.
    bool take_answer(const xmpp::Tag& iq);
    /// Presence of one of a user's resources (full JID).
    void available(const std::string& jid);
    /// The stream is down.
    void offline();
    /// Whether send() must be called for a stanza of the queue. Otherwise it is not OMEMO's.
    bool concerns(const queue::Entry&) const;
    /// Encrypts a stanza of the queue, or holds it.
    void send(const queue::Entry&, const xmpp::Tag& stanza, std::function<void(Outgoing)> done);
    /// Called from time to time: forgets unused conversations.
    void tick();
    /// Messages that are being decrypted or encrypted.
    std::size_t waiting() const;

    /// The user's command: held and later messages are sent to the user without OMEMO.
    void off(const Account&, const std::string& contact);
    /// The keys of the account's only device, made if there are none yet; nullptr if the store failed.
    void own_keys(AccountId, std::function<void(OmemoOwnKeys::Keys)> done);
    /// The devices of the account's user that have ever been seen; nullptr if the store failed.
    void devices(AccountId, std::function<void(const std::vector<keys::OmemoDevice>*)> done);
    /// The user's word on a device. False: it is not known. After devices().
    bool set_trust(AccountId, OmemoDevices::DeviceId, keys::OmemoDevice::Trust);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
