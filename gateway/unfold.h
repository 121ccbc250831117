// A mail from outside is opened: decrypted, verified, and asked what it teaches of its sender's key.
//
// Pure, for a worker thread; gateway/openpgp brings the keys. Invariant: nothing is learnt from an encrypted mail that
// was not signed by the key it brings, or by one that was known.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/pgp_mime.h"
#include "gateway/feature/protection.h"
#include "gateway/store/keys.h"

namespace gateway {

/// What a mail teaches; put into the store in the commit of the mail itself.
struct Lesson {
    std::string contact;  // canonical address of the sender
    coi::autocrypt::Seen seen;
    std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> gossip;  // of the other readers
};

struct Unfolded {
    coi::Message mail;  // the inside, or the mail as it was
    coi::pgp_mime::Protection protection{};
    Unread unread = Unread::no;
    bool is_unverified = false;  // well signed, but by another key than the one that was verified
    bool is_other_key = false;   // the same, of the one that was known
    std::optional<Lesson> lesson{};
};

/// `bytes`: the mail as it came, looked at only if `mail.encrypted` or `mail.is_signed`.
Unfolded unfold(const std::string& bytes, coi::Message mail, const std::optional<keys::Own>& own,
                const coi::autocrypt::Peer& sender, const coi::Limits&, std::chrono::sys_seconds now);

/// Answers what has changed of the sender's keys, and the state they are in now.
std::pair<coi::autocrypt::Change, coi::autocrypt::Peer> learn(Database&, AccountId, const Lesson&);

}  // namespace gateway
