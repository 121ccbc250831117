// What a user says in a room leaves as one mail to all members, protected as the group is, or not at all.

#include "gateway/pipeline/room_outgoing.h"

#include <gmock/gmock.h>

#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/operations.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct RoomOutgoingTest : testing::Test, Operations {
    FakeStream stream;
    FakeOutlet to_mail;
    FakeAudience audience;
    Turns turns;
    Workers workers{1, loop.post()};
    AccountId user = with_address("alina@jabber.example");
    Directory directory{store};
    OpenPgp openpgp{directory, store, workers, {}};
    GroupEncryption encryption{directory, store, workers, openpgp};
    RoomOutgoing outgoing{{directory, store, encryption, to_mail, stream, audience, turns,
                           [] { return Time(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1)); }},
                          {"coi.jabber.example"}};
    Room room = made(coi::Group::Kind::coi);

    AccountId with_address(const std::string& jid) {
        Account account;
        account.jid = jid;
        account.kind = Account::Kind::mailbox;
        account.address = {"", "alice", "example.org"};
        return wait<AccountId>([&](auto done) { accounts::save(store, account, {}, done); });
    }
    Room made(coi::Group::Kind kind, bool is_encrypted = false) {
        Room one;
        one.account = user;
        one.local = "group." + std::to_string(static_cast<int>(kind));
        one.kind = kind;
        one.group = "4321dcba1234";
        one.name = "My Crew";
        one.is_encrypted = is_encrypted;
        one.user.address = {"", "alice", "example.org"};
        one.others = {{{"Bob", "bob", "example.net"}, {}, {}, {}}, {{"", "carol", "example.net"}, {}, {}, {}}};
        rooms::Take what;
        what.room = one;
        what.is_changed = true;
        return wait<rooms::Taken>([&](auto done) { rooms::take(store, std::move(what), std::move(done)); }).room;
    }
    void through() {
        for (int i = 0; i < 12; ++i) loop.flush(store);
    }
    void says(const std::string& inside, const std::string& attributes = "type='groupchat' id='c1'") {
        outgoing.take(*xmpp::parse_stanza("<message from='alina@jabber.example/phone' to='" + room.local +
                                          "@coi.jabber.example' " + attributes + ">" + inside + "</message>"),
                      "me");
        through();
    }
    void asks(const std::string& item) {
        outgoing.take_changes(*xmpp::parse_stanza(
            "<iq type='set' id='q' from='alina@jabber.example/phone' to='" + room.local +
            "@coi.jabber.example'><query xmlns='http://jabber.org/protocol/muc#admin'>" + item + "</query></iq>"));
        through();
    }
    coi::Message mail(std::size_t which = 0) { return coi::parse(to_mail.entries.at(which).payload).value(); }
    Room now() {
        return wait<std::optional<Room>>([&](auto done) { rooms::by_local(store, room.local, done); }).value();
    }
    std::string error() {
        if (stream.sent.empty()) return "";
        const auto found = xmpp::error_of(*stream.sent.back());
        return found ? found->condition + ": " + found->text : "";
    }
};

TEST_F(RoomOutgoingTest, OneMailGoesToAllAndTheRoomSaysItBack) {
    says(
        "<body>Hi gang</body><x xmlns='x:y'/><stanza-id xmlns='urn:xmpp:sid:0' id='forged' "
        "by='group.1@coi.jabber.example'/>");
    ASSERT_THAT(to_mail.entries, SizeIs(1));
    EXPECT_EQ(to_mail.entries[0].to, "bob@example.net");
    EXPECT_THAT(to_mail.entries[0].also, ElementsAre("carol@example.net"));
    EXPECT_EQ(to_mail.entries[0].contact, room.local);
    const auto sent = mail();
    EXPECT_EQ(sent.text, "Hi gang");
    EXPECT_EQ(sent.subject, "My Crew");
    EXPECT_THAT(sent.to, SizeIs(2));
    EXPECT_EQ(coi::read_group(sent)->id, "4321dcba1234");
    EXPECT_EQ(coi::group_id_of(sent.references.at(0)), "4321dcba1234") << "for answers of other programs";
    ASSERT_THAT(audience.heard, SizeIs(1));
    const auto& said = audience.heard[0].xml;
    EXPECT_THAT(said, HasSubstr("from='" + room.local + "@coi.jabber.example/me'"));
    EXPECT_THAT(said, HasSubstr("id='c1'"));
    EXPECT_THAT(said, testing::Not(HasSubstr("forged")));
    EXPECT_THAT(said, testing::Not(HasSubstr("alina")));
}

TEST_F(RoomOutgoingTest, InAnEncryptedGroupNothingLeavesReadable) {
    room = made(coi::Group::Kind::chatmail, true);
    says("<body>A secret</body>");
    loop.run_until([this] { return !stream.sent.empty(); });  // after the workers
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_THAT(audience.heard, IsEmpty());
    EXPECT_THAT(
        error(),
        HasSubstr("not-acceptable: This message was not sent: the group is encrypted, and no key of bob@example.net"));
}

