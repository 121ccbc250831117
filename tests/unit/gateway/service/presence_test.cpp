// Presence as a dialogue; the tests are named after the use cases of XEP-0100 §4.

#include "gateway/service/presence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/service/disco.h"
#include "tests/unit/gateway/service/presence_play.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0115_caps.h"

namespace gateway {
namespace {

TEST_F(PresenceTest, Xep0100Section4_6AddContact) {
    const auto id = make_account();
    take("subscribe", bob);
    EXPECT_EQ(said(), (Lines{"subscribed " + bob + " > " + alice, "available " + bob + " > " + alice,
                             "subscribe coi.jabber.example > " + alice}));
    EXPECT_TRUE(subscribed(id));
    take("subscribed", bob);
    EXPECT_EQ(said(), Lines{});
}

TEST_F(PresenceTest, AskingAgainIsAnsweredWithoutAskingBack) {
    make_account();
    take("subscribe", bob);
    said();
    take("subscribe", bob);
    EXPECT_EQ(said(), (Lines{"subscribed " + bob + " > " + alice, "available " + bob + " > " + alice}));
}

TEST_F(PresenceTest, TheJidThatWasAddressedAnswers) {
    make_account();
    take("subscribe", "bob%example.org@coi.jabber.example");
    EXPECT_EQ(said().front(), "subscribed bob%example.org@coi.jabber.example > " + alice);
}

TEST_F(PresenceTest, Xep0100Section4_7DeleteContact) {
    const auto id = make_account();
    take("subscribe", bob);
    said();
    take("unsubscribe", bob);
    EXPECT_EQ(said(), (Lines{"unsubscribed " + bob + " > " + alice, "unavailable " + bob + " > " + alice}));
    EXPECT_FALSE(subscribed(id));
    take("unsubscribed", bob);
    take("unavailable", bob, true, alice + "/phone");
    EXPECT_EQ(said(), Lines{});
}

TEST_F(PresenceTest, AProbeIsAnsweredFromMemoryAndTheRosterIsRight) {
    const auto id = make_account();
    take("probe", bob, true, alice + "/phone");
    EXPECT_EQ(said(), Lines{"available " + bob + " > " + alice + "/phone"});
    EXPECT_TRUE(subscribed(id)) << "a server probes only whom its user subscribed to";
}

TEST_F(PresenceTest, PresenceIsOfAResourceAndSaysWhatItCan) {
    make_account();
    const auto caps = [&](std::size_t at) {
        EXPECT_EQ(xmpp::JID(xmpp::attribute(*sent.at(at), "from")).resource(), "mail") << "Gajim counts no other";
        const auto* c = xmpp::child(*sent.at(at), "c", xmpp::xep0115::ns);
        return c ? xmpp::attribute(*c, "ver") : "";
    };
    take("probe", bob);
    take("probe", "coi.jabber.example");
    take("probe", "coi.jabber.example", true, "erin@jabber.example");
    EXPECT_EQ(caps(0), xmpp::xep0115::version(contact_info(address)));
    EXPECT_EQ(caps(1), xmpp::xep0115::version(gateway_info(true)));
    EXPECT_EQ(caps(2), xmpp::xep0115::version(gateway_info(false))) << "nothing is announced that is not allowed";
    sent.clear();
    take("unsubscribe", bob);
    EXPECT_EQ(xmpp::attribute(*sent.front(), "from"), bob) << "subscriptions are between bare JIDs";
}

TEST_F(PresenceTest, WhoHasToLinkAMailboxFirstIsTold) {
    take("subscribe", bob, true, "carol@elsewhere.example");
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(xmpp::attribute(*sent[0], "type"), "unsubscribed");
    EXPECT_NE(sent[0]->findChild("status")->cdata().find("link your mailbox first"), std::string::npos);
}

TEST_F(PresenceTest, TheGatewayAsksOnceForAllContactsAndSaysWhy) {
    make_account();
    take("subscribe", bob);
    take("subscribe", "carol\\40example.org@coi.jabber.example");
    presence.linked(alice);
    std::vector<const xmpp::Tag*> requests;
    for (const auto& stanza : sent) {
        if (xmpp::attribute(*stanza, "type") == "subscribe") requests.push_back(stanza.get());
    }
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(xmpp::attribute(*requests[0], "from"), "coi.jabber.example");
    EXPECT_EQ(requests[0]->findChild("nick")->cdata(), "Mail gateway");
    EXPECT_NE(requests[0]->findChild("status")->cdata().find("when your Jabber account ends"), std::string::npos);
}

TEST_F(PresenceTest, AnAddressWithALocalPartIsTheGatewayToo) {
    make_account();
    take("subscribe", alias);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_TRUE(xmpp::child(*sent[1], "c", xmpp::xep0115::ns));
    EXPECT_EQ(said(), (Lines{"subscribed " + alias + " > " + alice, "available " + alias + " > " + alice}));
    for (const char* type : {"subscribe", "unsubscribe", "probe"}) take(type, alias, false, "eve@elsewhere.example");
    EXPECT_EQ(said(), Lines{"error registration-required " + alias + " > eve@elsewhere.example"});
}

TEST_F(PresenceTest, TheNameIsShownWhereItIsKnown) {
    directory.add(make_account(), address);
    take("probe", bob);
    EXPECT_EQ(sent.front()->findChild("nick")->cdata(), "Bob");
}

TEST_F(PresenceTest, AUserCannotFillTheStoreWithInventedContacts) {
    const auto id = make_account();
    take("subscribe", bob);
    take("subscribe", "a\\40made.up@coi.jabber.example");
    take("probe", "b\\40made.up@coi.jabber.example");
    said();
    const std::string one_more = "c\\40made.up@coi.jabber.example";
    take("subscribe", one_more);
    EXPECT_EQ(said(), Lines{"error resource-constraint " + one_more + " > " + alice});
    take("probe", one_more);
    EXPECT_EQ(said(), Lines{"available " + one_more + " > " + alice}) << "answered, not remembered";
    EXPECT_EQ(directory.contacts(id).size(), 3u);
    take("subscribe", bob);
    EXPECT_EQ(said().front(), "subscribed " + bob + " > " + alice) << "whom they have they may keep";
}

TEST_F(PresenceTest, StrangersGetNothing) {
    take("subscribe", bob, false, "eve@elsewhere.example");
    EXPECT_EQ(said(), Lines{"error registration-required " + bob + " > eve@elsewhere.example"});
    take("probe", bob, false, "eve@elsewhere.example");
    EXPECT_EQ(said(), Lines{"unsubscribed " + bob + " > eve@elsewhere.example"});
    take("subscribe", "coi.jabber.example", false, "eve@elsewhere.example");
    EXPECT_EQ(said(), Lines{"error registration-required coi.jabber.example > eve@elsewhere.example"});
}

TEST_F(PresenceTest, ANodeThatIsNoAddressIsMalformed) {
    take("subscribe", "bob@coi.jabber.example");
    EXPECT_EQ(said(), Lines{"error jid-malformed bob@coi.jabber.example > " + alice});
    take("probe", "bob@coi.jabber.example");
    EXPECT_EQ(said(), Lines{});
}

TEST_F(PresenceTest, AUserWithoutAccountGetsTheRelaysFirst) {
    take("subscribe", bob);
    EXPECT_EQ(said(), Lines{});
    EXPECT_TRUE(loop.run_until([this] { return directory.of_user(alice) != nullptr; }));
    EXPECT_EQ(said().size(), 3U);
    EXPECT_TRUE(subscribed(directory.of_user(alice)->id));
}

TEST_F(PresenceTest, WithoutARelayAccountTheSubscriptionIsDenied) {
    const std::string eve = "eve@elsewhere.example";
    take("subscribe", bob, true, eve);
    EXPECT_EQ(said(), Lines{"unsubscribed " + bob + " > " + eve});
}

TEST_F(PresenceTest, TheGatewayItself) {
    take("subscribe", "coi.jabber.example");
    EXPECT_EQ(said(), (Lines{"subscribed coi.jabber.example > " + alice, "available coi.jabber.example > " + alice,
                             "subscribe coi.jabber.example > " + alice}));
    directory.note_vouched(make_account(), true);
    take("subscribe", "coi.jabber.example");
    EXPECT_EQ(said().size(), 2U) << "who lets the gateway see them is not asked";
    take("probe", "coi.jabber.example");
    EXPECT_EQ(said(), Lines{"available coi.jabber.example > " + alice});
    take("probe", "coi.jabber.example");
    EXPECT_EQ(said(), Lines{"available coi.jabber.example > " + alice}) << "every probe is answered";
    take("", "coi.jabber.example", true, alice + "/phone");
    EXPECT_EQ(said(), Lines{}) << "it was shown to all clients";
    take("", "coi.jabber.example", true, alice + "/desk");
    EXPECT_EQ(said(), Lines{"available coi.jabber.example > " + alice + "/desk"});
    take("unavailable", "coi.jabber.example", true, alice + "/phone");
    EXPECT_EQ(said(), Lines{"unavailable coi.jabber.example > " + alice + "/phone"});
}

TEST_F(PresenceTest, AClientThatLogsInSeesTheGatewayOnce) {  // ejabberd sends both [RFC 6121 §4.2.2]
    const std::string phone = alice + "/phone", gateway = "coi.jabber.example";
    take("probe", gateway, true, phone);
    take("", gateway, true, phone);
    EXPECT_EQ(said(), Lines{"available " + gateway + " > " + phone});
    take("", gateway, true, phone);  // away
    EXPECT_EQ(said(), Lines{});
    take("", gateway, true, alice + "/laptop");
    EXPECT_EQ(said(), Lines{"available " + gateway + " > " + alice + "/laptop"});
    take("unavailable", gateway, true, phone);
    said();
    take("", gateway, true, phone);
    EXPECT_EQ(said(), Lines{"available " + gateway + " > " + phone});
}

TEST_F(PresenceTest, PresenceToContactsMakesNoStorm) {
    make_account();
    take("", bob, true, alice + "/phone");
    take("unavailable", bob, true, alice + "/phone");
    take("error", bob);
    take("nonsense", bob);
    EXPECT_EQ(said(), Lines{});
}

TEST_F(PresenceTest, Xep0100Section4_1LinkedAsksToSeeTheUser) {
    presence.linked(alice);
    EXPECT_EQ(said(), (Lines{"subscribe coi.jabber.example > " + alice, "available coi.jabber.example > " + alice}));
}

TEST_F(PresenceTest, WhoLinksAnewIsAskedAnew) {
    const auto requests = [this] {
        Lines lines = said();
        return std::ranges::count(lines, "subscribe coi.jabber.example > " + alice);
    };
    take("subscribe", "coi.jabber.example");
    take("subscribe", "coi.jabber.example");
    EXPECT_EQ(requests(), 1) << "without an account, too";
    const auto id = make_account();
    presence.linked(alice);
    presence.linked(alice);
    EXPECT_EQ(requests(), 1);
    directory.remove(id, {});
    ASSERT_TRUE(loop.run_until([&] { return directory.all().empty(); }));
    presence.unlinked(alice, {});
    said();
    make_account();
    presence.linked(alice);
    EXPECT_EQ(requests(), 1) << "else nobody would notice when this one ends";
}

TEST_F(PresenceTest, AUserWhoSubscribesLinksAndApprovesSeesTheGatewayOnce) {
    const std::string gateway = "coi.jabber.example";
    take("subscribe", gateway);
    take("unavailable", gateway);  // Prosody's acknowledgement of a request
    presence.linked(alice);
    take("unavailable", gateway);
    take("subscribed", gateway);
    take("", gateway, true, alice + "/phone");  // Prosody sends it with the approval
    Lines lines = said();
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("available"); });
    EXPECT_EQ(lines, Lines{"available " + gateway + " > " + alice});
}

