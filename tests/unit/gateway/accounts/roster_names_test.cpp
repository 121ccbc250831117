// Names in contact lists: only where the server lets the gateway, only for its own contacts, and never over the user's.

#include "gateway/accounts/roster_names.h"

#include <gmock/gmock.h>

#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string alice = "alice@jabber.example";

struct RosterNamesTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    FakeStream stream;
    RosterNames names{directory, stream, "coi.jabber.example"};

    RosterNamesTest() {
        Account account;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        AccountId made{};
        directory.save(account, [&](const Store::Failure&, AccountId id) { made = id; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        directory.change(made, {"Bob Example", "bob", "example.org"}, [](Contact&) {});
    }
    void granted(const std::string& server = "jabber.example") {
        EXPECT_TRUE(names.take_grant(
            *xmpp::parse_stanza("<message from='" + server +
                                "' to='coi.jabber.example'><privilege xmlns='urn:xmpp:privilege:2'><perm "
                                "access='roster' type='both'/></privilege></message>")));
    }
    /// "JID NAME" for each change that follows from this list.
    std::vector<std::string> changes(const std::string& items, const std::string& from = alice) {
        stream.sent.clear();
        EXPECT_TRUE(
            names.take_answer(*xmpp::parse_stanza("<iq type='result' id='roster' from='" + from +
                                                  "'><query xmlns='jabber:iq:roster'>" + items + "</query></iq>")));
        std::vector<std::string> lines;
        for (const auto& stanza : stream.sent) {
            const auto* item = stanza->findTag("iq/query/item");
            lines.push_back(item->findAttribute("jid") + " " + item->findAttribute("name"));
        }
        return lines;
    }
};

TEST_F(RosterNamesTest, NothingIsAskedWhereTheServerDoesNotLetUs) {
    names.update(alice);
    granted("elsewhere.example");
    names.update(alice);
    EXPECT_FALSE(names.take_grant(*xmpp::parse_stanza("<message from='x@y'><body>Hi</body></message>")));
    EXPECT_THAT(stream.sent, IsEmpty());
    granted();
    names.offline();
    names.update(alice);
    EXPECT_THAT(stream.sent, IsEmpty()) << "a new stream, a new grant";
}

TEST_F(RosterNamesTest, OurContactsGetTheirNamesAndTheUsersOwnStay) {
    granted();
    for (int i = 0; i < 2; ++i) names.update(alice);
    ASSERT_EQ(stream.sent.size(), 1u) << "one question at a time";
    EXPECT_THAT(changes("<item jid='bob\\40example.org@coi.jabber.example'/>"
                        "<item jid='carol\\40example.org@coi.jabber.example' name='carol\\40example.org'/>"
                        "<item jid='dora\\40example.org@coi.jabber.example' name='My Dora'/>"
                        "<item jid='coi.jabber.example'/><item jid='romeo@jabber.example'/>"),
                UnorderedElementsAre("bob\\40example.org@coi.jabber.example Bob Example",
                                     "carol\\40example.org@coi.jabber.example carol@example.org",
                                     "coi.jabber.example Mail gateway"));
    EXPECT_THAT(changes("<item jid='coi.jabber.example'/>"), IsEmpty()) << "it was not asked for";
    names.update(alice);
    EXPECT_THAT(changes("<item jid='bob\\40example.org@coi.jabber.example' name='bob@example.org'/>"),
                UnorderedElementsAre("bob\\40example.org@coi.jabber.example Bob Example"))
        << "the address stood there until the name was known";
}

TEST_F(RosterNamesTest, NobodyButTheServerAnswers) {
    granted();
    names.update(alice);
    EXPECT_THAT(changes("<item jid='coi.jabber.example'/>", alice + "/phone"), IsEmpty());
}

TEST_F(RosterNamesTest, TheAnswerToAChangeIsNotTheList) {
    granted();
    names.update(alice);
    EXPECT_TRUE(names.take_answer(*xmpp::parse_stanza("<iq type='result' id='roster-name' from='" + alice + "'/>")));
    EXPECT_THAT(changes("<item jid='bob\\40example.org@coi.jabber.example'/>"),
                UnorderedElementsAre("bob\\40example.org@coi.jabber.example Bob Example"));
}

}  // namespace
}  // namespace gateway
