// A mail from outside is opened: decrypted, verified, and asked what it teaches of its sender's key.
//
// Pure, for a worker thread; gateway/encryption/openpgp brings the keys, gateway/model/trust says what may be learnt.
// Invariant: nothing is learnt from an encrypted mail that was not signed by the key it brings, or by one that was
// known; a copy of a known key is merged with the one that is held, so that no older one takes a revocation back.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/pgp_mime.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/trust.h"
#include "gateway/store/keys.h"

namespace gateway {

/// Somebody's keys, as they are now.
struct PeerKeys {
    std::string contact;  // canonical
    coi::autocrypt::Peer peer;
};

/// What was learnt of a sender's keys.
struct KeyUpdateResult {
    coi::autocrypt::Change change = coi::autocrypt::Change::nothing;
    coi::openpgp::Fingerprint before{};  // of the key that was encrypted to; "" if there was none
    coi::autocrypt::Peer peer{};         // as it is now
    std::vector<PeerKeys> others{};      // of other readers, by gossip: those that changed
    /// What the user has to be told of.
    std::optional<trust::KeyNews> news() const;
};

struct Decrypted {
    coi::Message mail;  // the inside, or the mail as it was
    coi::pgp_mime::Protection protection{};
    DecryptFailure unread = DecryptFailure::no;
    trust::Author author{};               // but for the mail system's word, which the bytes do not tell
    coi::openpgp::Fingerprint counted{};  // the key by which the sender's signatures counted before
    std::optional<PeerKeyUpdate> key_update{};
};

/// `bytes`: the mail as it came, looked at only if `mail.encrypted` or `mail.is_signed`.
Decrypted decrypt(const std::string& bytes, coi::Message mail, const std::optional<keys::Own>& own,
                  const coi::autocrypt::Peer& sender, const coi::Limits&, std::chrono::sys_seconds now);

/// In the commit of the mail: what was learnt since it was opened counts.
KeyUpdateResult apply(Database&, AccountId, const PeerKeyUpdate&);

}  // namespace gateway
