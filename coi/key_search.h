// Searches a mailbox for another Autocrypt program of its owner, by the mails that such a program leaves in INBOX and
// Sent.
//
// [Autocrypt §"Avoiding MUA Conflicts"]: a Setup Message, or the owner's mail with an Autocrypt header. Only headers of
// the newest few matching mails are read. Only the owner's programs put mail into Sent. Anybody can send mail to INBOX
// under any name, so a mail found there is reported and decides nothing. Left out: other folders, and mail without an
// Autocrypt header.

#pragma once

#include <functional>

#include "coi/crypt/autocrypt.h"
#include "coi/mail/address.h"
#include "coi/net/imap_client.h"

namespace coi {

enum class KeyTrace {
    none,
    unproven,       // a mail in INBOX from the owner's address has a key: anybody could have sent it
    own_mail,       // a mail in Sent from the owner's address has a key
    setup_message,  // an Autocrypt Setup Message
};

/// Returns the strongest trace; headers for which `is_ours` is true are ignored. Selects folders: the caller must
/// select its own again. Fails with the session's errors, and if the server refuses: then nothing is known, and the
/// session may still be usable.
net::awaitable<Result<KeyTrace>> find_key_trace(net::ImapClient& session, const Address& own,
                                                std::function<bool(const autocrypt::Header&)> is_ours);

}  // namespace coi
