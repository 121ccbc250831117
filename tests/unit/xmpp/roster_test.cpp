// The contact list [RFC 6121 §2.1].

#include "xmpp/roster.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Roster, AnAnswerHasTheItemsWithNamesAndGroups) {
    const auto answer = parsed(
        "<iq type='result' from='juliet@example.com' id='x'><query xmlns='jabber:iq:roster'>"
        "<item jid='romeo@example.net' name='Romeo' subscription='both'><group>Friends</group></item>"
        "<item jid='nurse@example.com' subscription='to'/></query></iq>");
    const auto items = roster::items(*answer);
    ASSERT_TRUE(items);
    EXPECT_EQ(items->at(0), (roster::Item{"romeo@example.net", "Romeo", {"Friends"}}));
    EXPECT_EQ(items->at(1), (roster::Item{"nurse@example.com", ""}));
    EXPECT_EQ(roster::items(*parsed("<iq type='result' id='x'/>")), std::nullopt);
}

TEST(Roster, AChangeKeepsTheGroupsAndSaysNothingOfTheSubscription) {
    EXPECT_EXAMPLE(*roster::change("coi.example.com", "juliet@example.com", "x", {"a@b", "A", {"Friends"}}),
                   "<iq from='coi.example.com' id='x' to='juliet@example.com' type='set'><query "
                   "xmlns='jabber:iq:roster'><item jid='a@b' name='A'><group>Friends</group></item></query></iq>");
}

}  // namespace
}  // namespace xmpp
