// Opens a mail from outside: decrypts it, verifies its signature, and collects what it says about its sender's key.
//
// Pure, for a worker thread; gateway/encryption/openpgp provides the keys, gateway/model/trust decides which changes
// are allowed. Invariant: an encrypted mail changes no key unless it was signed by the key that it brings or by a known
// key. A copy of a known key is merged with the stored copy, so that an older copy never removes a revocation.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/pgp_mime.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/key_update.h"
#include "gateway/model/trust.h"
#include "gateway/store/keys.h"

namespace gateway {

struct Decrypted {
    coi::Message mail;  // the decrypted mail, or the mail itself
    coi::pgp_mime::Protection protection{};
    DecryptFailure unread = DecryptFailure::no;
    trust::Author author{};               // except by_server, which is not in the bytes
    coi::openpgp::Fingerprint counted{};  // the key that counted for the sender's signatures before
    std::optional<PeerKeyUpdate> key_update{};
    bool is_own_key = false;  // signed by the account's own key, with To and Message-ID, inside the encryption
    bool is_relayed = false;  // From was another address of the contact, whose address stands in its place now
};

/// `bytes`: the original mail, used only if `mail.encrypted` or `mail.is_signed`. A mail that was encrypted, and signed
/// by the key that counts for one of `known.others`, is that contact's, if this key lists the mail's From.
Decrypted decrypt(const std::string& bytes, coi::Message mail, const keys::Both& known, const coi::Limits&,
                  std::chrono::sys_seconds now);

}  // namespace gateway
