// A user's clients enter a room, hear what is said in it, and leave it; nobody else sees it.

#include "gateway/service/rooms.h"

#include <gmock/gmock.h>

#include "gateway/translate/occupant.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/operations.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct RoomsServiceTest : testing::Test, Operations {
    FakeStream stream;
    FakeTimer timer;
    const AccountId eve = make_account("eve@jabber.example");
    Directory directory{store};
    Rooms rooms{directory, store, stream, {"coi.jabber.example"}, timer.timer()};
    Room room = made();
    const std::string jid = "group.1@coi.jabber.example", phone = "alice@jabber.example/phone";

    Room made() {
        Room one;
        one.account = alice;
        one.local = "group.1";
        one.kind = coi::Group::Kind::chatmail;
        one.group = "Xk3";
        one.name = "Sailing";
        one.user.address = {"", "alice", "example.org"};
        one.others = {{{"Bob", "bob", "example.net"}, {}, {}, {}}, {{"", "carol", "example.net"}, {}, {}, {}}};
        occupant::name_members(one);
        return take({one, true, {}, {}, {}, {}, {}, {}, 200}).room;
    }
    rooms::Taken take(rooms::Take what) {
        return wait<rooms::Taken>([&](auto done) { rooms::take(store, std::move(what), std::move(done)); });
    }
    void says(const std::string& nick, const std::string& text) {
        rooms::Take what;
        what.room = room;
        what.kept = 200;
        what.said = {{0,
                      Time(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1)),
                      {"id-" + text},
                      "<message type='groupchat' from='" + jid + "/" + nick + "' id='id-" + text + "'><body>" + text +
                          "</body></message>"}};
        rooms.said(room, take(std::move(what)).said);
    }
    void enters(const std::string& nick, const std::string& client, const std::string& history = "") {
        rooms.take_presence(*xmpp::parse_stanza("<presence from='" + client + "' to='" + jid + "/" + nick +
                                                "'><x xmlns='http://jabber.org/protocol/muc'>" + history +
                                                "</x></presence>"));
        loop.flush(store);
        loop.flush(store);
    }
    void asks(const std::string& to, const std::string& inside, const std::string& client) {
        rooms.take_iq(
            *xmpp::parse_stanza("<iq type='get' id='q' from='" + client + "' to='" + to + "'>" + inside + "</iq>"));
        loop.flush(store);
    }
    /// What was sent since the last call: element, sender's resource, and what matters.
    std::vector<std::string> sent() {
        std::vector<std::string> all;
        for (const auto& stanza : std::exchange(stream.sent, {})) {
            std::string line = stanza->name() + " " + xmpp::attribute(*stanza, "type") + " " +
                               xmpp::JID(xmpp::attribute(*stanza, "from")).resource();
            if (const auto error = xmpp::error_of(*stanza)) line += " " + error->condition;
            if (const auto* body = xmpp::body_of(*stanza)) line += " " + body->cdata();
            if (const auto* subject = xmpp::child(*stanza, "subject", "")) line += " [" + subject->cdata() + "]";
            all.push_back(line);
        }
        return all;
    }
};

TEST_F(RoomsServiceTest, AClientGetsTheOthersItselfWhatWasSaidAndTheSubject) {
    says("Bob", "Hello");
    enters("me", phone);
    EXPECT_THAT(sent(), ElementsAre("presence  Bob", "presence  carol@example.net", "presence  me",
                                    "message groupchat Bob Hello", "message groupchat  [Sailing]"));
    says("Bob", "And now");
    EXPECT_THAT(sent(), ElementsAre("message groupchat Bob And now"));
}

TEST_F(RoomsServiceTest, ItGetsAsMuchHistoryAsItWants) {
    says("Bob", "One");
    says("Bob", "Two");
    enters("me", phone, "<history maxstanzas='1'/>");
    EXPECT_THAT(sent(), testing::Contains("message groupchat Bob Two"));
    enters("me", "alice@jabber.example/two", "<history maxchars='0'/>");
    EXPECT_THAT(sent(), SizeIs(4)) << "presence and subject";
    enters("me", "alice@jabber.example/three", "<history since='2026-06-02T00:00:00Z'/>");
    EXPECT_THAT(sent(), SizeIs(4));
}

