// What is mailed to a group of chatmail is said in its room; what is no word in it stays in the chat with its author.

#include "gateway/pipeline/room_mail.h"

#include <gmock/gmock.h>

#include "gateway/store/sqlite/rooms.h"
#include "gateway/translate/occupant.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* bob = "Bob <bob@example.net>";
constexpr const char* carol = "Carol <carol@example.net>";
const std::string group = "Chat-Version: 1.0\r\nChat-Group-ID: Xk3_pQ9rT2w\r\nChat-Group-Name: Sailing\r\n";

struct RoomMailTest : IncomingPlay {
    /// A mail of the group to alice and carol; the proof is the mail system's.
    IncomingMail in_group(const std::string& id, const std::string& text, const std::string& headers = group,
                          const std::string& from = bob) {
        IncomingMail made =
            arrival("From: " + from + "\r\nTo: alice@example.org, carol@example.net\r\nMessage-ID: <" + id +
                    ">\r\nDate: Mon, 1 Jun 2026 00:00:00 +0000\r\n" + headers + "\r\n" + text + "\r\n");
        made.is_author_proven = true;
        made.author.by_server = true;
        return made;
    }
    std::vector<Room> rooms_of(AccountId account) {
        return ask<std::vector<Room>>([&](Database& db) { return rooms::all(db, account); });
    }
    std::vector<std::string> said() const {
        std::vector<std::string> all;
        for (const auto& one : peers.rooms.heard) {
            const auto stanza = xmpp::parse_stanza(one.xml);
            const auto* text = xmpp::body_of(*stanza);
            all.push_back(xmpp::JID(xmpp::attribute(*stanza, "from")).resource() + ": " + (text ? text->cdata() : ""));
        }
        return all;
    }
    /// What goes to alice by the queue: invitations and messages of chats.
    std::vector<std::string> queued_to_her() {
        std::vector<std::string> all;
        for (const auto& entry : committed) all.push_back(entry.from + ": " + body(entry));
        return all;
    }
    /// Bob's and carol's mails are encrypted from now on.
    void encrypted() {
        peers.opened = [](coi::Message mail) {
            Decrypted opened{.mail = std::move(mail)};
            opened.protection.encrypted = true;
            opened.protection.signature = coi::openpgp::Signature::good;
            return opened;
        };
    }
};

TEST_F(RoomMailTest, TheFirstMailMakesARoomAndInvitesItsUser) {
    EXPECT_EQ(take(in_group("m1@x", "Who comes?"))->kind, Kind::taken);
    const auto all = rooms_of(alice);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].name, "Sailing");
    EXPECT_EQ(all[0].last.value, "m1@x");
    EXPECT_THAT(said(), ElementsAre("Bob: Who comes?"));
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(committed[0].from, all[0].local + "@coi.jabber.example");
    EXPECT_EQ(committed[0].to, "alice@jabber.example");
    EXPECT_THAT(body(committed[0]), HasSubstr("Bob writes to you in the group “Sailing”"));
    EXPECT_THAT(committed[0].payload, HasSubstr("<invite from='bob\\40example.net@coi.jabber.example'>"));
    EXPECT_THAT(committed[0].payload, HasSubstr("jabber:x:conference"));
}

TEST_F(RoomMailTest, TheNextOnesAreSaidInIt) {
    take(in_group("m1@x", "Who comes?"));
    EXPECT_EQ(take(in_group("m2@x", "I do", group, carol))->kind, Kind::taken);
    EXPECT_THAT(rooms_of(alice), SizeIs(1));
    EXPECT_THAT(said(), ElementsAre("Bob: Who comes?", "carol@example.net: I do")) << "as the group has named her";
    EXPECT_THAT(committed, SizeIs(1)) << "she is invited once";
}

TEST_F(RoomMailTest, AStanzaOfARoomHasItsIdsAndAsksForNothing) {
    take(in_group("m1@x", "Who comes?", group + "Chat-Disposition-Notification-To: bob@example.net\r\n"));
    ASSERT_THAT(peers.rooms.heard, SizeIs(1));
    const auto& one = peers.rooms.heard[0];
    EXPECT_THAT(one.xml, HasSubstr("type='groupchat'"));
    EXPECT_THAT(one.xml, HasSubstr("<stanza-id xmlns='urn:xmpp:sid:0' id='" + one.stanza.value + "'"));
    EXPECT_THAT(one.xml, HasSubstr("urn:xmpp:occupant-id:0"));
    EXPECT_THAT(one.xml, Not(HasSubstr("urn:xmpp:receipts")));
    EXPECT_THAT(one.xml, Not(HasSubstr(" to='")));
}

TEST_F(RoomMailTest, AMailIsSaidOnce) {
    take(in_group("m1@x", "Who comes?"));
    EXPECT_EQ(take(in_group("m1@x", "Who comes?"))->kind, Kind::duplicate);
    EXPECT_THAT(said(), SizeIs(1));
}

TEST_F(RoomMailTest, WhoIsNoMemberWritesToTheReaderAlone) {
    take(in_group("m1@x", "Who comes?"));
    take(in_group("m2@x", "Me too", group, "Mallory <mallory@example.net>"));
    EXPECT_THAT(said(), SizeIs(1));
    EXPECT_THAT(queued_to_her().back(), HasSubstr("Me too"));
    EXPECT_THAT(queued_to_her().back(), HasSubstr("mallory"));
}

