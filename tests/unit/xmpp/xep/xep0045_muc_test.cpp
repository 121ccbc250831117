// Rooms: the examples of XEP-0045 that a service reads and writes.

#include "xmpp/xep/xep0045_muc.h"

#include <gmock/gmock.h>

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0203_delay.h"

namespace xmpp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using xep0045::Status;

Stanza enters(const std::string& inside) {
    return parsed(
        "<presence from='hag66@shakespeare.lit/pda' id='n13mt3l' to='coven@chat.shakespeare.lit/thirdwitch'>"
        "<x xmlns='http://jabber.org/protocol/muc'>" +
        inside + "</x></presence>");
}

TEST(Xep0045Muc, Example18UserSeeksToEnterARoom) {
    EXPECT_EQ(xep0045::join_of(*enters("")), xep0045::HistoryRequest{});
    EXPECT_EQ(xep0045::join_of(*parsed("<presence from='hag66@shakespeare.lit/pda' id='ng91xs69' "
                                       "to='coven@chat.shakespeare.lit/thirdwitch'/>")),
              std::nullopt)
        << "groupchat 1.0 [Example 42], or a change of presence";
    EXPECT_EQ(xep0045::join_of(
                  *parsed("<presence type='unavailable'><x xmlns='http://jabber.org/protocol/muc'/></presence>")),
              std::nullopt);
}

TEST(Xep0045Muc, Examples35To39UserRequestsHistory) {
    EXPECT_EQ(xep0045::join_of(*enters("<history maxchars='65000'/>"))->most_characters, 65000u);
    EXPECT_EQ(xep0045::join_of(*enters("<history maxstanzas='20'/>"))->most_messages, 20u);
    EXPECT_EQ(xep0045::join_of(*enters("<history seconds='180'/>"))->within, std::chrono::seconds(180));
    EXPECT_EQ(xep0045::join_of(*enters("<history since='1970-01-01T00:00:00Z'/>"))->since, xep0203::Stamp{});
    EXPECT_EQ(xep0045::join_of(*enters("<history maxchars='0'/>"))->most_characters, 0u);
}

TEST(Xep0045Muc, WhatIsNoNumberIsNotAskedFor) {
    for (const char* value : {"", "-1", "1x", "99999999999999999999999", " 1"})
        EXPECT_EQ(
            xep0045::join_of(*enters("<history maxstanzas='" + std::string(value) + "' seconds='" + value + "'/>")),
            xep0045::HistoryRequest{})
            << value;
}

TEST(Xep0045Muc, Example24ServiceSendsNewOccupantsPresenceToNewOccupant) {
    Tag presence("presence");
    presence.addAttribute("from", "coven@chat.shakespeare.lit/thirdwitch");
    presence.addAttribute("id", "n13mt3l");
    presence.addAttribute("to", "hag66@shakespeare.lit/pda");
    xep0045::add_occupant(presence, {"member", "participant", {}, {}, {}},
                          {Status::jids_are_shown, Status::own_presence, Status::nick_changed_by_room});
    EXPECT_EXAMPLE(presence, R"(<presence
    from='coven@chat.shakespeare.lit/thirdwitch'
    id='n13mt3l'
    to='hag66@shakespeare.lit/pda'>
  <x xmlns='http://jabber.org/protocol/muc#user'>
    <item affiliation='member' role='participant'/>
    <status code='100'/>
    <status code='110'/>
    <status code='210'/>
  </x>
</presence>)");
}

constexpr const char* example56 = R"(<message
    from='crone1@shakespeare.lit/desktop'
    id='nzd143v8'
    to='coven@chat.shakespeare.lit'>
  <x xmlns='http://jabber.org/protocol/muc#user'>
    <invite to='hecate@shakespeare.lit'>
      <reason>Hey Hecate, this is the place for all good witches!</reason>
    </invite>
  </x>
</message>)";

TEST(Xep0045Muc, Example56OccupantSendsAMediatedInvitation) {
    const xep0045::Invitation hecate{"hecate@shakespeare.lit", "Hey Hecate, this is the place for all good witches!"};
    EXPECT_THAT(xep0045::invitations_of(*parsed(example56), 10), ElementsAre(hecate));
    EXPECT_THAT(xep0045::invitations_of(*parsed(example56), 0), IsEmpty());
    EXPECT_THAT(xep0045::invitations_of(*parsed("<message type='error'><x xmlns='http://jabber.org/protocol/muc#user'>"
                                                "<invite to='hecate@shakespeare.lit'/></x></message>"),
                                        10),
                IsEmpty());
}