TEST_F(PresenceTest, Xep0100Section4_3UnlinkedLeavesEverything) {
    presence.unlinked(alice, {bob});
    EXPECT_EQ(said(),
              (Lines{"unsubscribe " + bob + " > " + alice, "unsubscribed " + bob + " > " + alice,
                     "unavailable " + bob + " > " + alice, "unsubscribe coi.jabber.example > " + alice,
                     "unsubscribed coi.jabber.example > " + alice, "unavailable coi.jabber.example > " + alice}));
}

TEST_F(PresenceTest, ALogOutIsAClientsAndNoBareJids) {
    make_account();
    take("unavailable", "coi.jabber.example");
    EXPECT_EQ(said(), Lines{}) << "Prosody acknowledges a request so";
    take("unavailable", "coi.jabber.example", true, alice + "/phone");
    EXPECT_EQ(said(), Lines{"unavailable coi.jabber.example > " + alice + "/phone"});
}

TEST_F(PresenceTest, ShowsTheGatewayAndWhomItsUsersHaveSubscribedTo) {
    const auto id = make_account();
    take("subscribe", bob);
    directory.add(id, {"", "carol", "example.org"});
    take("subscribe", alias);
    said();
    presence.online();
    EXPECT_EQ(said(), (Lines{"available coi.jabber.example > " + alice, "available " + alias + " > " + alice,
                             "available " + bob + " > " + alice}));
    bool left = false;
    presence.leave([&] { left = true; });
    EXPECT_TRUE(left);
    EXPECT_EQ(said(), (Lines{"unavailable coi.jabber.example > " + alice, "unavailable " + alias + " > " + alice,
                             "unavailable " + bob + " > " + alice}));
    presence.leave([] {}, 2);
    EXPECT_EQ(said(), Lines{}) << "no more than go out at once";
    take("unsubscribe", alias);
    said();
    presence.online();
    EXPECT_EQ(said(), (Lines{"available coi.jabber.example > " + alice, "available " + bob + " > " + alice}))
        << "mcabber lists whoever shows themselves";
}

