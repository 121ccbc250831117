// A mail that has arrived for an account, and the result of taking it.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/pgp_mime.h"
#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/mail_place.h"
#include "gateway/model/trust.h"

namespace gateway {

/// Why an encrypted mail could not be decrypted.
enum class DecryptFailure {
    no,           // it was decrypted, or was not encrypted
    another_key,  // encrypted to a key that is not this account's
    changed,      // without integrity protection, or tampered with
    mixed,        // encrypted parts among clear ones
    foreign,      // encrypted by other means than OpenPGP: S/MIME
    forged,       // the inner sender is not the outer one
    broken,       // not readable, too large, too deep
    costly,       // decrypting it takes longer than for any ordinary mail
    busy,         // the store is not available now, or the gateway is stopping
};

/// What a mail says about its sender's key; stored in the commit of the mail itself.
struct PeerKeyUpdate {
    std::string contact;  // canonical address of the sender
    coi::autocrypt::Seen seen;
    std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> gossip{};  // keys of the other recipients
    trust::Author author{};
    std::string merged_with{};  // the stored copy of the same key, merged with the new one; "" if there was none
    std::string from{};         // canonical From: another address of the contact, or `contact` itself
    bool is_vouched = false;    // the mail system vouches for it
    std::vector<coi::MessageId> answers{};  // the messages that the mail names as answered or read
};

struct IncomingMail {
    AccountId account{};
    coi::Message mail;
    std::optional<Cursor> cursor;   // IMAP: moves with the commit
    std::string proven_sender;      // the envelope sender if it is proven: a DSN may be sent to it; else ""
    bool wait_for_verdict = false;  // LMTP
    std::shared_ptr<const std::string> bytes{};  // the original bytes; only of encrypted or signed mail
    bool is_author_proven = false;               // the mail system vouches for From
    bool may_wait = false;  // the mail can be delivered again later, see DeliveryResult::Kind::early
    std::optional<std::string> reverse_path{};  // envelope sender, "" for the null reverse-path; nullopt: not known
    bool is_author_refuted = false;             // the mail system says that From is forged
    std::optional<MailPlace> place{};           // IMAP: where it lies
    bool is_filed_as_sent = false;  // it lies in the folder of sent mail, where only the mailbox's owner puts mail
    bool is_history = false;        // fetched on its user's wish: it is shown, and changes nothing else
    bool user_exists = true;        // the recipient certainly is somebody: files may be stored for them
    /// While it lives, the mail is noted as the one that is worked on (transport/crash_guard): up to the commit.
    std::shared_ptr<void> in_hand{};
    // Results of decryption.
    coi::pgp_mime::Protection protection{};
    DecryptFailure unread = DecryptFailure::no;
    trust::Author author{};
    coi::openpgp::Fingerprint counted{};  // the key that counted for the author's signatures before this mail
    std::optional<PeerKeyUpdate> key_update{};
    bool is_own_key = false;  // the account's own key signed it, with To and Message-ID, inside the encryption
    trust::Proof proof() const { return trust::proof_of(author, counted); }
};

struct DeliveryResult {
    enum class Kind {
        taken,      // committed (or acted upon)
        duplicate,  // committed before
        declined,   // not chat; nothing is stored
        silent,   // a chat program's signal without text (a retracted reaction); nothing is stored, nobody is notified
        refused,  // the Jabber server does not know the user; nothing is stored
        busy,     // the store or the Jabber server is not available now; nothing is stored
        early,    // an OTR message whose predecessor has not arrived yet; nothing is stored
        open,     // committed, but the Jabber server has not said yet whether it knows the user
    } kind = Kind::taken;
    std::string reason;  // English, for the SMTP reply or the log
};

/// The receiver of arriving mail.
class MailReceiver {
  public:
    virtual ~MailReceiver() = default;
    /// `done` is called once, with the result.
    virtual void take(IncomingMail, std::function<void(DeliveryResult)> done) = 0;
};

}  // namespace gateway
