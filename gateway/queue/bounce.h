// Failure notices: a stanza error with the original id for a Jabber user, a DSN for a mail sender.
//
// [RFC 6120 §8.3], [RFC 3464]; gateway/translate/smtp_refusal.h chooses condition and text. Both are queue entries:
// they wait and survive a restart as messages do. DSNs go only to proven, non-null senders (no backscatter); `origin`
// of the entry is the proven sender.

#pragma once

#include <string>
#include <vector>

#include "coi/result.h"
#include "gateway/model/account.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "xmpp/stanza.h"

namespace gateway::bounce {

/// The status of an address that was valid and is no longer used [RFC 3463 §3.2].
inline constexpr const char* no_longer_used = "5.1.6";

/// The notices for the author of an entry towards mail that failed permanently: the stanza error with the original
/// text; and a plain message too, if the author may have left the chat window since, or their client does not show an
/// error's words (`is_shown`). If no plain message follows, it is kept beside the error, for the user's other clients.
/// Empty if nobody is notified (receipts).
std::vector<queue::Entry> to_jabber(const queue::Entry& failed, const coi::Error&, bool is_shown,
                                    const std::string& component, Time now);

/// A message that only the id map knows, when a DSN arrives: `address` is the recipient that failed. The text is no
/// longer stored then, so the plain message is always sent: some clients show no error without the text.
struct Lost {
    AccountId account{};
    std::string contact, address, jid, stanza_id, lang;
    Time written{};
    std::string original{};   // the stanza's head and text, "" if they are no longer known
    std::string from{};       // the contact's JID that the user knows; "": from the original stanza or the address
    bool has_others = false;  // it went to other addresses of the same person, too: it has not failed
    bool is_group = false;    // it went to other members of a group, too
};
Lost lost(const ids::Known&, const Contact*, const std::string& component);
/// Of an entry to the members of a group: what did not reach this one.
Lost lost_to_member(const queue::Entry&, const std::string& address);
std::vector<queue::Entry> to_jabber(const Lost&, const coi::Error&, const std::string& component, Time now);

/// A message to the author: a mail is late but still being tried. `from`: as in Lost; `reason`: the result of the last
/// attempt, in English or in the server's words, if known.
queue::Entry delayed(const queue::Entry& waiting, const std::string& from, const std::string& reason,
                     const std::string& component, Time now);
queue::Entry delayed(const Lost&, const std::string& reason, const std::string& component, Time now);

/// The DSN for an entry towards Jabber that failed after its mail was accepted; empty without a proven sender. It
/// belongs to no account (0), so that it is sent although the recipient's account is removed.
std::vector<queue::Entry> to_mail(const queue::Entry& failed, const coi::Error&, const Account&,
                                  const std::string& relay_domain, Time now);

}  // namespace gateway::bounce