TEST_F(PresenceTest, TheAddressWithALocalPartIsShownAfterARestartToo) {
    take("subscribe", alias);  // before there is an account: her first message to it links a mailbox
    make_account();
    presence.linked(alice);
    loop.flush(store);
    said();
    Directory again{store, {.after = timer.timer()}};
    RelayAccounts accounts{again, {"jabber.example"}};
    Presence restarted{again,         accounts,
                       stream,        subscriptions,
                       greetings,     {"coi.jabber.example", ""},
                       timer.timer(), [](const auto&) { return true; }};
    restarted.online();
    EXPECT_TRUE(loop.run_until([&] { return sent.size() == 2; }));
    EXPECT_EQ(said(), (Lines{"available coi.jabber.example > " + alice, "available " + alias + " > " + alice}));
    take("unsubscribe", alias);
    loop.flush(store);
    said();
    Directory third{store, {.after = timer.timer()}};
    EXPECT_FALSE(third.of_user(alice)->lists_alias);
}

TEST_F(PresenceTest, ContactsThatAreNotInMemoryAreReadForItAndNotKept) {
    const auto id = make_account();
    take("subscribe", bob);
    said();
    for (int minutes = 0; minutes < 5; ++minutes) {
        timer.pass();
        loop.flush(store);
    }
    ASSERT_FALSE(directory.is_loaded(id));
    presence.online();
    EXPECT_EQ(said(), Lines{});
    loop.flush(store);
    EXPECT_EQ(said(), (Lines{"available coi.jabber.example > " + alice, "available " + bob + " > " + alice}));
    EXPECT_FALSE(directory.is_loaded(id));
    bool left = false;
    presence.leave([&] { left = true; });
    EXPECT_FALSE(left);
    loop.flush(store);
    EXPECT_TRUE(left);
    EXPECT_EQ(said(), (Lines{"unavailable coi.jabber.example > " + alice, "unavailable " + bob + " > " + alice}));
    EXPECT_FALSE(directory.is_loaded(id));
}

