// What the account's owner wrote with another program: shown in the chat with its reader, once, as the owner's own.
//
// It is found in the folder of sent mail, in COI/Chats, or in INBOX as a copy to oneself; whichever copy comes first is
// shown. Anybody can write a mail under the owner's address: only what was put into the folder of sent mail, or was
// signed by the account's own key inside its encryption, is shown as the owner's. Another copy is shown as a text that
// says so, and teaches the conversation nothing. A copy whose Message-ID a server has replaced is known by its time and
// text. Left out: mail to several people or to a group, and what is older than a month.

#pragma once

#include <optional>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/clock.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/pipeline/attachments.h"
#include "gateway/pipeline/stanza_entry.h"
#include "gateway/pipeline/turns.h"
#include "gateway/store/outlet.h"
#include "gateway/store/seal.h"
#include "gateway/store/take_incoming.h"
#include "gateway/task.h"

namespace gateway {

class OwnMail {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        Workers& workers;
        MailEncryption& encryption;
        queue::Outlet& to_jabber;
        Attachments& attachments;
        Turns& turns;
        Clock now;
    };
    OwnMail(Modules modules, Seal seal, StanzaSettings settings)
        : modules_(std::move(modules)), seal_(std::move(seal)), settings_(std::move(settings)) {}
    void reload(const StanzaSettings& settings) { settings_ = settings; }

    /// Whether a linked mailbox holds it as its owner's.
    bool is_one(const IncomingMail&) const;
    /// Throws AccountGone, StoreUnavailable. The cursor has moved behind the mail, unless the result is `busy`.
    Task<DeliveryResult> carry(IncomingMail&);

  private:
    /// Both names of a copy in the id map: the mail's own, and the one of a copy that proves nothing, by which nobody's
    /// answer is admitted.
    struct Names {
        coi::MessageId proven, unproven;
    };
    DeliveryResult skipped(const IncomingMail&, DeliveryResult::Kind, const char* why) const;
    Names names_of(const IncomingMail&) const;
    Task<bool> is_shown(AccountId, ids::Copies) const;
    Task<const char*> obstacle(const IncomingMail&, const coi::Address& reader) const;
    Task<std::optional<Event>> translate(IncomingMail&, const coi::Address& reader) const;
    Task<> resolve(const IncomingMail&, const coi::Address& reader, Event&) const;
    Task<DeliveryResult> show(IncomingMail&, const coi::Address& reader, Event, const Names&);
    TakeIncoming commit_of(const IncomingMail&, const coi::Address& reader, const xmpp::JID& to, Event,
                           const Names&) const;

    Modules modules_;
    Seal seal_;
    StanzaSettings settings_;
};

}  // namespace gateway
