// From mail to Jabber: an arriving mail becomes a committed stanza, a receipt, a bounce, or is declined with a reason.
//
// The stages of a mail, each a function that may wait for the store or a worker: decrypt, admit, attachments,
// translate, turn, resolve, label, commit. design.md "two-leg queue" 1, 3, 5, 7. A mail is taken only when it is
// committed, together with the IMAP cursor; the same Message-ID of the same sender to the same account is one message.
// LMTP deliveries wait for the Jabber server's verdict (queue/pending_verdicts).

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/contact_names.h"
#include "gateway/accounts/contact_profiles.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/decrypt.h"
#include "gateway/encryption/key_management.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr_tunnel.h"
#include "gateway/encryption/secure_join.h"
#include "gateway/model/clock.h"
#include "gateway/model/file_store.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/user_notices.h"
#include "gateway/pipeline/admission.h"
#include "gateway/pipeline/attachments.h"
#include "gateway/pipeline/call_ender.h"
#include "gateway/pipeline/own_mail.h"
#include "gateway/pipeline/reports.h"
#include "gateway/pipeline/room_mail.h"
#include "gateway/pipeline/stanza_entry.h"
#include "gateway/pipeline/turns.h"
#include "gateway/queue/pending_verdicts.h"
#include "gateway/store/outlet.h"
#include "gateway/store/take_incoming.h"
#include "gateway/task.h"

namespace gateway {

class IncomingPipeline : public MailReceiver {
  public:
    using Settings = StanzaSettings;
    struct Modules {
        Directory& directory;
        Store& store;
        PendingVerdicts& verdicts;
        Workers& workers;
        MailEncryption& encryption;
        HandshakeReceiver& handshakes;
        OwnKeyFields& own_keys;
        TunnelGate& tunnel;
        queue::Outlet& to_jabber;
        UserNotices& notices;
        ContactNames& names;
        ContactProfiles& profiles;
        FileStore& files;
        CallEnder& calls;
        RoomAudience& rooms;
        Turns& room_turns;
        Clock now;
    };
    IncomingPipeline(Modules, Seal, Settings);
    void take(IncomingMail, std::function<void(DeliveryResult)> done) override;
    void reload(const Settings&);

  private:
    // --- the way of a mail: the stages in their order
    Task<DeliveryResult> answered(IncomingMail);
    Task<DeliveryResult> carry(IncomingMail&);
    Task<DeliveryResult> carry_history(IncomingMail&);
    Task<DeliveryResult> carry_message(IncomingMail&);
    Task<std::optional<DeliveryResult>> carry_event(IncomingMail&, std::optional<Event>, bool waits_for_copy);
    Task<DeliveryResult> carry_report(IncomingMail&);
    Task<DeliveryResult> carry_news(IncomingMail&);
    Task<DeliveryResult> carry_keys(const IncomingMail&, DeliveryResult);
    Task<DeliveryResult> carry_handshake(const IncomingMail&);

    // --- the stages; they throw AccountGone, StoreUnavailable
    Task<> load_contacts(AccountId);
    void note_own_key(const IncomingMail&);
    Task<Admission> admit_mail(const IncomingMail&);
    Task<bool> is_in_order(const IncomingMail&);
    Task<std::optional<Event>> translate(IncomingMail&);
    Task<> resolve(const IncomingMail&, Event&);
    bool is_too_soon(const IncomingMail&, const Location&) const;
    /// Why an OTR message may not go to its reader; nullptr: it may.
    const char* obstacle(const Contact&, const IncomingMail&, const OtrMessage&);
    void refuse_tunnelled(const Contact&, const IncomingMail&);

    TakeIncoming message_commit(const IncomingMail&, Event, const Contact& before, Contact after,
                                const xmpp::JID& from);
    /// The conversation's change by a mail, undone if the mail is not taken after all.
    struct ContactChange {
        bool met = false;  // before the mail
        Contact before, after;
    };
    Task<TakenIncoming> commit(const IncomingMail&, TakeIncoming, Turn);
    Task<DeliveryResult> hand_over(IncomingMail&, TakenIncoming, const Event* message);
    Task<> copy_is_settled(std::int64_t entry);
    void note_keys(AccountId, const PeerKeyUpdate&, const KeyUpdateResult&);
    std::optional<ContactChange> note_message(const IncomingMail&, const Event&, bool is_met);
    void conclude(const IncomingMail&, const ContactChange&, const DeliveryResult&);
    void learn_profile(const IncomingMail&, const Privacy& before);
    void end_call(const IncomingMail&);
    std::string conversation_of(const IncomingMail&) const;
    /// Moves the IMAP cursor behind a mail of which nothing is committed.
    DeliveryResult skipped(const IncomingMail&, DeliveryResult);

    Modules modules_;
    Seal seal_;
    Settings settings_;
    Attachments attachments_;
    Reports reports_;
    Turns turns_;
    OwnMail own_mail_;
    RoomMail room_mail_;
    RateLimit ended_calls_{10, std::chrono::minutes(10)};  // by conversation_of()
    RateLimit live_positions_{1, std::chrono::minutes(10)};
};

}  // namespace gateway
