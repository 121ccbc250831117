// Contacts who are blocked, and the words beside a request.

#include <algorithm>

#include "tests/unit/gateway/service/presence_play.h"

namespace gateway {
namespace {

TEST_F(PresenceTest, WhoIsBlockedIsUnavailableAndCannotBeAdded) {
    const auto id = make_account();
    take("subscribe", bob);
    said();
    directory.change(id, address, [](Contact& contact) { contact.blocked = true; });
    presence.profile_changed(*directory.contact(id, address.canonical()));
    take("probe", bob);
    EXPECT_EQ(said(), (Lines{"unavailable " + bob + " > " + alice, "unavailable " + bob + " > " + alice}));
    presence.online();
    const auto lines = said();
    EXPECT_EQ(std::ranges::count(lines, "available " + bob + " > " + alice), 0);
    take("subscribe", bob);
    ASSERT_EQ(sent.size(), 1U);
    const auto* error = sent[0]->findChild("error");
    ASSERT_TRUE(error);
    EXPECT_TRUE(xmpp::child(*error, "blocked", "urn:xmpp:blocking:errors"));
    EXPECT_EQ(said(), Lines{"error not-acceptable " + bob + " > " + alice});
    directory.change(id, address, [](Contact& contact) { contact.blocked = false; });
    presence.profile_changed(*directory.contact(id, address.canonical()));
    EXPECT_EQ(said(), Lines{"available " + bob + " > " + alice});
}

TEST_F(PresenceTest, TheGreetingOfARequestIsItsFirstMessageOnce) {
    make_account();
    const auto ask = [&](const std::string& inside) {
        presence.take(*xmpp::parse_stanza("<presence type='subscribe' from='" + alice + "' xml:lang='de' to='" + bob +
                                          "'>" + inside + "</presence>"),
                      true);
    };
    ask("<status>Hello Bob, it is Alice from the choir</status>");
    ASSERT_EQ(greetings.taken.size(), 1U);
    const xmpp::Tag& message = *greetings.taken[0];
    EXPECT_EQ(message.name(), "message");
    EXPECT_EQ(xmpp::attribute(message, "from"), alice);
    EXPECT_EQ(xmpp::attribute(message, "to"), bob);
    EXPECT_EQ(xmpp::attribute(message, "xml:lang"), "de");
    EXPECT_NE(xmpp::attribute(message, "id"), "");
    EXPECT_EQ(xmpp::body_of(message)->cdata(), "Hello Bob, it is Alice from the choir");
    ask("<status>Hello Bob, it is Alice from the choir</status>");
    EXPECT_EQ(greetings.taken.size(), 1U) << "a repeated request";
    take("unsubscribe", bob);
    ask("<status> \n</status>");
    take("unsubscribe", bob);
    take("subscribe", bob);
    EXPECT_EQ(greetings.taken.size(), 1U) << "without words nothing is mailed";
}

TEST_F(PresenceTest, AGreetingGoesOnlyWhereTheRequestIsAnswered) {
    const std::string greeting = "'><status>Hello</status></presence>";
    const auto from = [&](const std::string& user, const std::string& to, bool may_use) {
        presence.take(*xmpp::parse_stanza("<presence type='subscribe' from='" + user + "' to='" + to + greeting),
                      may_use);
    };
    from("carol@elsewhere.example", bob, true);  // has to link first
    from("mallory@other.example", bob, false);   // may not use the gateway
    from(alice, alias, true);                    // the gateway itself
    from(alice, "coi.jabber.example", true);
    EXPECT_TRUE(greetings.taken.empty());
    from(alice, bob, true);  // gets a relay address by it
    EXPECT_TRUE(loop.run_until([&] { return !greetings.taken.empty(); }));
}

}  // namespace
}  // namespace gateway
