// From Jabber to mail: a user's stanza becomes a committed mail, or an error on the stanza's own id.
//
// The stages of a message, each a function that may wait for the store or a worker: read, writer, turn, resolve,
// translate, encrypt, commit; behind it, the files (outgoing_files). design.md "two-leg queue" 1-3: taken is what is
// committed; the Message-ID is minted here, once. What cannot be carried is refused with words (groups, foreign
// encryption, reactions), never dropped; what says nothing to mail (chat states) is left out, and is no reason for an
// error to anybody.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/contact_names.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/accounts/user_profiles.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/clock.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/read_observer.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/user_notices.h"
#include "gateway/pipeline/announced_files.h"
#include "gateway/pipeline/call_ender.h"
#include "gateway/pipeline/correction_bursts.h"
#include "gateway/pipeline/outgoing_files.h"
#include "gateway/pipeline/refusal.h"
#include "gateway/pipeline/turns.h"
#include "gateway/store/outlet.h"
#include "gateway/task.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"

namespace gateway {

class OutgoingPipeline : public MessageReceiver, public CallEnder {
  public:
    struct Settings {
        std::string component;     // our domain at the Jabber server
        std::string relay_domain;  // "": no relay
        std::chrono::milliseconds expire = std::chrono::days(5);
        std::size_t most_waiting =
            10'000;  // entries of one account in the queue: one user cannot fill everybody's disk
        std::vector<std::string> register_domains{};  // whose users may link a mailbox
    };
    struct Modules {
        Directory& directory;
        Store& store;
        RelayAccounts& relay_accounts;
        MailEncryption& encryption;
        queue::Outlet& to_mail;
        StanzaSender& to_jabber;  // for errors
        const Clients& clients;
        ContactNames& names;
        UserProfiles& profiles;
        UserNotices& notices;
        OutgoingFiles& files;
        ReadObserver& read;
        Clock now;
        Timer after;
    };
    OutgoingPipeline(Modules, Settings);

    /// A <message/> of one of our users to a contact (not of type error). `opened`: if it
    /// came encrypted; what goes back with an error is that stanza's.
    void take(const xmpp::Tag& message, const Opened* opened = nullptr) override;
    /// A whole OTR message, end to end: the only way by which OTR comes to be in a mail. Refused in words where the
    /// tunnel to this contact does not stand.
    void take_tunnelled(const Account&, const coi::Address& to, const xmpp::Tag& message) override;
    void end_call(AccountId, const coi::Address& caller, const coi::MessageId& call) override;
    void reload(Settings);
    /// Stanzas that were taken and are no entries of the queue yet.
    std::size_t waiting() const { return turns_.waiting(); }
    /// Stanzas that were taken and are not committed yet.
    std::size_t under_way() const { return under_way_; }

  private:
    /// What goes back with an error.
    struct Head {
        std::shared_ptr<const xmpp::Tag> tag;  // the stanza without what is not returned; with its wish for a receipt
        std::string lang;                      // of the words
        EndToEnd came_by = EndToEnd::none;
        std::shared_ptr<const keys::OmemoChange> keys{};  // committed with the message
        std::shared_ptr<const xmpp::Tag> rejection{};     // of a call, in place of an error; else nullptr
    };
    /// A stanza as it was read.
    struct Written {
        Event event;
        coi::Address to;
        xmpp::JID from, spelled;  // the client; the contact as the user writes it
        std::string nick, lang;
        bool announces() const { return event.contents.empty(); }  // files, and nothing more
    };
    /// A mail on its way to the commit.
    struct Draft {
        Event event;
        coi::Message mail;
        std::shared_ptr<const Contact> held{};  // the contact cannot be evicted before the mail waits in the queue
        std::optional<std::string> picture{};   // the id of the user's picture in the mail; "": it says there is none
        std::vector<queue::Entry> waiting{};    // of the message that this one takes back, and its corrections
        bool encrypted = false;                 // it leaves encrypted
        bool is_receipt() const { return event.get<Receipt>() != nullptr; }
        /// Written by the gateway: nobody waits for it, and it begins no conversation.
        bool is_automatic() const { return is_receipt() || event.get<Call>() != nullptr; }
        bool has_words() const { return event.get<Text>() != nullptr || event.get<OtrMessage>() != nullptr; }
        /// A correction or a reaction is none that could be answered, or that the next message continues.
        bool is_message() const { return has_words() && event.get<Correction>() == nullptr; }
    };

    // --- the way of a message: the stages in their order. The tag is read before the first wait
    Task<> carry(Head, const xmpp::Tag& message);
    Task<> carry_tunnelled(const Account&, Head, coi::Address to, const xmpp::Tag& message);
    Task<> carry_message(AccountId, Head, Event);
    Task<> carry_receipts(AccountId, Head, Event);
    Task<> post(AccountId, Head, Event, Turn);
    /// Waits for the end of the way; an error of a stage goes to the writer.
    Task<> answered(Head, Task<> way);
    Task<> unanswered(Task<> way);
    void explain(const Head&, const std::string& words);
    void miss_file(const Head&, const std::string& name, bool is_all);

    // --- the stages; they throw Refusal, AccountGone, StoreUnavailable
    Head head_of(const xmpp::Tag& message, const Opened*) const;
    std::optional<Written> read_message(const xmpp::Tag& message, const std::string& lang) const;
    Task<AccountId> writer(const Written&);
    void lead(AccountId, Written&, const Head&);
    void note_writer(AccountId, Written&);
    Task<> resolve(AccountId, Event&);
    std::optional<Draft> translate(const Account&, const Head&, Event);
    Task<> add_picture(AccountId, Draft&);
    static OutgoingMail letter_of(const Head&, const Draft&);
    bool note_timer(const Account&, const Contact&, const Event&);
    void explain_timer(const Account&, const Contact&, const Head&);
    Task<std::string> encrypt(AccountId, const Head&, Draft&);
    std::vector<queue::Entry> withdraw(std::vector<queue::Entry> waiting);
    void forget_mail(AccountId, const coi::Address& to, const coi::MessageId&);
    Task<> commit(AccountId, const Head&, const Draft&, std::string bytes, Turn);
    void send(const Head&, const Draft&, queue::Entry);
    queue::Entry entry_of(const Account&, const Contact&, const Head&, const Draft&, std::string bytes) const;

    Modules modules_;
    Settings settings_;
    std::shared_ptr<queue::Quota> quota_;
    Turns turns_;
    std::size_t under_way_ = 0;  // coroutines that have not ended
    CorrectionBursts bursts_;
    AnnouncedFiles announced_;
    RateLimit explained_{10, std::chrono::minutes(10)};
    RateLimit led_{1, std::chrono::hours(24)};  // by account and address
};

}  // namespace gateway
