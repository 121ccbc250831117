// The queue on disk, in two directions: messages that were accepted and are not yet delivered.
//
// A row holds the final bytes (a mail, or a stanza's XML), sealed together with sender and recipient; a retry sends the
// same bytes with the same id. A row that does not match its seal is set aside when it is read. The rows of one
// (direction, account, contact) are a conversation: first in, first out. Pure functions over a Database, called as
// Store work.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/queue.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::queue {

std::int64_t put(Database&, const Entry&);
/// Sets entries with an unknown direction aside; for start-up.
void set_unknown_aside(Database&);
/// The first entry of each conversation of this direction, without payload, for start-up: at most `most` conversations
/// after `after`.
std::vector<Entry> heads(Database&, Direction, std::int64_t after, std::size_t most);
/// The next entries of one conversation with id > after, oldest first. Behind some megabytes they come without payload,
/// to be read again.
std::vector<Entry> next(Database&, Direction, AccountId, const std::string& contact, std::int64_t after,
                        std::size_t most);
/// What waits towards mail of a message of the user's: itself and its corrections, oldest first, without payload.
std::vector<Entry> waiting(Database&, AccountId, const std::string& contact, const coi::MessageId&);
/// An entry that is set aside is returned without its payload.
std::optional<Entry> find(Database&, std::int64_t id);
/// The entry with this stanza id, while it is in the queue.
std::optional<Entry> find_stanza(Database&, const std::string& id);
/// Deletes the entry (secure_delete overwrites it). False if it was already gone.
bool done(Database&, std::int64_t id);
/// Writes the next attempt. `delay_told` is never reset to false.
void retry(Database&, std::int64_t id, Time next, int attempts, const std::string& error, bool delay_told);
/// Makes the entry due, with `entry.payload` if that is not empty; not if it is due at `now`, or gone.
void release(Database&, const Entry& entry, Time now);
void note_strikes(Database&, std::int64_t id, int strikes);
/// For `coigate queue list|retry|drop`; oldest first, without payload.
std::vector<Entry> list(Database&, std::int64_t after, std::size_t most);
/// Entries whose sender must be notified, oldest first, without payload: expired at `now`, or mail taken before
/// `warn_before` whose author has not been told of the delay. Reads the whole queue: for a slow timer.
std::vector<Entry> overdue(Database&, Time now, Time warn_before, std::size_t most);
void retry_all_now(Database&, Time now);
std::int64_t count(Database&, Direction);
std::int64_t count(Database&, AccountId);
bool holds_any(Database&, AccountId);
/// Messages of the account's user.
std::int64_t count_unsent(Database&, AccountId);
/// Entries towards Jabber of this account whose sender must be told if they are not delivered (`origin`), or whose LMTP
/// client waits (`tentative`), oldest first, without payload.
std::vector<Entry> owing_notice(Database&, AccountId, std::size_t most);
bool owes_notice(Database&, AccountId);
void forget_account(Database&, AccountId);
void seal_anew(Database&, Sealed before);

}  // namespace gateway::queue