TEST_F(PresenceTest, AUserWithTwoAccountsSeesEachOnce) {
    const auto relay = make_account();
    const coi::Address carol{"", "carol", "example.org"}, dora{"", "dora", "example.org"};
    Account mailbox;
    mailbox.kind = Account::Kind::mailbox;
    mailbox.jid = alice;
    mailbox.address = {"", "alice", "mail.example"};
    AccountId linked{};
    directory.save(mailbox, [&](Store::Failure, AccountId id) { linked = id; });
    ASSERT_TRUE(loop.run_until([&] { return linked != AccountId{}; }));
    for (const auto& [id, contact] : {std::pair(relay, carol), {linked, carol}, {relay, dora}, {linked, address}})
        directory.change(id, contact, [](Contact& changed) { changed.subscribed = true; });
    presence.online();
    Lines seen = said();
    std::ranges::sort(seen);
    EXPECT_EQ(seen,
              (Lines{"available " + bob + " > " + alice, "available carol\\40example.org@coi.jabber.example > " + alice,
                     "available coi.jabber.example > " + alice,
                     "available dora\\40example.org@coi.jabber.example > " + alice}));
}

TEST_F(PresenceTest, WaitsForTheSocketAndStartsAnewWithTheStream) {
    make_account();
    stream.room = 0;
    presence.online();
    EXPECT_EQ(said(), Lines{});
    presence.online();
    stream.room = 1000;
    timer.pass();
    EXPECT_EQ(said(), Lines{"available coi.jabber.example > " + alice});
    timer.pass();
    EXPECT_EQ(said(), Lines{});
}

