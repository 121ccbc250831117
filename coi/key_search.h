// Whether another program of a mailbox's owner uses Autocrypt there: found by what it left in INBOX and Sent.
//
// [Autocrypt §"Multiple clients"]: a Setup Message, or mail of the owner's own with an Autocrypt field. Only headers
// are read, of the newest few that match. Into Sent only the owner's programs put mail; into INBOX everybody can send
// it under any name, so what lies there is told and decides nothing. Left out: other folders, and mail without such a
// field.

#pragma once

#include <functional>

#include "coi/crypt/autocrypt.h"
#include "coi/mail/address.h"
#include "coi/net/imap_client.h"

namespace coi {

enum class KeyTrace {
    none,
    unproven,       // in INBOX lies mail under the owner's address that brings a key: anybody could have sent it
    own_mail,       // mail from the owner's address brings a key
    setup_message,  // a key lies there under a setup code
};

/// The trace that tells most; fields for which `is_ours` holds are none. Selects folders: the caller selects its own
/// again. Fails as the session does, and where the server refuses: then nothing is known, and the session may be usable
/// still.
net::awaitable<Result<KeyTrace>> find_key_trace(net::ImapClient& session, const Address& own,
                                                std::function<bool(const autocrypt::Header&)> is_ours);

}  // namespace coi
