// Where the contacts' messages lie in linked mailboxes, and what is known of their being read.
//
// A place belongs to a message of the id map, and goes with it. It is not sealed, as cursors are not: it decides only
// which mails get flags. Flags that are to be set wait here, so that an outage of the mail server or of the gateway
// loses none. The rows are in gateway/store/sqlite/mail_places.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/model/mail_place.h"
#include "gateway/model/read_observer.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway::mail_places {

/// The user has displayed the contact's messages up to the one with this stanza id. `marks`: their mails are to get the
/// flag \Seen. `done` gets whether any is.
void displayed(Store&, AccountId, const std::string& contact, const StanzaId&, bool marks, Store::Done<bool> done);
/// A disposition notification was committed for these messages of the contact: their mails are to get the flag
/// $MDNSent. `done` gets whether any is.
void reported(Store&, AccountId, const std::string& contact, std::vector<coi::MessageId>, Store::Done<bool> done);

/// A mail with flags to be set.
struct Mark {
    std::int64_t message = 0;  // the row of its message
    MailPlace place;
    bool is_seen = false, is_reported = false;  // which of the two flags
};
/// The oldest of them.
void to_mark(Store&, AccountId, std::size_t most, Store::Done<std::vector<Mark>> done);
/// These have their flags now, or cannot have them.
void marked(Store&, std::vector<Mark>, Store::Committed done);

/// The newest mails in this folder of which it is not known that they were read.
void unread(Store&, AccountId, const std::string& folder, std::uint32_t uid_validity, std::size_t most,
            Store::Done<std::vector<std::uint32_t>> done);

/// All of the contact's messages up to this one were read.
struct ReadUpTo {
    std::string contact;  // canonical
    StanzaId stanza;
    bool operator==(const ReadUpTo&) const = default;
};
/// How far each contact's messages are read with what another program has done, where that is further than before: a
/// message behind an unread one is left out, because a marker would say that both were read. Mails that are gone count
/// for nothing: nobody can learn any more whether they were read.
void read_with(Store&, AccountId, MailsOfFolder, Store::Done<std::vector<ReadUpTo>> done);
/// Notes it, and puts the entries that tell it, in one commit. `done` gets them with their ids; nullopt, and nothing is
/// noted, if `read` is not any more what read_with() says.
void note_read(Store&, AccountId, MailsOfFolder, std::vector<ReadUpTo> read, std::vector<queue::Entry>,
               Store::Done<std::optional<std::vector<queue::Entry>>> done);

}  // namespace gateway::mail_places
