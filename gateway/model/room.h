// A group of mail as one account knows it: who is in it, what it is called, and how the mails of its members change it.
//
// What a mail says is coi::Group. The changes of all members converge in whatever order their mails arrive, as in
// chatmail: of each member the later of "was added" and "has left" holds, of the name and the description the newest.
// Who has left stays known for a while, so that a late mail does not bring them back. Only a member changes a group.
// Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coi/mail/group.h"
#include "gateway/model/event.h"

namespace gateway {

/// The database key of a room.
enum class RoomId : std::int64_t {};

struct RoomMember {
    coi::Address address;
    std::chrono::sys_seconds added{}, left{};  // 0: not known when, or never
    std::string fingerprint{};                 // of the key by which they are a member, in hex; "": by their address
    std::string nick{};                        // in the room (translate/occupant); it stays the same. "": not given yet
    std::uint32_t looks = 0;                   // nick_hash of it, where it is no address
    bool is_in() const { return added >= left; }
    bool operator==(const RoomMember&) const = default;
};

struct Room {
    RoomId id{};
    AccountId account{};
    std::string local;  // of its JID; of our own minting
    coi::Group::Kind kind = coi::Group::Kind::people;
    std::string group;  // its id in mail; of people the Message-ID with which it began
    std::string name, description;
    std::chrono::sys_seconds named{}, described{};  // 0: as it was from its beginning
    RoomMember user;                                // the account's own address
    std::vector<RoomMember> others;                 // also who has left, as long as it matters
    bool is_encrypted = false;                      // what was said last came encrypted: so leave the answers
    coi::MessageId last{};                          // what was said last, in mail
    bool operator==(const Room&) const = default;
};

/// What one mail has changed.
struct RoomChange {
    std::vector<coi::Address> joined, left;  // without the user
    std::optional<std::string> former_name{};
    bool is_described = false;
    bool user_joined = false, user_left = false;
    bool is_refused = false;  // its author is no member: nothing was changed
    bool operator==(const RoomChange&) const = default;
    bool is_none() const { return *this == RoomChange{}; }
};

namespace room {

/// How long it is known who has left.
inline constexpr std::chrono::days tombstone_age{60};

/// The member with this address, also one who has left; nullptr for nobody. Asks each member.
const RoomMember* find(const Room&, const coi::Address&);
/// Whether the address is one of a member.
bool has(const Room&, const coi::Address&);
/// A room that the account learns of by this mail. Its id and its `local` are left to the caller.
Room begin(const coi::Group&, const coi::Address& author, const coi::Address& user, std::chrono::sys_seconds sent);
/// What a mail of this author changes. `sent`: its Date, never later than now.
RoomChange apply(Room&, const coi::Group&, const coi::Address& author, std::chrono::sys_seconds sent);
/// Forgets who has left long ago.
void forget_tombstones(Room&, std::chrono::sys_seconds now);
/// Whether a mail to these is a word aside, to some members only, and not to the room [COI-C "Processing Group
/// Participants Changes"].
bool is_aside(const Room&, const coi::Group&, const coi::Address& author);

}  // namespace room

}  // namespace gateway
