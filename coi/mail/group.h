// What a mail says about the group that it was sent to: which one, who is in it, and what the mail changes.
//
// chatmail: the fields Chat-Group-* [chatmail]. COI: the group's id stands in the Message-ID, and for programs that do
// not know groups in the first of the References; the Subject is its name [COI-C "Group Messages"]. Any other mail to
// several people is a conversation of these people. Nothing here is proven: who may change a group is decided where the
// group is known (gateway/model/room). Left out: groups of mailing lists, and COI's part `groupinfo`.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/address.h"
#include "coi/message.h"

namespace coi {

struct GroupMember {
    Address address;
    std::optional<std::chrono::sys_seconds> since{};  // of a member: was added; of a past one: has left
    std::string fingerprint{};                        // of the key by which they are a member, in hex; "": not said
    bool operator==(const GroupMember&) const = default;
};

struct Group {
    enum class Kind {
        chatmail,
        coi,
        people  // of To and Cc, without an id
    };
    Kind kind = Kind::people;
    std::string id;                                   // case-sensitive, [0-9A-Za-z_-]; "" for people
    std::string name;                                 // one line; "": the mail does not say
    std::optional<std::chrono::sys_seconds> named{};  // when it got this name
    std::string former_name{};                        // the mail tells people that it was called so; "" if it does not
    std::optional<std::string> description{};
    std::optional<std::chrono::sys_seconds> described{};
    bool is_described = false;           // the mail tells people of the new description
    std::vector<GroupMember> members{};  // To, then Cc: all who got it, each address once
    std::vector<GroupMember> past{};
    bool has_times = false;  // the times of all members and past ones are known
    std::optional<GroupMember> added{}, removed{};
    bool operator==(const Group&) const = default;
};

/// How many members are read.
inline constexpr std::size_t most_group_members = 1000;

/// Whether it may be the id of a group.
bool is_group_id(std::string_view);
/// The group's id in a Message-ID of COI: "chat$group.ID.…@…"; "" if it has none.
std::string_view group_id_of(const MessageId&);
/// A fresh Message-ID of COI with the group's id.
MessageId mint_in_group(std::string_view group_id, std::string_view domain);

/// nullopt: the mail went to one person at most, and has no group's id.
std::optional<Group> read_group(const Message&);
/// Sets To and the fields of `kind` in a mail that has none of them. `members` go to To; To and Cc were empty.
void write_group(const Group&, Message&);

}  // namespace coi