TEST_F(RoomOutgoingTest, AnAccountThatMustEncryptSendsNothingReadable) {
    Account account = *directory.find(user);
    account.policy = Policy::require;
    directory.save(account, [](const auto&, auto) {});
    through();
    says("<body>A secret</body>");
    loop.run_until([this] { return !stream.sent.empty(); });  // after the workers
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_THAT(error(), HasSubstr("not-acceptable"));
}

TEST_F(RoomOutgoingTest, WhatItsClientEncryptedIsRefused) {
    says("<body>[OMEMO]</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>");
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_THAT(audience.heard, IsEmpty());
    EXPECT_NE(error(), "");
}

TEST_F(RoomOutgoingTest, TheKeyOfAFileDoesNotLeave) {
    says(
        "<body>aesgcm://files.example/"
        "f#00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0011223344556677</body>"
        "<x "
        "xmlns='jabber:x:oob'><url>aesgcm://files.example/"
        "f#00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0011223344556677</url></x>");
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_THAT(error(), HasSubstr("its link is its key"));
}

TEST_F(RoomOutgoingTest, AGroupHasANameThatAllCanRead) {
    says("<subject></subject>");
    EXPECT_THAT(error(), HasSubstr("A group needs a name"));
    says("<subject>" + std::string(201, 'x') + "</subject>");
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_EQ(now().name, "My Crew");
}

TEST_F(RoomOutgoingTest, AMemberWithWhomNothingMayBeReadableDecidesForAll) {
    directory.change(user, {"", "bob", "example.net"}, [](Contact& bob) { bob.privacy.policy = Policy::require; });
    says("<body>A secret</body>");
    loop.run_until([this] { return !stream.sent.empty(); });
    EXPECT_THAT(to_mail.entries, IsEmpty());
}

TEST_F(RoomOutgoingTest, ChatStatesGoNowhere) {
    says("<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_EQ(error(), "");
}

TEST_F(RoomOutgoingTest, TheSubjectIsTheNameOfTheGroup) {
    says("<subject>Ships</subject>");
    EXPECT_EQ(mail().subject, "Ships");
    EXPECT_EQ(now().name, "Ships");
    ASSERT_THAT(audience.changes, SizeIs(1));
    EXPECT_EQ(audience.changes[0].former_name, "My Crew");
    EXPECT_THAT(audience.heard, IsEmpty()) << "it is no message of the history";
}

TEST_F(RoomOutgoingTest, NobodyElseSaysAnythingInIt) {
    outgoing.take(*xmpp::parse_stanza("<message from='eve@jabber.example/phone' type='groupchat' to='" + room.local +
                                      "@coi.jabber.example'><body>Hi</body></message>"),
                  "me");
    through();
    EXPECT_THAT(to_mail.entries, IsEmpty());
    EXPECT_THAT(error(), HasSubstr("forbidden"));
}

TEST_F(RoomOutgoingTest, MembersAreAddedAndRemoved) {
    room = made(coi::Group::Kind::chatmail);
    asks("<item affiliation='member' jid='dave\\40example.net@coi.jabber.example'/>");
    EXPECT_EQ(mail(0).header("chat-group-member-added"), "dave@example.net");
    EXPECT_TRUE(room::has(now(), {"", "dave", "example.net"}));
    EXPECT_EQ(xmpp::attribute(*stream.sent.back(), "type"), "result");
    asks("<item affiliation='none' jid='bob\\40example.net@coi.jabber.example'/>");
    EXPECT_EQ(mail(1).header("chat-group-member-removed"), "bob@example.net");
    EXPECT_THAT(to_mail.entries.at(1).also, testing::Contains("bob@example.net")) << "he is told of it";
    EXPECT_FALSE(room::has(now(), {"", "bob", "example.net"}));
    EXPECT_EQ(coi::read_group(mail(1))->past.at(0).address.canonical(), "bob@example.net");
}

TEST_F(RoomOutgoingTest, TheUserLeaves) {
    room = made(coi::Group::Kind::chatmail);
    asks("<item affiliation='none' jid='alina@jabber.example'/>");
    EXPECT_EQ(mail().header("chat-group-member-removed"), "alice@example.org");
    EXPECT_EQ(mail().header("chat-group-member-timestamps"), "");
    EXPECT_FALSE(now().user.is_in());
    EXPECT_TRUE(audience.changes.at(0).user_left);
    says("<body>Still here?</body>");
    EXPECT_THAT(to_mail.entries, SizeIs(1));
    EXPECT_THAT(error(), HasSubstr("forbidden"));
}

TEST_F(RoomOutgoingTest, AnInvitationAddsAMember) {
    outgoing.take_changes(
        *xmpp::parse_stanza("<message from='alina@jabber.example/phone' to='" + room.local +
                            "@coi.jabber.example'><x xmlns='http://jabber.org/protocol/muc#user'><invite "
                            "to='dave\\40example.net@coi.jabber.example'/>"
                            "</x></message>"));
    through();
    EXPECT_TRUE(room::has(now(), {"", "dave", "example.net"}));
}

}  // namespace
}  // namespace gateway