TEST_F(PresenceTest, APictureAndAStatusStandInPresence) {
    const auto id = make_account();
    take("subscribe", bob);
    EXPECT_NE(sent.at(1)->xml().find("<x xmlns='vcard-temp:x:update'><photo/></x>"), std::string::npos);
    EXPECT_FALSE(sent.at(1)->hasChild("status"));
    sent.clear();
    const auto shown = [&](const Contact& contact) {
        presence.profile_changed(contact);
        std::string xml = sent.empty() ? "" : sent.at(0)->xml();
        sent.clear();
        return xml;
    };
    const Contact& contact = directory.change(id, address, [](Contact& changed) {
        changed.profile.picture.id = "01b87fcd030b72895ff8e88db57ec525450f000d";
        changed.profile.status = "At the sea";
    });
    const std::string picture =
        "<x xmlns='vcard-temp:x:update'><photo>01b87fcd030b72895ff8e88db57ec525450f000d</photo></x>";
    const std::string changed = shown(contact);
    EXPECT_NE(changed.find(picture), std::string::npos) << changed;
    EXPECT_NE(changed.find("<status>At the sea</status>"), std::string::npos) << changed;
    take("probe", bob);
    EXPECT_NE(sent.at(0)->xml().find(picture), std::string::npos);
    sent.clear();
    presence.online();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_NE(sent.at(1)->xml().find(picture), std::string::npos) << "after a restart";
    sent.clear();
    take("unsubscribe", bob);
    sent.clear();
    EXPECT_EQ(shown(*directory.contact(id, address.canonical())), "") << "nobody looks any more";
}

struct PresenceOnEjabberd : PresenceTest {
    PresenceOnEjabberd() : PresenceTest("jabber.example") {}
};

TEST_F(PresenceOnEjabberd, NoMoreChangesThanModPresCounterLetsThrough) {
    presence.online();
    const std::string id = xmpp::attribute(*sent.at(0), "id");
    EXPECT_TRUE(presence.take_answer(
        *xmpp::parse_stanza("<iq type='result' from='jabber.example' id='" + id +
                            "'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' "
                            "type='im' name='ejabberd'/></query></iq>")));
    said();
    make_account();
    for (int i = 0; i < 6; ++i) take("subscribe", "c" + std::to_string(i % 3) + "\\40example.org@coi.jabber.example");
    const auto changes = [this] {
        Lines lines = said();
        const auto is_seen = [](const std::string& line) { return line.starts_with("available"); };
        const auto is_answer = [](const std::string& line) { return line.starts_with("subscribed"); };
        EXPECT_EQ(std::ranges::count_if(lines, is_seen), std::ranges::count_if(lines, is_answer)) << "once, behind it";
        std::erase_if(lines, [](const std::string& line) { return line.find("subscrib") == std::string::npos; });
        for (auto& line : lines) line = line.substr(0, line.find('\\'));
        return lines;
    };
    EXPECT_EQ(changes().size(), 5U);
    timer.pass();
    EXPECT_EQ(changes().size(), 2U) << "six answers, and the gateway's own request";
    timer.pass();
    EXPECT_EQ(changes(), Lines{});
}

TEST_F(PresenceTest, TheEndOfASubscriptionIsTold) {
    make_account();
    Lines& told = subscriptions.told;
    take("subscribed", "coi.jabber.example", true, alice + "/phone");
    take("unsubscribed", "coi.jabber.example");
    take("unsubscribe", "coi.jabber.example");
    EXPECT_EQ(told, (Lines{"granted " + alice, "cancelled " + alice, "unsubscribed " + alice}));
    take("subscribe", bob);
    told.clear();
    take("unsubscribe", bob);
    EXPECT_EQ(told, Lines{"unsubscribed " + alice}) << "their last contact";
}

}  // namespace
}  // namespace gateway
