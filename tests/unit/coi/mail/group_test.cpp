// Groups as COI's specification shows them and as Delta Chat writes them.

#include "coi/mail/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coi {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::IsEmpty;

std::optional<Group> group_in(const std::string& fields) {
    const auto mail = parse("From: Alice <alice@example.com>\r\n" + fields + "\r\nHi\r\n");
    EXPECT_TRUE(mail);
    return read_group(*mail);
}

std::vector<std::string> addresses(const std::vector<GroupMember>& members) {
    std::vector<std::string> all;
    for (const auto& each : members) all.push_back(each.address.canonical());
    return all;
}

sys_seconds at(int seconds_) { return sys_seconds(seconds(seconds_)); }

TEST(Group, CoiSendingAChatMessageToAGroup) {
    const auto group = group_in(
        "To: alice@example.com; bob@example.com\r\nSubject: My Crew\r\n"
        "Message-ID: <chat$group.4321dcba1234.S2571BC.2878&8@sample.com> \r\n"
        "References: <chat$group.4321dcba1234.434571BC.89A707D2@sample.com> \r\nChat-Version: 1.0\r\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->kind, Group::Kind::coi);
    EXPECT_EQ(group->id, "4321dcba1234");
    EXPECT_EQ(group->name, "My Crew");
    EXPECT_THAT(addresses(group->members), ElementsAre("alice@example.com", "bob@example.com"));
}

TEST(Group, CoiIsAnsweredByOtherPrograms) {
    const auto group = group_in(
        "To: bob@example.com\r\nSubject: AW: Re: My Crew\r\nMessage-ID: <1@other.example>\r\n"
        "References: <chat$group.4321dcba1234.434571BC.89A707D2@sample.com> <2@other.example>\r\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->id, "4321dcba1234");
    EXPECT_EQ(group->name, "My Crew");
}

TEST(Group, CoiGroupParticipantLeftMessage) {
    const auto group = group_in(
        "To: carrol@example.com; dean@example.com;\r\nSubject: My Crew\r\n"
        "Message-ID: <chat$group.1234abcd4321.Asd23212.A2328@example.com>\r\n"
        "Chat-Version: 1.0\r\nChat-Content: groupleft\r\n");
    ASSERT_TRUE(group && group->removed);
    EXPECT_EQ(group->removed->address.canonical(), "alice@example.com");
}

TEST(Group, OnlyTheFirstReferenceNamesIt) {
    EXPECT_EQ(group_in("To: bob@example.com\r\nMessage-ID: <1@o.example>\r\n"
                       "References: <2@o.example> <chat$group.4321dcba1234.434571BC@sample.com>\r\n"),
              std::nullopt);
}

TEST(Group, IdsAreCaseSensitiveAndPlain) {
    EXPECT_EQ(group_id_of({"chat$group.aBc.x@example.org"}), "aBc");
    for (const char* none : {"chat$group.@example.org", "chat$group..x@example.org", "chat$group.abc@example.org",
                             "CHAT$group.abc.x@example.org", "chat$group.a b.x@example.org", "chat$group.abc"})
        EXPECT_EQ(group_id_of({none}), "") << none;
    EXPECT_FALSE(is_group_id(std::string(65, 'a')));
    EXPECT_EQ(group_id_of(mint_in_group("4321dcba1234", "example.org")), "4321dcba1234");
    EXPECT_TRUE(is_chat(mint_in_group("4321dcba1234", "example.org")));
}

const std::string chatmail =
    "To: <bob@example.org>, <carol@example.org>\r\nChat-Version: 1.0\r\nChat-Group-ID: Xk3_pQ9rT2w\r\n"
    "Chat-Group-Name: Sailing\r\nChat-Group-Name-Timestamp: 1700000000\r\n"
    "Chat-Group-Past-Members: <dave@example.org>\r\nChat-Group-Member-Timestamps: 1 2 3\r\n"
    "Chat-Group-Member-Fpr: AAAA BBBB CCCC\r\n";

TEST(Group, ChatmailSaysWhenEachCameAndLeft) {
    const auto group = group_in(chatmail);
    ASSERT_TRUE(group);
    EXPECT_EQ(group->kind, Group::Kind::chatmail);
    EXPECT_EQ(group->id, "Xk3_pQ9rT2w");
    EXPECT_EQ(group->name, "Sailing");
    EXPECT_EQ(group->named, at(1700000000));
    EXPECT_EQ(group->former_name, "");
    EXPECT_TRUE(group->has_times);
    ASSERT_THAT(addresses(group->members), ElementsAre("bob@example.org", "carol@example.org"));
    EXPECT_EQ(group->members[1].since, at(2));
    EXPECT_EQ(group->members[1].fingerprint, "BBBB");
    ASSERT_THAT(addresses(group->past), ElementsAre("dave@example.org"));
    EXPECT_EQ(group->past[0].since, at(3));
    EXPECT_EQ(group->past[0].fingerprint, "CCCC");
}

TEST(Group, ChatmailTellsChanges) {
    const auto added = group_in(chatmail + "Chat-Group-Member-Added: carol@example.org\r\n");
    ASSERT_TRUE(added && added->added);
    EXPECT_EQ(added->added->address.canonical(), "carol@example.org");
    const auto removed =
        group_in(chatmail +
                 "Chat-Group-Member-Removed: dave@example.org\r\nChat-Group-Member-Removed-Fpr: CCCC\r\n"
                 "Chat-Group-Member-Added: carol@example.org\r\n");
    ASSERT_TRUE(removed && removed->removed);
    EXPECT_EQ(removed->removed->fingerprint, "CCCC");
    EXPECT_FALSE(removed->added) << "one change in a mail";
    EXPECT_EQ(group_in(chatmail + "Chat-Group-Name-Changed: Boats\r\n")->former_name, "Boats");
    const auto described = group_in(chatmail +
                                    "Chat-Group-Description: Every Sunday\r\n"
                                    "Chat-Group-Description-Timestamp: 5\r\n"
                                    "Chat-Group-Description-Changed: 1\r\n");
    EXPECT_EQ(described->description, "Every Sunday");
    EXPECT_EQ(described->described, at(5));
    EXPECT_TRUE(described->is_described);
}

TEST(Group, TimesThatDoNotFitTheMembersAreNotRead) {
    for (const char* times : {"1 2", "1 2 3 4", "1 2 x", "1 2 -3", "1 2 99999999999999", "1 2 3.5"}) {
        std::string fields = chatmail;
        fields.replace(fields.find("1 2 3\r"), 5, times);
        const auto group = group_in(fields);
        ASSERT_TRUE(group);
        EXPECT_FALSE(group->has_times) << times;
        EXPECT_EQ(group->members[0].since, std::nullopt) << times;
    }
}

TEST(Group, TimesBelongToTheirPlaceThoughAnAddressStandsTwice) {
    const auto group = group_in(
        "To: bob@example.org, BOB@example.org, carol@example.org\r\nChat-Group-ID: Xk3_pQ9rT2w\r\n"
        "Chat-Group-Name: Sailing\r\nChat-Group-Member-Timestamps: 1 2 3\r\n");
    ASSERT_TRUE(group && group->has_times);
    ASSERT_THAT(addresses(group->members), ElementsAre("bob@example.org", "carol@example.org"));
    EXPECT_EQ(group->members[1].since, at(3));
}

TEST(Group, PeopleOfToAndCc) {
    const auto group = group_in("To: bob@example.org\r\nCc: carol@example.org\r\nSubject: Re: Lunch\r\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->kind, Group::Kind::people);
    EXPECT_EQ(group->id, "");
    EXPECT_EQ(group->name, "Lunch");
    EXPECT_THAT(addresses(group->members), ElementsAre("bob@example.org", "carol@example.org"));
    EXPECT_EQ(group_in("To: bob@example.org\r\nSubject: Lunch\r\n"), std::nullopt);
    EXPECT_EQ(group_in("To: bob@example.org, Bob <bob@example.org>\r\n"), std::nullopt) << "one person";
}

TEST(Group, AnIdThatIsNoneIsNoGroupOfChatmail) {
    const auto group = group_in("To: b@x.example, c@x.example\r\nChat-Group-ID: a b\r\nChat-Group-Name: Sailing\r\n");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->kind, Group::Kind::people);
    EXPECT_EQ(group->name, "Sailing");
}

TEST(Group, IsReadAsItWasWritten) {
    Group group = group_in(chatmail + "Chat-Group-Name-Changed: Boats\r\n").value();
    group.description = "Every Sunday";
    group.described = at(5);
    group.added = GroupMember{group.members[1].address, {}, "BBBB"};
    Message mail;
    mail.from = {Address{"", "alice", "example.com"}};
    write_group(group, mail);
    EXPECT_EQ(read_group(mail), group);
    const auto printed = print(mail);
    ASSERT_TRUE(printed);
    EXPECT_EQ(read_group(*parse(*printed)), group);
}

TEST(Group, OfCoiIsWrittenInIdAndSubject) {
    Group group;
    group.kind = Group::Kind::coi;
    group.id = "4321dcba1234";
    group.name = "My Crew";
    group.members = {{Address{"", "bob", "example.org"}, {}, {}}, {Address{"", "carol", "example.org"}, {}, {}}};
    Message mail;
    mail.id = mint_in_group(group.id, "example.com");
    mail.from = {Address{"", "alice", "example.com"}};
    write_group(group, mail);
    EXPECT_EQ(read_group(mail), group);
    EXPECT_THAT(mail.headers, IsEmpty());
}

}  // namespace
}  // namespace coi
