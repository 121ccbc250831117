// A mail that has come for an account, and what becomes of it.

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
#include "gateway/model/trust.h"

namespace gateway {

/// Why an encrypted mail stayed closed.
enum class DecryptFailure {
    no,           // it was opened, or was clear
    another_key,  // encrypted to a key that is not this account's
    changed,      // without integrity protection, or tampered with
    mixed,        // encrypted parts among clear ones
    foreign,      // encrypted by other means than OpenPGP: S/MIME
    forged,       // the inner sender is not the outer one
    broken,       // not readable, too large, too deep
    costly,       // opening it takes longer than any honest mail does
    busy,         // the store cannot be asked now, or we are about to stop
};

/// What a mail teaches; put into the store in the commit of the mail itself.
struct PeerKeyUpdate {
    std::string contact;  // canonical address of the sender
    coi::autocrypt::Seen seen;
    std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> gossip{};  // of the other readers
    trust::Author author{};
    std::string merged_with{};  // the copy that was held of the key, which is one with it now; "" if none was
};

struct IncomingMail {
    AccountId account{};
    coi::Message mail;
    std::optional<Cursor> cursor;                // IMAP: moves with the commit
    std::string proven_sender;                   // envelope sender that may be sent a DSN, "" if none is proven
    bool wait_for_verdict = false;               // LMTP
    std::shared_ptr<const std::string> bytes{};  // as it came; only of encrypted or signed mail
    bool is_author_proven = false;               // From, by the mail system's word
    bool may_wait = false;                       // can be given once more: see DeliveryResult::Kind::early
    std::optional<std::string> reverse_path{};   // of the envelope, "" for the null one; nullopt: not known
    bool is_author_refuted = false;              // the mail system says that From is forged
    // What opening it said.
    coi::pgp_mime::Protection protection{};
    DecryptFailure unread = DecryptFailure::no;
    trust::Author author{};
    coi::openpgp::Fingerprint counted{};  // the key by which the author's signatures counted before it came
    std::optional<PeerKeyUpdate> key_update{};
    trust::Proof proof() const { return trust::proof_of(author, counted); }
};

struct DeliveryResult {
    enum class Kind {
        taken,      // committed (or acted upon)
        duplicate,  // committed before
        declined,   // not chat; nothing kept
        silent,     // a chat program's signal that has no words (a reaction taken back); nothing kept, nobody is told
        refused,    // the Jabber server does not know the user; nothing kept
        busy,       // the store or the Jabber server cannot take it now; nothing kept
        early,      // an OTR message whose predecessor is not here yet; nothing kept
        open,       // committed, but the Jabber server has not said yet whether it knows the user
    } kind = Kind::taken;
    std::string reason;  // English, for a reply line or the log
};

/// Where arriving mail is given to.
class MailReceiver {
  public:
    virtual ~MailReceiver() = default;
    /// `done` is called once, when it is known what became of the mail.
    virtual void take(IncomingMail, std::function<void(DeliveryResult)> done) = 0;
};

}  // namespace gateway
