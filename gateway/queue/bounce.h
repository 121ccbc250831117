// Telling a sender that a message will not arrive: towards Jabber a stanza error on the original id, towards mail a
// DSN.
//
// [RFC 6120 §8.3], [RFC 3464]; which condition and which words: gateway/translate/smtp_refusal.h. Both are queue
// entries: they wait and survive like messages. DSNs go only to proven, non-null senders (no backscatter); the proof is
// the entry's `origin`.

#pragma once

#include <string>
#include <vector>

#include "coi/result.h"
#include "gateway/model/account.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "xmpp/stanza.h"

namespace gateway::bounce {

/// The notices for the author of an entry towards mail that failed for good: the stanza error with what they wrote,
/// and, when they may have left the chat window long ago, a plain message too. Where that does not follow, it stands
/// beside the error, for the user's other clients. Empty where nobody is to be told (receipts).
std::vector<queue::Entry> to_jabber(const queue::Entry& failed, const coi::Error&, const std::string& component,
                                    Time now);

/// The same for a message known by the id map only, when a DSN comes back: `address` is the recipient that failed. What
/// was written is not kept as long as that, so the plain message is always there: some clients show no error without
/// it.
struct Lost {
    AccountId account{};
    std::string contact, address, jid, stanza_id, lang;
    Time written{};
    std::string original{};  // the stanza's head and text, "" if they are not known any more
    std::string from{};      // the contact's JID as the user knows it; "": as the original or the address has it
};
Lost lost(const ids::Known&, const Contact*, const std::string& component);
std::vector<queue::Entry> to_jabber(const Lost&, const coi::Error&, const std::string& component, Time now);

/// One line to the author that a message is late but still being tried. `from`: as in Lost; `reason`: how the last
/// attempt ended, in English or the server's words, where it is known.
queue::Entry delayed(const queue::Entry& waiting, const std::string& from, const std::string& reason,
                     const std::string& component, Time now);
queue::Entry delayed(const Lost&, const std::string& reason, const std::string& component, Time now);

/// The DSN for an entry towards Jabber that failed after its mail was accepted; empty without a proven sender.
std::vector<queue::Entry> to_mail(const queue::Entry& failed, const coi::Error&, const Account&,
                                  const std::string& relay_domain, Time now);

}  // namespace gateway::bounce
