// How members of a group are called in its room: by names that nobody could take for somebody else's.

#include "gateway/translate/occupant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::ElementsAre;

std::vector<std::string> nicks_of(std::vector<coi::Address> members, const std::string& user = "Alice") {
    Room room;
    room.user.address = {user, "alice", "example.org"};
    for (auto& each : members) room.others.push_back({std::move(each), {}, {}, {}});
    occupant::name_members(room);
    std::vector<std::string> nicks;
    for (const auto& each : room.others) nicks.push_back(each.nick);
    return nicks;
}

TEST(Occupant, HasTheMembersNameOrAddress) {
    EXPECT_THAT(nicks_of({{"Bob", "bob", "example.net"}, {"", "carol", "example.net"}}),
                ElementsAre("Bob", "carol@example.net"));
}

TEST(Occupant, OfTwoNamesThatLookTheSameOneIsTheAddress) {
    EXPECT_THAT(nicks_of({{"Bob", "bob", "example.net"}, {"B\u043eb", "b2", "example.net"}, {"Bob", "b3", "example.net"}}),
                ElementsAre("Bob", "b2@example.net", "b3@example.net"));
    EXPECT_THAT(nicks_of({{"Alice", "mallory", "example.net"}}), ElementsAre("mallory@example.net")) << "the user's";
}

TEST(Occupant, ANameThatIsAnAddressIsNone) {
    EXPECT_THAT(nicks_of({{"bob@example.net", "mallory", "example.net"}}), ElementsAre("mallory@example.net"));
}

TEST(Occupant, ANameThatIsNoResourceIsNone) {
    EXPECT_THAT(nicks_of({{std::string(2000, 'x'), "mallory", "example.net"}}), ElementsAre("mallory@example.net"));
}

TEST(Occupant, KeepsTheirName) {
    Room room;
    room.others = {{{"Bob", "bob", "example.net"}, {}, {}, {}}};
    occupant::name_members(room);
    room.others.push_back({{"Bob", "b2", "example.net"}, {}, {}, {}});
    EXPECT_EQ(occupant::unnamed(room), 1u);
    occupant::name_members(room);
    EXPECT_EQ(occupant::nick(room, {"", "BOB", "example.net"}), "Bob");
    EXPECT_EQ(occupant::nick(room, {"", "b2", "example.net"}), "b2@example.net");
    EXPECT_EQ(occupant::with_nick(room, "Bob")->address.local, "bob");
    EXPECT_EQ(occupant::with_nick(room, "Carol"), nullptr);
}

TEST(Occupant, RoomsHaveLocalPartsThatNoAddressHas) {
    const std::string local = occupant::mint_local();
    EXPECT_TRUE(occupant::is_local(local));
    EXPECT_NE(local, occupant::mint_local());
    EXPECT_FALSE(occupant::is_local("group.bob\\40example.net"));
    EXPECT_FALSE(occupant::is_local("group.bob%example.net"));
    EXPECT_FALSE(occupant::is_local("bob"));
}

}  // namespace
}  // namespace gateway
