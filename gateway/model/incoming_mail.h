// A mail that has come for an account, and what becomes of it.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/encryption/decrypt.h"

namespace gateway {

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

}  // namespace gateway