TEST(Xep0045Muc, Example57RoomSendsInvitationOnBehalfOfInvitor) {
    Tag message("message");
    message.addAttribute("from", "coven@chat.shakespeare.lit");
    message.addAttribute("id", "nzd143v8");
    message.addAttribute("to", "hecate@shakespeare.lit");
    xep0045::add_invitation(message,
                            {"crone1@shakespeare.lit/desktop", "Hey Hecate, this is the place for all good witches!"});
    EXPECT_EXAMPLE(message, R"(<message
    from='coven@chat.shakespeare.lit'
    id='nzd143v8'
    to='hecate@shakespeare.lit'>
  <x xmlns='http://jabber.org/protocol/muc#user'>
    <invite from='crone1@shakespeare.lit/desktop'>
      <reason>Hey Hecate, this is the place for all good witches!</reason>
    </invite>
  </x>
</message>)");
}

TEST(Xep0045Muc, Example59RoomInformsInvitorThatInvitationWasDeclined) {
    Tag message("message");
    message.addAttribute("from", "coven@chat.shakespeare.lit");
    message.addAttribute("id", "jk2vs61v");
    message.addAttribute("to", "crone1@shakespeare.lit/desktop");
    xep0045::add_decline(message, {"hecate@shakespeare.lit", "Sorry, I'm too busy right now."});
    EXPECT_EXAMPLE(message, R"(<message
    from='coven@chat.shakespeare.lit'
    id='jk2vs61v'
    to='crone1@shakespeare.lit/desktop'>
  <x xmlns='http://jabber.org/protocol/muc#user'>
    <decline from='hecate@shakespeare.lit'>
      <reason>Sorry, I&apos;m too busy right now.</reason>
    </decline>
  </x>
</message>)");
}

TEST(Xep0045Muc, Example84ModeratorChangesSubject) {
    const auto message = parsed(
        "<message from='wiccarocks@shakespeare.lit/laptop' id='lh2bs617' to='coven@chat.shakespeare.lit' "
        "type='groupchat'><subject>Fire Burn and Cauldron Bubble!</subject></message>");
    ASSERT_NE(xep0045::subject_change(*message), nullptr);
    EXPECT_EQ(xep0045::subject_change(*message)->cdata(), "Fire Burn and Cauldron Bubble!");
    EXPECT_NE(xep0045::subject_change(*parsed("<message type='groupchat'><subject></subject></message>")), nullptr)
        << "an empty one [Example 88]";
    EXPECT_EQ(
        xep0045::subject_change(*parsed("<message type='groupchat'><subject>a</subject><body>b</body></message>")),
        nullptr);
    EXPECT_EQ(xep0045::subject_change(*parsed("<message><subject>a</subject></message>")), nullptr);
}

TEST(Xep0045Muc, Example121AdminGrantsMembershipWithAReason) {
    const auto iq = parsed(R"(<iq from='crone1@shakespeare.lit/desktop'
    id='member1'
    to='coven@chat.shakespeare.lit'
    type='set'>
  <query xmlns='http://jabber.org/protocol/muc#admin'>
    <item affiliation='member'
          jid='hag66@shakespeare.lit'
          nick='thirdwitch'>
      <reason>A worthy witch indeed!</reason>
    </item>
  </query>
</iq>)");
    const xep0045::Item witch{"member", "", "hag66@shakespeare.lit", "thirdwitch", "A worthy witch indeed!"};
    EXPECT_THAT(xep0045::admin_items(*iq, 10), ElementsAre(witch));
}

TEST(Xep0045Muc, Example130ServiceSendsMemberListToAdmin) {
    Tag iq("iq");
    iq.addAttribute("from", "coven@chat.shakespeare.lit");
    iq.addAttribute("id", "member3");
    iq.addAttribute("to", "crone1@shakespeare.lit/desktop");
    iq.addAttribute("type", "result");
    xep0045::add_admin_items(iq, {{"member", "participant", "hag66@shakespeare.lit", "thirdwitch", {}}});
    EXPECT_EXAMPLE(iq, R"(<iq from='coven@chat.shakespeare.lit'
    id='member3'
    to='crone1@shakespeare.lit/desktop'
    type='result'>
  <query xmlns='http://jabber.org/protocol/muc#admin'>
    <item affiliation='member'
          jid='hag66@shakespeare.lit'
          nick='thirdwitch'
          role='participant'/>
  </query>
</iq>)");
}

TEST(Xep0045Muc, Example171ConfigurationStatusCode) {
    Tag message("message");
    message.addAttribute("from", "coven@chat.shakespeare.lit");
    message.addAttribute("id", "80349046-F26A-44F3-A7A6-54825064DD9E");
    message.addAttribute("to", "crone1@shakespeare.lit/desktop");
    message.addAttribute("type", "groupchat");
    xep0045::add_status(message, {Status::is_logged});
    EXPECT_EXAMPLE(message, R"(<message from='coven@chat.shakespeare.lit'
         id='80349046-F26A-44F3-A7A6-54825064DD9E'
         to='crone1@shakespeare.lit/desktop'
         type='groupchat'>
  <x xmlns='http://jabber.org/protocol/muc#user'>
    <status code='170'/>
  </x>
</message>)");
}

}  // namespace
}  // namespace xmpp
