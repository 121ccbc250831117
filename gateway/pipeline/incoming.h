// From mail to Jabber: an arriving mail becomes a committed stanza, a receipt, a bounce, or is declined with a reason.
//
// design.md "two-leg queue" 1, 3, 5, 7. A mail is taken only when it is committed, together with the IMAP cursor; the
// same Message-ID of the same sender to the same account is one message. LMTP deliveries wait for the Jabber server's
// verdict (queue/pending_verdicts).

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/encryption/decrypt.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/pipeline/admission.h"
#include "gateway/pipeline/reports.h"
#include "gateway/pipeline/turns.h"
#include "gateway/queue/pending_verdicts.h"
#include "gateway/store/ids.h"
#include "gateway/translate/translate.h"

namespace gateway {

class IncomingPipeline : public MailReceiver {
  public:
    struct Settings {
        std::string component;
        std::chrono::milliseconds expire = std::chrono::days(5);
    };
    struct Calls {
        std::function<void(queue::Entry)> committed;  // to the scheduler towards Jabber
        std::function<Time()> now;
        /// Decrypts, verifies and asks what the mail teaches; at once where there is nothing to do.
        std::function<void(const Account&, std::shared_ptr<const std::string> bytes, coi::Message,
                           std::function<void(Decrypted)>)>
            open;
        /// What a mail says to the account's user, off the loop where it is long.
        std::function<void(const Account&, const std::shared_ptr<const coi::Message>&,
                           std::function<void(std::optional<Event>)>)>
            read;
        /// A step of SecureJoin: nothing of it is shown.
        std::function<void(const Account&, const IncomingMail&, std::function<void(DeliveryResult)>)> secure_join;
        /// There is another key of a contact, used or not; or a conversation is encrypted for the first time.
        std::function<void(const Account&, const Contact&, const trust::KeyNews&)> other_key;
        std::function<void(const Account&, const Contact&)> encrypted;
        /// Whether an OTR message of the tunnel may pass now.
        std::function<bool(const Account&, const std::string& contact, const coi::MessageId&, const OtrMessage&)>
            may_pass{};
        std::function<void(const Account&, const std::string& text)> say{};  // the gateway itself to its user
        /// A contact's mail system has answered by itself; that mail is not shown.
        std::function<void(const Account&, const Contact&, const coi::Message&)> away{};
        /// A mail from the account's own address has that Autocrypt field.
        std::function<void(const Account&, const std::string& field)> own_field{};
    };
    IncomingPipeline(Directory&, Store&, PendingVerdicts&, Seal, Settings, Calls);
    void take(IncomingMail arrival, std::function<void(DeliveryResult)> done) override;
    void reload(Settings settings) { settings_ = std::move(settings); }

  private:
    using Done = std::function<void(DeliveryResult)>;
    void take_open(IncomingMail arrival, Done done);
    void decide(IncomingMail arrival, bool answers_known, Done done);
    void applied(AccountId, const PeerKeyUpdate&, const KeyUpdateResult&);
    void take_message(IncomingMail arrival, Done done);
    void resolve(IncomingMail arrival, std::optional<Event>, Done done, const Turn&);
    void take_event(IncomingMail arrival, std::optional<Event>, Done done);
    /// OTR reads its messages in their order only, and mail systems keep none. Takes both over where it answers false.
    bool is_in_order(IncomingMail& arrival, Done& done);
    /// Why an OTR message may not go to its reader; nullptr: it may.
    const char* obstacle(const Account&, const Contact&, const IncomingMail&, const OtrMessage&);
    void tell_tunnel(const Account&, const Contact&);
    void refuse_tunnelled(const Account&, const Contact&, const IncomingMail&, const char* why, const Done&);
    Reports::Calls report_calls();
    queue::Entry entry_of(const Event&, const Account&, const std::string& contact, const xmpp::JID& from) const;
    /// What goes along with a commit.
    struct CommitExtras {
        Done done{};
        std::function<void(bool met)> committed{};  // before the entries leave; whether its writer was a contact before
        std::optional<Contact> contact{};           // saved in the same commit
        AccountId other{};  // the user's other account, where a copy may have come; 0: there is none
    };
    CommitExtras extras_of(const IncomingMail&, const Event&, Done done);
    void commit(std::vector<queue::Entry> entries, ids::Known known, const IncomingMail&, CommitExtras);
    void skip(const IncomingMail&, DeliveryResult, const Done& done);

    Directory& directory_;
    Store& store_;
    PendingVerdicts& verdicts_;
    Seal seal_;
    Settings settings_;
    Calls calls_;
    Reports reports_;
    Turns turns_;
};

}  // namespace gateway
