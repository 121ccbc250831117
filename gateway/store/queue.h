// The queue: messages that were accepted and are not yet delivered, in two directions.
//
// An entry holds the final bytes (a mail, or a stanza's XML); a retry sends the same bytes with the same id. The
// entries of one (direction, account, contact) are a conversation: first in, first out [RFC 6120 §10.1]. The rows are
// in gateway/store/sqlite/queue. What puts an entry together with other facts is in take_outgoing, take_incoming and
// notify_author.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::queue {

/// `aside`: the row does not match its seal. It is not trusted and not sent; the admin may drop it.
enum class Direction { mail, jabber, aside };

struct Entry {
    std::int64_t id = 0;  // ascending in order of commit
    Direction direction = Direction::mail;
    AccountId account{};
    std::string contact;  // canonical address; "" for messages of the gateway itself
    std::string name;     // its own id: Message-ID (mail) or stanza id (jabber)
    std::string
        origin;  // who gets a failure notice: full JID (towards mail), proven envelope sender or "" (towards jabber)
    std::string origin_id;  // the id that this sender knows: stanza id, or Message-ID
    std::string lang;       // language of notices about it
    std::string from, to;   // envelope: addr-specs (towards mail) or JIDs (towards jabber)
    std::string payload;    // the bytes; sealed on disk, plain here; never in list()
    std::string beside{};  // sealed with the payload. Of a user's mail: what goes back with an error (its stanza's head
                           // and text, as they came). Of an error: the message that goes to the user's other clients
                           // where the one that it is for has gone
    std::vector<std::string> also{};  // towards mail: further addresses of the same person; sealed with the payload
    Time taken{}, next{}, expires{};
    int attempts = 0;
    bool delay_told = false;
    bool tentative = false;  // an LMTP delivery whose verdict is not known yet
    std::string last_error;  // for the admin and the sender; no content
    int strikes = 0;         // how often it ended its session (gateway/queue/scheduler)
};

/// How many messages of one account may wait. The account's entries are counted only when the remainder of the last
/// count is used up, so that the cost of a message does not depend on the number of waiting messages. Entries that are
/// done in between are noticed at the next count. Used by operations, on the store's thread.
class Quota {
  public:
    explicit Quota(std::size_t most) : most_(most) {}
    /// Takes a place for one entry; false if none is left. `count` counts the account's entries.
    bool take(AccountId, const std::function<std::int64_t()>& count);

  private:
    std::size_t most_;
    std::map<AccountId, std::size_t> left_;
};

/// Commits a new entry. `done` gets it back with its id.
void put(Store&, Entry, Store::Done<Entry> done);
/// Deletes an entry that was delivered.
void finish(Store&, std::int64_t id, Store::Committed done);
/// The same with the next commit.
void finish_later(Store&, std::int64_t id);
/// Writes when an entry is tried again, and why. `delay_told` is never reset to false.
void postpone(Store&, std::int64_t id, Time next, int attempts, std::string error, bool delay_told);
/// Notes with the next commit how often the entry has ended its session.
void note_strikes(Store&, std::int64_t id, int strikes);
/// Ends an entry that failed for good, and puts the notices of it, in one commit. The ids of a tentative entry are
/// forgotten: its LMTP client sends the mail again. `done` gets the notices with their ids; none if the entry had ended
/// before, or the store failed.
void refuse(Store&, const Entry& failed, std::vector<Entry> notices, Store::Done<std::vector<Entry>> done);
/// Removes an LMTP delivery that the Jabber server refused in time, and its ids: the next attempt of the mail starts
/// from nothing. If this fails, `done` is told so, and it is repeated when the store is well.
void refuse_delivery(Store&, const Entry& delivery, Store::Committed done);
/// Notes that the sender of a waiting mail was told of the delay, and puts the notice. `done` gets it with its id;
/// nullopt if the mail was sent in the meantime.
void tell_delay(Store&, std::int64_t id, Entry notice, Store::Done<std::optional<Entry>> done);

/// Messages towards mail that the account's user wrote.
void count_unsent(Store&, AccountId, Store::Done<std::int64_t> done);
/// Entries towards Jabber of this account whose sender must be told if they are not delivered (`origin`), or whose LMTP
/// client waits (`tentative`), oldest first, without payload.
void owing_notice(Store&, AccountId, std::size_t most, Store::Done<std::vector<Entry>> done);
/// The same for many, in one commit. Their payload is not needed.
struct Refused {
    Entry entry;
    std::vector<Entry> notices;
};
void refuse_all(Store&, std::vector<Refused>, Store::Done<std::vector<Entry>> done);

/// The next entries of one conversation with id > after, oldest first. Behind some megabytes they come without payload,
/// to be read again.
void next(Store&, Direction, AccountId, const std::string& contact, std::int64_t after, std::size_t most,
          Store::Done<std::vector<Entry>> done);
/// What waits towards mail of a message of the user's: itself and its corrections, oldest first, without payload.
void waiting(Store&, AccountId, const std::string& contact, const coi::MessageId&,
             Store::Done<std::vector<Entry>> done);
/// Entries whose sender must be notified, oldest first, without payload: expired at `now`, or mail taken before
/// `warn_before` whose author has not been told of the delay. Reads the whole queue: for a slow timer.
void overdue(Store&, Time now, Time warn_before, std::size_t most, Store::Done<std::vector<Entry>> done);
/// The first entry of each conversation of this direction, without payload: at most `most` conversations after `after`.
/// For start-up: waits for the store.
std::vector<Entry> heads(Store&, Direction, std::int64_t after, std::size_t most);
/// Sets entries with an unknown direction aside. For start-up: waits for the store.
void set_unknown_aside(Store&);

// For the administrator.
/// The entries after `after`, oldest first, without payload.
void list(Store&, std::int64_t after, std::size_t most, Store::Done<std::vector<Entry>> done);
/// An entry that is set aside is returned without its payload.
void find(Store&, std::int64_t id, Store::Done<std::optional<Entry>> done);
/// Makes all waiting entries due at `now`; `done` gets the number of entries.
void retry_all(Store&, Time now, Store::Done<std::int64_t> done);
enum class Retried { yes, unknown, aside };
/// Makes one entry due at `now`. One that is set aside stays so.
void retry(Store&, std::int64_t id, Time now, Store::Done<Retried> done);

}  // namespace gateway::queue
