// The id map: the ids of every message in mail and in Jabber, kept for a configured time.
//
// Receipts, DSNs, replies, later edits and reactions are resolved here. An inbound Message-ID from the same sender to
// the same account that is already here is a duplicate. Rows are marked (gateway/store/sqlite/sealed), because they
// decide who gets a failure notice and what counts as an answer.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/store/ids.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::ids {

/// False if (account, contact, message, direction) is already known; then nothing changes.
bool remember(Database&, const Known&);
/// Notes that a message was taken back by its author: account, contact, message and direction count.
void retract(Database&, const Known&, Time now);
bool is_retracted(Database&, const Known&);
/// Adds a Message-ID to a known message, for servers that rewrite Message-IDs.
void alias(Database&, AccountId, const coi::MessageId& known, const coi::MessageId& further);
std::optional<Known> by_message(Database&, AccountId, const coi::MessageId&);
/// The message with this id that the account's user sent. Others may send mail with the same id; it does not hide this
/// one.
std::optional<Known> own_message(Database&, AccountId, const coi::MessageId&);
/// The message with this id that this contact sent.
std::optional<Known> contact_message(Database&, AccountId, const std::string& contact, const coi::MessageId&);
/// The stanza of another copy of the same mail, which the user's other account got. Found by a name; by a fingerprint
/// where the Message-ID was rewritten (each fingerprint matches one copy only, and none that waits for its verdict).
struct Counterpart {
    StanzaId stanza;
    std::int64_t open = 0;  // its entry, if it still waits for its verdict
};
std::optional<Counterpart> counterpart(Database&, AccountId other, const std::string& contact, const Copies&);
/// Whether a message with this fingerprint is known; "" is nobody's.
bool knows_print(Database&, AccountId, const std::string& print);
/// Searches all accounts: for DSNs to the relay's null recipient.
std::optional<Known> by_message(Database&, const coi::MessageId&);
/// The newest message with this stanza id in the conversation (clients may reuse ids).
std::optional<Known> by_stanza(Database&, AccountId, const std::string& contact, const StanzaId&);
/// The further stanzas of a contact's message: its files.
std::vector<StanzaId> further_stanzas(Database&, const Known&);
/// The newest known correction of this message; nullopt if there is none.
std::optional<Known> newest_correction(Database&, const Known&);
/// The message that this one corrects; else this one.
std::optional<Known> original_of(Database&, const Known&);
/// The contact's messages up to the one with this stanza id whose authors asked for a read receipt and got none yet,
/// oldest first (of many, the newest `most`). Each message is returned only once.
std::vector<coi::MessageId> shown_up_to(Database&, AccountId, const std::string& contact, const StanzaId&,
                                        std::size_t most);
/// Notes that the author of a contact's message has got its notice, and removes the author. True only the first time.
bool forget_author(Database&, const Known&);
/// How many messages with this stanza id ("": without an id) from this client (full JID) were taken since `since`.
std::int64_t count_from(Database&, AccountId, const std::string& contact, const StanzaId&, const std::string& jid,
                        Time since);
/// The accounts with messages since `since`, the latest first.
std::vector<AccountId> active(Database&, Time since, std::size_t most);
bool knows_any(Database&, AccountId);
/// Removes the contact's message that became this stanza.
void forget(Database&, AccountId, const std::string& contact, const StanzaId&);
void expire(Database&, Time before);
void forget_account(Database&, AccountId);
void seal_anew(Database&, Sealed before);

}  // namespace gateway::ids
