// How members of a group are called in its room, and the ids by which clients tell them apart.
//
// [XEP-0045 §17.1] a nick is a resource; [XEP-0421 §3] an occupant id stays the same when the name changes.

#pragma once

#include <string>

#include "gateway/model/room.h"

namespace gateway::occupant {

/// Names the members that have no nick yet: by their display name; by their address where there is none, where another
/// member looks the same, or where it could be taken for another address. Costs up to 30 µs for each of them.
void name_members(Room&);
/// How many have none yet.
std::size_t unnamed(const Room&);
/// The member's nick; the address of somebody else.
std::string nick(const Room&, const coi::Address&);
/// What tells this occupant from all others. A keyed hash of it is the id that clients get, which says nothing of the
/// address.
std::string key(const Room&, const coi::Address&);
/// The member with this nick; nullptr for nobody.
const RoomMember* with_nick(const Room&, const std::string& nick);
/// The room's JID at this component, bare.
std::string room_jid(const Room&, const std::string& component);
/// A local part for a new room, which no address can have.
std::string mint_local();
/// Whether a JID's local part has this form.
bool is_local(const std::string&);

}  // namespace gateway::occupant
