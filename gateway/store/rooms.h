// Rooms: the groups that an account is in, and what was said in them.
//
// What is said in a room is kept for those who enter it later [XEP-0045 §7.2.13], the newest so many of each room. The
// rows are in gateway/store/sqlite/rooms.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/incoming_mail.h"
#include "gateway/model/key_update.h"
#include "gateway/model/room.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway::rooms {

/// A stanza that was said in a room.
struct Said {
    std::int64_t number = 0;  // ascending in its room; set by the store
    Time when{};
    StanzaId stanza{};  // as which it stands in the room's archive
    std::string xml{};  // from the occupant, to nobody; sealed on disk
};

/// How many rooms an account has.
void count(Store&, AccountId, Store::Done<std::int64_t> done);
/// All rooms of an account, also those that its user has left.
void all(Store&, AccountId, Store::Done<std::vector<Room>> done);
/// The room with this local part of its JID.
void by_local(Store&, std::string local, Store::Done<std::optional<Room>> done);
/// The account's room of this group.
void of_group(Store&, AccountId, coi::Group::Kind, std::string group, Store::Done<std::optional<Room>> done);
/// The account's room in which one of these messages was said; nullopt for none.
void of_message(Store&, AccountId, std::vector<coi::MessageId>, Store::Done<std::optional<Room>> done);
/// The canonical address of the member who mailed this message to the room; "" if it is not known.
void author_of(Store&, const Room&, coi::MessageId, Store::Done<std::string> done);
/// The newest of what was said, oldest first.
void history(Store&, RoomId, std::size_t most, Store::Done<std::vector<Said>> done);

/// What a mail or an occupant says in a room, in one commit.
struct Take {
    Room room;                // as it is afterwards; without an id: it is made
    bool is_changed = false;  // members, names or encryption of an old one: it is saved
    std::vector<Said> said{};
    std::optional<ids::Known> known{};    // its row in the id map, under the room's `local` as the contact
    coi::MessageId proven{};              // a name that only this mail can have; "": it proves too little
    std::optional<queue::Entry> entry{};  // a mail to the members, or an invitation to the user
    std::optional<Cursor> cursor{};       // moves also if the mail is a duplicate
    std::optional<PeerKeyUpdate> key_update{};
    std::size_t kept = 0;  // how many of what was said the room keeps
};
struct Taken {
    bool is_duplicate = false;            // nothing was stored but the cursor
    Room room{};                          // with its id
    std::vector<Said> said{};             // with their numbers
    std::optional<queue::Entry> entry{};  // with its id
    KeyUpdateResult keys{};
};
void take(Store&, Take, Store::Done<Taken> done);

}  // namespace gateway::rooms
