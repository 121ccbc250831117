// Rooms on disk. Names and members are sealed as one text, and so is each stanza that was said; rows go with their
// account.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/store/rooms.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::rooms {

/// Returns the new room's id. Its `local` must not be in use.
RoomId insert(Database&, const Room&);
/// Writes the state of a room that is there.
void save(Database&, const Room&);
/// Writes Room::last.
void note_last(Database&, RoomId, const coi::MessageId&);
std::int64_t count(Database&, AccountId);
std::vector<Room> all(Database&, AccountId);
std::optional<Room> by_local(Database&, const std::string& local);
std::optional<Room> of_group(Database&, AccountId, coi::Group::Kind, const std::string& group);

/// Returns its number.
std::int64_t put(Database&, RoomId, const Said&);
std::vector<Said> history(Database&, RoomId, std::size_t most);
/// Removes all but the newest.
void trim(Database&, RoomId, std::size_t kept);

/// Seals all rooms, and all that was said, with the current key.
void seal_rooms_anew(Database&, Sealed before);

}  // namespace gateway::rooms
