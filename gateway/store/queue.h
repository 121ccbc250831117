// The two-leg queue on disk: what was taken and is not yet done.
//
// A row holds the final bytes (a mail, or a stanza's XML), sealed with who sends it to whom; a retry sends the same
// bytes with the same id. What does not match its seal is set aside wherever it is read. Rows of one (leg, account,
// contact) are a line: first in, first out. Pure functions over a Database, called as Store work.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sealed.h"

namespace gateway::queue {

/// `aside`: its row does not match its seal. Nothing of it is trusted or sent; the admin may drop it.
enum class Direction { mail, jabber, aside };

struct Entry {
    std::int64_t id = 0;  // ascending in order of commit
    Direction direction = Direction::mail;
    AccountId account{};
    std::string contact;  // canonical address; "" for words of the gateway itself
    std::string name;     // the id it carries: Message-ID (mail) or stanza id (jabber)
    std::string
        origin;  // who is told of failure: full JID (towards mail), proven envelope sender or "" (towards jabber)
    std::string origin_id;  // the id they know it by: stanza id, or Message-ID
    std::string lang;       // language for texts about it
    std::string from, to;   // envelope: addr-specs (towards mail) or JIDs (towards jabber)
    std::string payload;    // the bytes; sealed on disk, plain here; never in list()
    std::string beside{};  // sealed with the payload. Of a user's mail: what goes back with an error (its stanza's head
                           // and text, as they came). Of an error: the message that goes to the user's other clients
                           // where the one that it is for has gone
    Time taken{}, next{}, expires{};
    int attempts = 0;
    bool delay_told = false;
    bool tentative = false;  // tentative: an LMTP delivery whose verdict is open
    std::string last_error;  // for the admin and the sender; no content
};

std::int64_t put(Database&, const Entry&);
/// What stands on no leg is set aside; for start-up.
void set_unknown_aside(Database&);
/// The first entry of every line of this leg (payloads included where `payloads`), for start-up: at most `most` lines
/// after `after`.
std::vector<Entry> heads(Database&, Direction, std::int64_t after, std::size_t most);
/// The next entries of one line with id > after, oldest first, payload included.
std::vector<Entry> next(Database&, Direction, AccountId, const std::string& contact, std::int64_t after,
                        std::size_t most);
/// One that is set aside comes without its payload.
std::optional<Entry> find(Database&, std::int64_t id);
/// The stanza of this id, while it is in the queue.
std::optional<Entry> find_stanza(Database&, const std::string& id);
/// Deletes it (secure_delete overwrites). False if it was gone already.
bool done(Database&, std::int64_t id);
/// Who was told of the delay once stays told.
void retry(Database&, std::int64_t id, Time next, int attempts, const std::string& error, bool delay_told);
/// For `coigate queue list|retry|drop`; oldest first, without payload.
std::vector<Entry> list(Database&, std::int64_t after, std::size_t most);
/// What needs a word to its sender, oldest first, without payload: entries that have expired at `now`, and mail taken
/// before `warn_before` whose author has not been told of the delay. Reads the whole queue: for a slow timer.
std::vector<Entry> overdue(Database&, Time now, Time warn_before, std::size_t most);
void retry_all_now(Database&, Time now);
std::int64_t count(Database&, Direction);
std::int64_t count(Database&, AccountId);
bool holds_any(Database&, AccountId);
void forget_account(Database&, AccountId);
void seal_anew(Database&, Sealed before);

/// How much of one account may wait. Its entries are counted only when what was left after the last count is used up:
/// a message costs the same however many wait. What is done meanwhile is seen then. For the store's thread.
class Quota {
  public:
    explicit Quota(std::size_t most) : most_(most) {}
    /// Takes the place of one entry; false if there is none.
    bool take(Database&, AccountId);

  private:
    std::size_t most_;
    std::map<AccountId, std::size_t> left_;
};

}  // namespace gateway::queue
