// The id map: the ids of every message in mail and in Jabber, kept for a configured time.
//
// Receipts, DSNs, replies, later edits and reactions are resolved here. An inbound Message-ID from the same sender to
// the same account that is already here is a duplicate [RFC 5322 §3.6.4]. The rows are in gateway/store/sqlite/ids.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::ids {

struct Known {
    AccountId account{};
    std::string contact;       // canonical
    coi::MessageId message;    // in mail
    StanzaId stanza;           // in Jabber: the client's own id, or ours
    bool from_jabber = false;  // written by the Jabber user
    std::string jid;           // author: full JID (from_jabber), or the proven envelope sender ("" if none is proven)
    std::string lang;          // language of the author's stanza
    bool wants_receipt = false;
    Time when{};
    std::string
        fingerprint{};  // keyed hash of sender, date and text, the same in a copy whose id was rewritten; "": none
    coi::MessageId corrects{};  // the key of the original message that this one corrects; "": none
};

/// The key of a message whose Message-ID is already used by another message: made of the Message-ID and `name`, an
/// identifier that only this message can have.
coi::MessageId key_of(const coi::MessageId& said, const coi::MessageId& name);
/// The Message-ID in the mail that has this key.
coi::MessageId said_by(const coi::MessageId& key);

/// What may identify a copy of a mail, the most reliable first.
struct Copies {
    std::vector<coi::MessageId> names;
    std::vector<std::string> prints;
};
/// What a report can tell of a message, each once.
enum class News { failed, delayed, displayed, arrived, retracted };
/// What the id map keeps of such news, so that a second report tells nothing again. Its Message-ID is a keyed hash.
Known told(const Known&, News, Time now, const Seal&);
/// The message of ours that a report is about.
struct Reported {
    Known known;
    std::size_t named = 0;  // which of the given ids it was
    bool is_told = false;   // this news was told before: nothing less comes after it
};
/// The user's message that is the first to have one of these ids; nullopt if none is known.
void find_reported(Store&, AccountId, std::vector<coi::MessageId> named, News,
                   Store::Done<std::optional<Reported>> done);

/// Whether a message with one of these ids is known.
void knows_any_of(Store&, AccountId, std::vector<coi::MessageId>, Store::Done<bool> done);
/// The same by fingerprints, too; "" is nobody's.
void knows_any_of(Store&, AccountId, Copies, Store::Done<bool> done);
/// The newest message with this stanza id in the conversation (clients may reuse ids).
void by_stanza(Store&, AccountId, const std::string& contact, const StanzaId&, Store::Done<std::optional<Known>> done);
/// The contact's messages up to the one with this stanza id whose authors asked for a read receipt and got none yet,
/// oldest first (of many, the newest `most`). Each message is returned only once.
void shown_up_to(Store&, AccountId, const std::string& contact, const StanzaId&, std::size_t most,
                 Store::Done<std::vector<coi::MessageId>> done);
/// What tells a user's messages apart, as far as clients do: full JID, contact, stanza id ("" for none).
using Sent = std::tuple<std::string, std::string, std::string>;
/// Adds to each count how many such messages were taken since `since`.
void count_sent(Store&, AccountId, std::map<Sent, std::int64_t> counts, Time since,
                Store::Done<std::map<Sent, std::int64_t>> done);
/// Adds a message to the map, with the next commit; nothing happens if it is known.
void note(Store&, Known);
/// Removes what is older, with the next commit.
void expire(Store&, Time before);

}  // namespace gateway::ids
