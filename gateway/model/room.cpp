// See room.h.

#include "gateway/model/room.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace gateway::room {
namespace {

using Kind = coi::Group::Kind;
using Seconds = std::chrono::sys_seconds;

/// The members by their canonical addresses, while a mail of many is read.
class Members {
  public:
    explicit Members(Room& room) : room_(room) {
        for (std::size_t i = 0; i < room.others.size(); ++i) places_.emplace(room.others[i].address.canonical(), i);
        user_ = room.user.address.canonical();
    }
    RoomMember* find(const std::string& canonical) {
        if (canonical == user_) return &room_.user;
        const auto found = places_.find(canonical);
        return found == places_.end() ? nullptr : &room_.others[found->second];
    }
    /// Somebody who is met for the first time has neither been added nor left, until the mail says it. nullptr: there
    /// are too many.
    RoomMember* find_or_add(const coi::GroupMember& one) {
        const std::string canonical = one.address.canonical();
        RoomMember* known = find(canonical);
        if (known == nullptr) {
            if (room_.others.size() >= coi::most_group_members) return nullptr;
            places_.emplace(canonical, room_.others.size());
            known = &room_.others.emplace_back(RoomMember{one.address, {}, {}, {}});
        }
        if (known->nick.empty() && known->address.name.empty()) known->address.name = one.address.name;
        if (!one.fingerprint.empty()) known->fingerprint = one.fingerprint;
        return known;
    }

  private:
    Room& room_;
    std::string user_;
    std::unordered_map<std::string, std::size_t> places_;
};

/// [chatmail] The same time says "added" rather than "left".
void add(Members& members, const coi::GroupMember& one, Seconds when) {
    RoomMember* member = members.find_or_add(one);
    if (member != nullptr && when > member->added && when >= member->left) member->added = when;
}

/// Somebody of whom nothing but their leaving is told was no member before.
void remove(Members& members, const coi::GroupMember& one, Seconds when) {
    RoomMember* member = when == Seconds() ? members.find(one.address.canonical()) : members.find_or_add(one);
    if (member != nullptr && when > member->left && when > member->added) member->left = when;
}

/// What the author's list says of the others. Of the author it says nothing new: they write, so they are in.
void take_times(Members& members, const coi::Group& group, const std::string& author) {
    for (const auto& each : group.members)
        if (each.since && each.address.canonical() != author) add(members, each, *each.since);
    for (const auto& each : group.past)
        if (each.since && each.address.canonical() != author) remove(members, each, *each.since);
}

/// Which of two names of one second holds must be the same for all: the lesser [chatmail].
bool takes_name(const Room& room, const coi::Group& group, Seconds when) {
    if (group.name.empty() || (group.kind == Kind::chatmail && group.former_name.empty() && !group.named)) return false;
    return std::pair(room.named, std::string_view(group.name)) < std::pair(when, std::string_view(room.name));
}

bool takes_description(const Room& room, const coi::Group& group, Seconds when) {
    return group.description && std::pair(room.described, std::string_view(room.description)) <
                                    std::pair(when, std::string_view(*group.description));
}

/// The same words at a later time count, too: what somebody else said in between comes later.
void take_words(Room& room, const coi::Group& group, Seconds sent, RoomChange& change) {
    const Seconds named = std::min(group.named.value_or(sent), sent);
    if (room.kind != Kind::people && takes_name(room, group, named)) {
        if (group.name != room.name) change.former_name = room.name;
        room.name = group.name;
        room.named = named;
    }
    const Seconds described = std::min(group.described.value_or(sent), sent);
    if (takes_description(room, group, described)) {
        change.is_described = *group.description != room.description;
        room.description = *group.description;
        room.described = described;
    }
}

/// Times that lie ahead would hold for ever.
coi::Group until(coi::Group group, Seconds sent) {
    for (auto* list : {&group.members, &group.past}) {
        for (auto& each : *list)
            if (each.since) each.since = std::min(*each.since, sent);
    }
    return group;
}

void take_members(Room& room, const coi::Group& group, const std::string& author, Seconds sent) {
    Members members(room);
    if (group.has_times) take_times(members, group, author);
    if (group.added && !group.has_times) add(members, *group.added, sent);
    if (group.removed && !(group.has_times && group.removed->address.canonical() != author))
        remove(members, *group.removed, sent);
    // A program that knows no groups adds somebody by a further address; it takes nobody away by leaving them out.
    if (room.kind == Kind::people && group.kind == Kind::people) {
        for (const auto& each : group.members)
            if (members.find(each.address.canonical()) == nullptr) add(members, each, sent);
    }
}

}  // namespace

const RoomMember* find(const Room& room, const coi::Address& address) {
    const std::string name = address.canonical();
    if (room.user.address.canonical() == name) return &room.user;
    const auto known =
        std::ranges::find_if(room.others, [&](const auto& each) { return each.address.canonical() == name; });
    return known == room.others.end() ? nullptr : &*known;
}

bool has(const Room& room, const coi::Address& address) {
    const RoomMember* member = find(room, address);
    return member != nullptr && member->is_in();
}

Room begin(const coi::Group& said, const coi::Address& author, const coi::Address& user, Seconds sent) {
    const coi::Group group = until(said, sent);
    Room room;
    room.kind = group.kind;
    room.group = group.id;
    room.name = group.name;
    if (group.named) room.named = std::min(*group.named, sent);
    room.description = group.description.value_or("");
    if (group.described) room.described = std::min(*group.described, sent);
    room.user.address = user;
    Members members(room);
    add(members, coi::GroupMember{author, {}, {}}, {});
    for (const auto& each : group.members) add(members, each, each.since.value_or(Seconds()));
    for (const auto& each : group.past)
        if (each.since) remove(members, each, *each.since);
    return room;
}

RoomChange apply(Room& room, const coi::Group& said, const coi::Address& author, Seconds sent) {
    RoomChange change;
    if (room.user.is_in() && !has(room, author)) {
        change.is_refused = true;
        return change;
    }
    const Room before = room;
    const coi::Group group = until(said, sent);
    take_members(room, group, author.canonical(), sent);
    take_words(room, group, sent, change);
    for (std::size_t i = 0; i < room.others.size(); ++i) {  // who was known before has the same place
        const RoomMember& each = room.others[i];
        const bool was_in = i < before.others.size() && before.others[i].is_in();
        if (each.is_in() && !was_in) change.joined.push_back(each.address);
        if (!each.is_in() && was_in) change.left.push_back(each.address);
    }
    // While the user is out, their room hears of changes only by those that bring them back.
    if (!before.user.is_in() && !room.user.is_in()) {
        room = before;
        change = {};
        change.is_refused = true;
        return change;
    }
    change.user_joined = room.user.is_in() && !before.user.is_in();
    change.user_left = !room.user.is_in() && before.user.is_in();
    return change;
}

void forget_tombstones(Room& room, Seconds now) {
    std::erase_if(room.others,
                  [&](const RoomMember& each) { return !each.is_in() && now - each.left > tombstone_age; });
}

bool is_aside(const Room& room, const coi::Group& group, const coi::Address& author) {
    if (group.kind == Kind::chatmail || (room.kind == Kind::coi && group.kind == Kind::coi && group.removed))
        return false;
    std::set<std::string> readers{author.canonical()};
    for (const auto& each : group.members) readers.insert(each.address.canonical());
    return std::ranges::any_of(room.others, [&](const RoomMember& each) {
        return each.is_in() && !readers.contains(each.address.canonical());
    });
}

}  // namespace gateway::room