TEST_F(RoomsServiceTest, NobodyElseSeesIt) {
    enters("me", "eve@jabber.example/phone");
    EXPECT_THAT(sent(), ElementsAre("presence error me item-not-found"));
    asks(jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>", "eve@jabber.example/phone");
    EXPECT_THAT(sent(), ElementsAre("iq error  item-not-found"));
    EXPECT_EQ(rooms.nick_of("group.1", "eve@jabber.example/phone"), nullptr);
}

TEST_F(RoomsServiceTest, WhoHasNoAccountIsAnsweredWithoutTheStore) {
    rooms.take_iq(*xmpp::parse_stanza("<iq type='get' id='q' from='mallory@far.example/x' to='" + jid +
                                      "'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"));
    EXPECT_THAT(sent(), ElementsAre("iq error  item-not-found")) << "at once";
    rooms.take_presence(*xmpp::parse_stanza("<presence from='mallory@far.example/x' to='" + jid +
                                            "/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>"));
    EXPECT_THAT(sent(), ElementsAre("presence error me item-not-found"));
}

TEST_F(RoomsServiceTest, AMembersNameIsTaken) {
    enters("Bob", phone);
    EXPECT_THAT(sent(), ElementsAre("presence error Bob conflict"));
}

TEST_F(RoomsServiceTest, APingSaysWhetherAClientIsStillIn) {
    const std::string ping = "<ping xmlns='urn:xmpp:ping'/>";
    asks(jid + "/me", ping, phone);
    EXPECT_THAT(sent(), ElementsAre("iq error me not-acceptable"));
    enters("me", phone);
    sent();
    asks(jid + "/me", ping, phone);
    EXPECT_THAT(sent(), ElementsAre("iq result me"));
    rooms.offline();
    asks(jid + "/me", ping, phone);
    EXPECT_THAT(sent(), ElementsAre("iq error me not-acceptable"));
}

TEST_F(RoomsServiceTest, ItLeavesAndHearsNothingMore) {
    enters("me", phone);
    sent();
    rooms.take_presence(*xmpp::parse_stanza("<presence type='unavailable' from='" + phone + "' to='" + jid + "/me'/>"));
    EXPECT_THAT(sent(), ElementsAre("presence unavailable me"));
    says("Bob", "Hello");
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RoomsServiceTest, ItsRoomSaysWhoItIsAndWhoIsInIt) {
    asks(jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>", phone);
    ASSERT_THAT(stream.sent, SizeIs(1));
    EXPECT_THAT(xmpp::print(*stream.sent[0]),
                HasSubstr("<identity category='conference' type='text' name='Sailing'/>"));
    stream.sent.clear();
    asks(jid, "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query>", phone);
    EXPECT_THAT(xmpp::print(*stream.sent.at(0)), HasSubstr("jid='bob\\40example.net@coi.jabber.example'"));
}

TEST_F(RoomsServiceTest, MembersComeAndGo) {
    enters("me", phone);
    sent();
    Room later = room;
    later.others[0].left = std::chrono::sys_seconds(std::chrono::seconds(5));
    RoomChange change;
    change.left = {later.others[0].address};
    rooms.changed(later, change);
    EXPECT_THAT(sent(), ElementsAre("presence unavailable Bob"));
    change = {};
    change.user_left = true;
    rooms.changed(later, change);
    EXPECT_THAT(sent(), ElementsAre("presence unavailable me"));
    EXPECT_EQ(rooms.nick_of("group.1", phone), nullptr);
}

TEST_F(RoomsServiceTest, WhoWasRemovedMayNotEnter) {
    Room later = room;
    later.user.left = std::chrono::sys_seconds(std::chrono::seconds(5));
    rooms::Take what;
    what.room = later;
    what.is_changed = true;
    take(std::move(what));
    enters("me", phone);
    EXPECT_THAT(sent(), ElementsAre("presence error me registration-required"));
}

TEST_F(RoomsServiceTest, ALargeRoomIsToldAtThePaceOfTheSocket) {
    Room large = room;
    for (int i = 0; i < 300; ++i) large.others.push_back({{"", "m" + std::to_string(i), "example.net"}, {}, {}, {}});
    occupant::name_members(large);
    rooms::Take what;
    what.room = large;
    what.is_changed = true;
    take(std::move(what));
    stream.room = 100;
    enters("me", phone);
    EXPECT_THAT(stream.sent, SizeIs(100));
    for (int i = 0; i < 20 && stream.sent.size() < 304; ++i) {
        stream.room += 100;
        timer.pass();
        loop.flush(store);
    }
    EXPECT_EQ(stream.sent.size(), 304u) << "302 members, itself, the subject";
}

}  // namespace
}  // namespace gateway