TEST_F(RoomMailTest, AReadableMailIsNoWordInAnEncryptedGroup) {
    encrypted();
    take(in_group("m1@x", "Who comes?"));
    ASSERT_TRUE(rooms_of(alice).at(0).is_encrypted);
    peers.opened = [](coi::Message mail) { return Decrypted{.mail = std::move(mail)}; };
    take(in_group("m2@x", "Readable"));
    EXPECT_THAT(said(), ElementsAre("Bob: Who comes?"));
    EXPECT_THAT(queued_to_her().back(), HasSubstr("Readable"));
    EXPECT_TRUE(rooms_of(alice).at(0).is_encrypted) << "what she says leaves encrypted";
}

TEST_F(RoomMailTest, WithWhomOmemoIsSpokenWritesToTheReaderAlone) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& known) { known.privacy.spoken = EndToEnd::omemo; });
    take(in_group("m1@x", "Who comes?"));
    EXPECT_THAT(said(), IsEmpty()) << "a room is not encrypted";
    EXPECT_THAT(rooms_of(alice), IsEmpty());
    EXPECT_THAT(queued_to_her(), SizeIs(1));
}

TEST_F(RoomMailTest, OnlyItsAuthorCorrectsAMessage) {
    take(in_group("m1@x", "At nine"));
    take(in_group("m2@x", "At ten", group + "Chat-Edit: <m1@x>\r\n", carol));
    EXPECT_THAT(peers.rooms.heard.back().xml, Not(HasSubstr("urn:xmpp:message-correct:0")));
    take(in_group("m3@x", "At eleven", group + "Chat-Edit: <m1@x>\r\n"));
    EXPECT_THAT(peers.rooms.heard.back().xml,
                HasSubstr("<replace xmlns='urn:xmpp:message-correct:0' id='" + peers.rooms.heard.front().stanza.value));
}

TEST_F(RoomMailTest, MembersAndNamesChange) {
    take(in_group("m1@x", "Who comes?"));
    take(in_group("m2@x", "Dave was added", group + "Chat-Group-Member-Added: dave@example.net\r\n"));
    ASSERT_THAT(peers.rooms.changes, SizeIs(1));
    EXPECT_EQ(peers.rooms.changes[0].joined.at(0).canonical(), "dave@example.net");
    std::string renamed = group + "Chat-Group-Name-Changed: Sailing\r\n";
    renamed.replace(renamed.find("Sailing"), 7, "Boats");
    take(in_group("m3@x", "It has another name", renamed));
    EXPECT_EQ(peers.rooms.changes.at(1).former_name, "Sailing");
    EXPECT_EQ(rooms_of(alice).at(0).name, "Boats");
}

TEST_F(RoomMailTest, WhoProvesNothingChangesNothingOfAProvenOne) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& known) { known.privacy.authenticated = true; });
    take(in_group("m1@x", "Who comes?"));
    IncomingMail forged = in_group("m2@x", "Dave was added", group + "Chat-Group-Member-Added: dave@example.net\r\n");
    forged.is_author_proven = forged.author.by_server = false;
    take(std::move(forged));
    EXPECT_THAT(peers.rooms.changes, IsEmpty());
    EXPECT_THAT(said(), SizeIs(1)) << "it is told in the chat with its author, with a label";
    EXPECT_FALSE(room::has(rooms_of(alice).at(0), {"", "dave", "example.net"}));
}

TEST_F(RoomMailTest, TheUserIsRemovedAndInvitedAgain) {
    take(in_group("m1@x", "Who comes?"));
    take(in_group("m2@x", "Alice was removed", group + "Chat-Group-Member-Removed: alice@example.org\r\n"));
    ASSERT_THAT(peers.rooms.changes, SizeIs(1));
    EXPECT_TRUE(peers.rooms.changes[0].user_left);
    take(in_group("m3@x", "A late word"));
    EXPECT_THAT(said(), SizeIs(2)) << "it goes to the chat with its author";
    IncomingMail again = in_group("m4@x", "Alice was added", group + "Chat-Group-Member-Added: alice@example.org\r\n");
    again.mail.date = *again.mail.date + std::chrono::seconds(5);
    time += std::chrono::minutes(1);
    take(std::move(again));
    EXPECT_TRUE(rooms_of(alice).at(0).user.is_in());
    EXPECT_THAT(queued_to_her().back(), HasSubstr("writes to you in the group"));
}

TEST_F(RoomMailTest, InAnEncryptedRoomNobodySpeaksWhoProvesNothing) {
    encrypted();
    take(in_group("m1@x", "Who comes?"));
    IncomingMail forged =
        in_group("m2@x", "Mallory was added", group + "Chat-Group-Member-Added: mallory@example.net\r\n");
    forged.is_author_proven = forged.author.by_server = false;
    take(std::move(forged));
    EXPECT_THAT(said(), SizeIs(1));
    EXPECT_FALSE(room::has(rooms_of(alice).at(0), {"", "mallory", "example.net"}));
}

TEST_F(RoomMailTest, WhileTheUserIsOutNobodyChangesTheRoom) {
    take(in_group("m1@x", "Who comes?"));
    take(in_group("m2@x", "Alice was removed", group + "Chat-Group-Member-Removed: alice@example.org\r\n"));
    take(in_group("m3@x", "Mallory was added", group + "Chat-Group-Member-Added: mallory@example.net\r\n",
                  "Mallory <mallory@example.net>"));
    EXPECT_FALSE(room::has(rooms_of(alice).at(0), {"", "mallory", "example.net"}));
    EXPECT_THAT(queued_to_her().back(), HasSubstr("Mallory was added")) << "in the chat with its author";
}

TEST_F(RoomMailTest, AMailToSeveralWithoutAGroupStaysInTheChat) {
    take(in_group("m1@x", "Lunch?", "Chat-Version: 1.0\r\n"));
    EXPECT_THAT(rooms_of(alice), IsEmpty());
    EXPECT_THAT(queued_to_her(), SizeIs(1));
}

}  // namespace
}  // namespace gateway
