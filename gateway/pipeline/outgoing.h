// From Jabber to mail: a user's stanza becomes a committed mail, or an error on the stanza's own id.
//
// design.md "two-leg queue" 1-3: taken is what is committed; the Message-ID is minted here, once. What cannot be
// carried is refused with words (groups, foreign encryption, reactions), never dropped; what says nothing to mail (chat
// states) is left out, and is no reason for an error to anybody.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/accounts/relay_accounts.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/pipeline/correction_bursts.h"
#include "gateway/pipeline/turns.h"
#include "gateway/store/queue.h"
#include "gateway/translate/translate.h"
#include "xmpp/stanza.h"

namespace gateway {

class OutgoingPipeline {
  public:
    struct Settings {
        std::string component;     // our domain at the Jabber server
        std::string relay_domain;  // "": no relay
        std::chrono::milliseconds expire = std::chrono::days(5);
        std::size_t most_waiting =
            10'000;  // entries of one account in the queue: one user cannot fill everybody's disk
        std::vector<std::string> register_domains{};  // whose users may link a mailbox
    };
    struct Calls {
        std::function<void(const xmpp::Tag&)> send;                          // answers that need no proof
        std::function<void(queue::Entry)> committed;                         // to the scheduler towards mail
        std::function<bool(const queue::Entry&)> withdraw;                   // from it; false: it may be on its way
        std::function<void(AccountId, const std::string& contact)> unblock;  // what waited there is due now
        std::function<Time()> now;
        /// The final bytes of a mail to a contact, encrypted or not; in the order of each conversation.
        std::function<void(const Account&, const Contact&, OutgoingMail, std::function<void(EncryptResult)>)> close;
        /// A conversation is encrypted for the first time.
        std::function<void(const Account&, const Contact&)> encrypted;
    };
    OutgoingPipeline(Directory&, Store&, RelayAccounts&, Settings, Calls);

    /// A <message/> of one of our users to a contact (not of type error). `under_otr`: the stanza as it came, if its
    /// text came by OTR; what goes back with an error is that one's.
    void take(const xmpp::Tag& message, const xmpp::Tag* under_otr = nullptr);
    /// A whole OTR message, end to end: the only way by which OTR comes to be in a mail. Refused in words where the
    /// tunnel to this contact does not stand.
    void take_tunnelled(const Account&, const coi::Address& to, const xmpp::Tag& message);
    void reload(Settings);
    /// Stanzas that were taken and are no entries of the queue yet.
    std::size_t waiting() const { return turns_.waiting(); }

  private:
    /// What of a stanza goes back with an error, and is its head.
    struct Head {
        std::shared_ptr<const xmpp::Tag> tag;
        bool from_otr = false;
    };
    void take_as(const Account&, const xmpp::Tag& message, Event, const coi::Address& to, const Head&);
    void take_receipt(const Account&, const Head&, Event event);
    void resolve(AccountId, const Head&, Event event, const Turn&);
    /// What is known of a message while its mail is closed.
    struct Draft {
        Event event;
        coi::Message mail;
        std::shared_ptr<const xmpp::Tag> head;
        bool from_otr = false;
        std::shared_ptr<const Contact> contact{};  // in hand until the mail waits in the queue
        Turn turn;                                 // until it is given to the store
        bool is_receipt() const { return event.get<Receipt>() != nullptr; }
        /// A correction is none that could be answered, or that the next message continues.
        bool is_message() const { return !is_receipt() && event.get<Correction>() == nullptr; }
        /// A subject is part of what is protected: it must not come up again in a mail that is not.
        bool has_subject() const { return !from_otr && event.get<OtrMessage>() == nullptr; }
    };
    void write(const Account&, const Head&, Event event, Turn);
    void closed(AccountId, const Draft&, EncryptResult);
    void refuse_busy(const xmpp::Tag& message);
    void refuse_unreadable(const xmpp::Tag& message, const Head&);
    void refuse_unregistered(const std::string& server, const Head&);
    void refuse(const Draft&, const std::string& contact, const EncryptResult&);
    void commit(const Account&, const Contact&, const Draft&, std::string bytes);
    void refuse(const xmpp::Tag& message, const char* type, const char* condition, const std::string& text);

    Directory& directory_;
    Store& store_;
    RelayAccounts& relay_accounts_;
    Settings settings_;
    std::shared_ptr<queue::Quota> room_;
    Calls calls_;
    Turns turns_;
    CorrectionBursts bursts_;
};

}  // namespace gateway
