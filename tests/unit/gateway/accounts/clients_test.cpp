// What clients are asked and what is made of their answers: names as events, and which of them show an error's words.

#include "gateway/accounts/clients.h"

#include <gmock/gmock.h>

#include "gateway/accounts/contact_names.h"
#include "gateway/model/addresses.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string component = "coi.jabber.example";
const std::string alice = "alice@jabber.example", phone = alice + "/phone", desk = alice + "/desk";
const std::string wish = "<feature var='http://jabber.org/protocol/nick+notify'/>";

struct ClientsTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    FakeStream stream;
    Clients clients{stream, component};
    RosterNames roster{directory, stream, component};
    ContactNames names{directory, clients, roster, stream, component};

    std::optional<std::string> answers(const std::string& from, const std::string& name, const std::string& more) {
        const auto iq =
            xmpp::parse_stanza("<iq type='result' id='client' from='" + from + "' to='" + component +
                               "'><query xmlns='http://jabber.org/protocol/disco#info'>" +
                               "<identity category='client' type='pc' name='" + name + "'/>" + more + "</query></iq>");
        EXPECT_TRUE(clients.is_answer(*iq));
        return clients.take_answer(*iq);
    }
    AccountId make_account() {
        Account account;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        AccountId made{};
        directory.save(account, [&](const Store::Failure&, AccountId id) { made = id; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        return made;
    }
    /// "JID > client: name" for each event since the last time.
    std::vector<std::string> said() {
        std::vector<std::string> lines;
        for (const auto& stanza : stream.sent) {
            const auto* item = stanza->findTag("message/event/items/item/nick");
            const std::string name = item ? item->cdata() : "no event";
            lines.push_back(xmpp::attribute(*stanza, "from") + " > " + xmpp::attribute(*stanza, "to") + ": " + name);
        }
        stream.sent.clear();
        return lines;
    }
};

TEST_F(ClientsTest, AClientIsAskedOnceUntilItGoes) {
    for (int i = 0; i < 2; ++i) clients.heard_of(phone);
    clients.heard_of(alice);  // no client: the server
    ASSERT_EQ(stream.sent.size(), 1u);
    EXPECT_EQ(xmpp::attribute(*stream.sent[0], "to"), phone);
    clients.unavailable(phone);
    clients.heard_of(phone);
    EXPECT_EQ(stream.sent.size(), 2u);
}

TEST_F(ClientsTest, WhoLeavesWhileTheStreamIsDownIsNotKnownAfterIt) {
    clients.heard_of(phone);
    clients.offline();
    EXPECT_FALSE(clients.knows(phone));
}

TEST_F(ClientsTest, NobodyAnswersForAnother) {
    clients.heard_of(phone);
    answers("mallory@jabber.example/x", "Pidgin", wish);
    EXPECT_FALSE(clients.shows_errors("mallory@jabber.example/x"));
    EXPECT_FALSE(clients.shows_errors(phone));
}

TEST_F(ClientsTest, WhatIsKnownToShowAnErrorIsTakenAtItsName) {
    const std::string web = alice + "/converse.js-24684287";
    for (const auto& client : {phone, desk, web}) clients.heard_of(client);
    EXPECT_FALSE(clients.shows_errors(phone)) << "nothing is known yet";
    answers(phone, "Dino", "");
    answers(desk, "Pidgin", "");
    answers(web, "Converse", "");  // as converse.js 10.1.2 calls itself
    EXPECT_FALSE(clients.shows_errors(phone));
    EXPECT_TRUE(clients.shows_errors(desk));
    EXPECT_TRUE(clients.shows_errors(web));
    const auto refusal = xmpp::parse_stanza("<iq type='error' id='client' from='" + desk + "'/>");
    EXPECT_TRUE(clients.is_answer(*refusal));
    EXPECT_EQ(clients.take_answer(*refusal), std::nullopt);
}

TEST_F(ClientsTest, NamesGoToThoseThatWantThemAndWhereNothingIsKnownToAll) {
    EXPECT_THAT(clients.reading_names(alice), ElementsAre(alice));
    for (const auto& client : {phone, desk}) clients.heard_of(client);
    EXPECT_THAT(clients.reading_names(alice), IsEmpty());
    EXPECT_EQ(answers(phone, "Gajim", wish), phone);
    EXPECT_EQ(answers(desk, "Dino", ""), desk);
    EXPECT_TRUE(clients.reads_names(phone));
    EXPECT_FALSE(clients.reads_names(desk) || clients.reads_pictures(phone));
    for (const auto& more : {std::string(), wish})
        EXPECT_EQ(answers(phone, "Gajim", more), std::nullopt) << "it was not asked again";
    EXPECT_EQ(answers(desk, "Dino", wish), std::nullopt);
    EXPECT_THAT(clients.reading_names(alice), ElementsAre(phone));
    EXPECT_THAT(clients.reading_pictures(alice), IsEmpty());
    EXPECT_THAT(clients.reading_names("alice@jabber.exampl"), ElementsAre("alice@jabber.exampl"));
}

TEST_F(ClientsTest, AClientThatComesIsToldTheNamesOfThoseWhomItsUserKnows) {
    const auto id = make_account();
    directory.change(id, {"Bob Example", "bob", "example.org"}, [](Contact& bob) { bob.written_to = true; });
    directory.change(id, {"", "carol", "example.org"}, [](Contact& carol) { carol.subscribed = true; });
    directory.change(id, {"Eve", "eve", "example.net"}, [](Contact&) {});
    names.introduce(phone);
    EXPECT_THAT(said(), ElementsAre(component + " > " + phone + ": Mail gateway",
                                    "gateway@" + component + " > " + phone + ": Mail gateway",
                                    "bob\\40example.org@" + component + " > " + phone + ": Bob Example",
                                    "carol\\40example.org@" + component + " > " + phone + ": carol@example.org"));
}

TEST_F(ClientsTest, WhoIsMetHasTheirAddressAndLaterTheirName) {
    const auto id = make_account();
    const std::string bob = "bob%example.org@" + component;
    names.met(alice, bob, {"", "bob", "example.org"});
    EXPECT_THAT(said(), ElementsAre(bob + " > " + alice + ": bob@example.org"));
    const Contact& contact = directory.change(id, {"Bob Example", "bob", "example.org"}, [&](Contact& changed) {
        use_spelling(changed, xmpp::JID(bob), component, true);
    });
    names.changed(contact);
    EXPECT_EQ(said().front(), bob + " > " + alice + ": Bob Example") << "by the JID that the user knows";
}

}  // namespace
}  // namespace gateway
