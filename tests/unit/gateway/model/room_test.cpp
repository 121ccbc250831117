// A group converges in whatever order the mails of its members come, and nobody else changes it.

#include "gateway/model/room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gateway {
namespace {

using coi::Group;
using testing::ElementsAre;
using testing::IsEmpty;
using Seconds = std::chrono::sys_seconds;

Seconds at(int seconds) { return Seconds(std::chrono::seconds(seconds)); }
coi::Address address(const std::string& name) { return {"", name, "example.org"}; }
coi::GroupMember member(const std::string& name, std::optional<int> since = std::nullopt) {
    return {address(name), since ? std::optional(at(*since)) : std::nullopt, {}};
}

/// A mail of chatmail to these members, with the times of all.
Group with_times(std::vector<coi::GroupMember> members, std::vector<coi::GroupMember> past = {}) {
    Group group;
    group.kind = Group::Kind::chatmail;
    group.id = "Xk3_pQ9rT2w";
    group.name = "Sailing";
    group.members = std::move(members);
    group.past = std::move(past);
    group.has_times = true;
    return group;
}

Group without_times(Group::Kind kind, std::vector<coi::GroupMember> members) {
    Group group = with_times(std::move(members));
    group.kind = kind;
    if (kind == Group::Kind::people) group.id.clear();
    group.has_times = false;
    return group;
}

std::vector<std::string> members_of(const Room& room) {
    std::vector<std::string> names;
    for (const auto& each : room.others)
        if (each.is_in()) names.push_back(each.address.local);
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> names(const std::vector<coi::Address>& all) {
    std::vector<std::string> names;
    for (const auto& each : all) names.push_back(each.local);
    return names;
}

const coi::Address alice = address("alice"), bob = address("bob"), carol = address("carol"), dave = address("dave");

/// Alice's account, Bob and Carol.
Room sailing() { return room::begin(with_times({member("alice", 100), member("carol", 100)}), bob, alice, at(100)); }

TEST(Room, BeginsWithItsMembers) {
    const Room room = sailing();
    EXPECT_EQ(room.kind, Group::Kind::chatmail);
    EXPECT_EQ(room.group, "Xk3_pQ9rT2w");
    EXPECT_EQ(room.name, "Sailing");
    EXPECT_TRUE(room.user.is_in());
    EXPECT_EQ(room.user.added, at(100));
    EXPECT_THAT(members_of(room), ElementsAre("bob", "carol"));
}

TEST(Room, SomebodyIsAddedAndRemoved) {
    Room room = sailing();
    auto change =
        room::apply(room, with_times({member("alice", 100), member("carol", 100), member("dave", 200)}), bob, at(200));
    EXPECT_THAT(names(change.joined), ElementsAre("dave"));
    EXPECT_THAT(change.left, IsEmpty());
    change = room::apply(room, with_times({member("alice", 100), member("dave", 200)}, {member("carol", 300)}), bob,
                         at(300));
    EXPECT_THAT(names(change.left), ElementsAre("carol"));
    EXPECT_THAT(members_of(room), ElementsAre("bob", "dave"));
}

TEST(Room, ALateMailDoesNotBringBackWhoHasLeft) {
    Room room = sailing();
    room::apply(room, with_times({member("alice", 100)}, {member("carol", 300)}), bob, at(300));
    EXPECT_TRUE(room::apply(room, with_times({member("alice", 100), member("carol", 100)}), bob, at(400)).is_none());
    EXPECT_THAT(members_of(room), ElementsAre("bob"));
    const auto again = room::apply(room, with_times({member("alice", 100), member("carol", 500)}), bob, at(500));
    EXPECT_THAT(names(again.joined), ElementsAre("carol")) << "added anew";
}

TEST(Room, OfOneSecondAddedHolds) {
    Room room = sailing();
    room::apply(room, with_times({member("alice", 100)}, {member("carol", 300)}), bob, at(300));
    room::apply(room, with_times({member("alice", 100), member("carol", 300)}), bob, at(300));
    EXPECT_THAT(members_of(room), ElementsAre("bob", "carol"));
}

TEST(Room, WhoLeavesSaysSoThemselves) {
    Room room = sailing();
    Group left = with_times({member("alice", 100), member("bob", 100)});
    left.removed = member("carol");
    EXPECT_THAT(names(room::apply(room, left, carol, at(300)).left), ElementsAre("carol"));
}

TEST(Room, TheUserIsRemovedAndAddedAgain) {
    Room room = sailing();
    EXPECT_TRUE(room::apply(room, with_times({member("carol", 100)}, {member("alice", 300)}), bob, at(300)).user_left);
    EXPECT_FALSE(room.user.is_in());
    const auto again = room::apply(room, with_times({member("alice", 400), member("carol", 100)}), bob, at(400));
    EXPECT_TRUE(again.user_joined);
}

TEST(Room, NobodyElseChangesIt) {
    Room room = sailing();
    const Room before = room;
    Group forged = with_times({member("alice", 100), member("dave", 200)}, {member("bob", 200), member("carol", 200)});
    forged.former_name = "Sailing";
    forged.name = "Mine";
    EXPECT_TRUE(room::apply(room, forged, dave, at(200)).is_refused);
    EXPECT_EQ(room, before);
}

TEST(Room, TimesThatLieAheadDoNotHoldForEver) {
    Room room = sailing();
    room::apply(room, with_times({member("alice", 100)}, {member("carol", 2'000'000'000)}), bob, at(300));
    room::apply(room, with_times({member("alice", 100), member("carol", 400)}), bob, at(400));
    EXPECT_THAT(members_of(room), ElementsAre("bob", "carol"));
}

TEST(Room, WithoutTimesOnlyWhatIsSaidCounts) {
    for (const auto kind : {Group::Kind::chatmail, Group::Kind::coi}) {
        Room room = room::begin(without_times(kind, {member("alice"), member("carol")}), bob, alice, at(100));
        EXPECT_TRUE(room::apply(room, without_times(kind, {member("alice")}), bob, at(200)).is_none()) << "an aside";
        EXPECT_TRUE(
            room::apply(room, without_times(kind, {member("alice"), member("carol"), member("dave")}), bob, at(200))
                .is_none());
        Group adds = without_times(kind, {member("alice"), member("carol"), member("dave")});
        adds.added = member("dave");
        EXPECT_THAT(names(room::apply(room, adds, bob, at(300)).joined), ElementsAre("dave"));
        Group leaves = without_times(kind, {member("alice")});
        leaves.removed = member("dave");
        EXPECT_THAT(names(room::apply(room, leaves, dave, at(400)).left), ElementsAre("dave"));
        EXPECT_TRUE(room::apply(room, adds, bob, at(300)).is_none()) << "older than the leave";
    }
}

TEST(Room, PeopleAreAddedByAFurtherAddress) {
    Room room =
        room::begin(without_times(Group::Kind::people, {member("alice"), member("carol")}), bob, alice, at(100));
    const auto change =
        room::apply(room, without_times(Group::Kind::people, {member("alice"), member("dave")}), bob, at(200));
    EXPECT_THAT(names(change.joined), ElementsAre("dave"));
    EXPECT_THAT(change.left, IsEmpty());
}

TEST(Room, TheNewestNameHolds) {
    Room room = sailing();
    Group renamed = with_times({member("alice", 100), member("carol", 100)});
    renamed.name = "Boats";
    renamed.named = at(300);
    renamed.former_name = "Sailing";
    EXPECT_EQ(room::apply(room, renamed, bob, at(300)).former_name, "Sailing");
    renamed.name = "Ships";
    renamed.named = at(200);
    EXPECT_TRUE(room::apply(room, renamed, carol, at(400)).is_none()) << "an older one that came later";
    EXPECT_EQ(room.name, "Boats");
    renamed.named = at(300);
    EXPECT_TRUE(room::apply(room, renamed, carol, at(400)).is_none()) << "of one second the lesser";
    renamed.name = "Anchors";
    EXPECT_EQ(room::apply(room, renamed, carol, at(400)).former_name, "Boats");
}

TEST(Room, ANameThatNobodyGaveChangesNothing) {
    Room room = sailing();
    Group other = with_times({member("alice", 100), member("carol", 100)});
    other.name = "Other";
    EXPECT_TRUE(room::apply(room, other, bob, at(300)).is_none());
}

TEST(Room, TheSubjectIsTheNameOfACoiGroup) {
    Room room = room::begin(without_times(Group::Kind::coi, {member("alice"), member("carol")}), bob, alice, at(100));
    Group renamed = without_times(Group::Kind::coi, {member("alice"), member("carol")});
    renamed.name = "My Crew";
    EXPECT_EQ(room::apply(room, renamed, bob, at(200)).former_name, "Sailing");
    renamed.name.clear();
    EXPECT_TRUE(room::apply(room, renamed, bob, at(300)).is_none());
}

TEST(Room, ADescriptionIsTold) {
    Room room = sailing();
    Group said = with_times({member("alice", 100), member("carol", 100)});
    said.description = "Every Sunday";
    said.described = at(200);
    EXPECT_TRUE(room::apply(room, said, bob, at(200)).is_described);
    EXPECT_EQ(room.description, "Every Sunday");
    EXPECT_TRUE(room::apply(room, said, bob, at(300)).is_none());
}

TEST(Room, ForgetsWhoLeftLongAgo) {
    Room room = sailing();
    room::apply(room, with_times({member("alice", 100)}, {member("carol", 300)}), bob, at(300));
    room::forget_tombstones(room, at(300) + room::tombstone_age);
    EXPECT_EQ(room.others.size(), 2u);
    room::forget_tombstones(room, at(301) + room::tombstone_age);
    EXPECT_EQ(room.others.size(), 1u);
}

TEST(Room, AnAnswerToFewerPeopleIsAnAside) {
    const Room room =
        room::begin(without_times(Group::Kind::coi, {member("alice"), member("carol")}), bob, alice, at(100));
    EXPECT_TRUE(room::is_aside(room, without_times(Group::Kind::coi, {member("alice")}), bob));
    EXPECT_FALSE(room::is_aside(room, without_times(Group::Kind::coi, {member("alice"), member("carol")}), bob));
    EXPECT_FALSE(room::is_aside(sailing(), with_times({member("alice", 100)}), bob)) << "chatmail says its group";
}

TEST(Room, HasALimit) {
    Group crowd = with_times({member("alice", 100)});
    for (std::size_t i = 0; i < coi::most_group_members; ++i)
        crowd.members.push_back(member("m" + std::to_string(i), 100));
    Room room = room::begin(crowd, bob, alice, at(100));
    EXPECT_EQ(room.others.size(), coi::most_group_members);
    Group more = with_times({member("alice", 100), member("zoe", 200)});
    EXPECT_TRUE(room::apply(room, more, bob, at(200)).is_none());
}

/// Bob's and Carol's mails, each of which says when others came and went.
TEST(Room, ChangesConvergeInAnyOrder) {
    std::mt19937 dice(7);
    const std::vector<std::string> people{"dave", "erin", "frank"};
    for (int round = 0; round < 300; ++round) {
        std::vector<Group> mails;
        for (int i = 0; i < 6; ++i) {
            Group group = with_times({member("alice", 100)});
            for (const auto& each : people) {
                if (dice() % 3 == 0)
                    group.members.push_back(member(each, static_cast<int>(dice() % 8)));
                else if (dice() % 2 == 0)
                    group.past.push_back(member(each, static_cast<int>(dice() % 8)));
            }
            group.name = dice() % 2 == 0 ? "Boats" : "Ships";
            group.named = at(static_cast<int>(1 + dice() % 4));
            mails.push_back(std::move(group));
        }
        std::vector<Room> ends;
        for (int order = 0; order < 4; ++order) {
            std::ranges::shuffle(mails, dice);
            Room room = sailing();
            for (std::size_t i = 0; i < mails.size(); ++i)
                room::apply(room, mails[i], i % 2 == 0 ? bob : carol, at(1000));
            ends.push_back(std::move(room));
        }
        for (const Room& end : ends) {
            EXPECT_EQ(members_of(end), members_of(ends.front())) << "round " << round;
            EXPECT_EQ(end.name, ends.front().name) << "round " << round;
        }
    }
}

}  // namespace
}  // namespace gateway
