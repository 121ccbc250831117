// Reactions: the examples of XEP-0444.

#include "xmpp/xep/xep0444_reactions.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0334_hints.h"

namespace xmpp {
namespace {

using xep0444::Reactions;

constexpr const char* original = "744f6e18-a57a-11e9-a656-4889e7820c76";

constexpr const char* example5 =
    R"(<message to='romeo@capulet.net/orchard' id='7fdd29fa-a57a-11e9-b04a-4889e7820c76' type='chat'>
  <reactions id='744f6e18-a57a-11e9-a656-4889e7820c76' xmlns='urn:xmpp:reactions:0'>
    <reaction>👋</reaction>
  </reactions>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

constexpr const char* example6 =
    R"(<message to='romeo@capulet.net/orchard' id='96d73204-a57a-11e9-88b8-4889e7820c76' type='chat'>
  <reactions id='744f6e18-a57a-11e9-a656-4889e7820c76' xmlns='urn:xmpp:reactions:0'>
    <reaction>👋</reaction>
    <reaction>🐢</reaction>
  </reactions>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

constexpr const char* example7 =
    R"(<message to='romeo@capulet.net/orchard' id='973c9d2e-a57a-11e9-af82-4889e7820c76' type='chat'>
  <reactions id='744f6e18-a57a-11e9-a656-4889e7820c76' xmlns='urn:xmpp:reactions:0'/>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

void expect_both_ways(const char* example, const std::string& id, const Reactions& reactions) {
    EXPECT_EQ(xep0444::reactions(*parsed(example)), reactions);
    const auto message = parsed("<message to='romeo@capulet.net/orchard' id='" + id + "' type='chat'/>");
    xep0444::add_reactions(*message, reactions);
    xep0334::add_store(*message);
    EXPECT_EXAMPLE(*message, example);
}

TEST(Xep0444Reactions, Example5JulietSendsAReactionToTheMessage) {
    expect_both_ways(example5, "7fdd29fa-a57a-11e9-b04a-4889e7820c76", {original, {"👋"}});
}

TEST(Xep0444Reactions, Example6JulietAddsAReactionToTheMessage) {
    expect_both_ways(example6, "96d73204-a57a-11e9-88b8-4889e7820c76", {original, {"👋", "🐢"}});
}

TEST(Xep0444Reactions, Example7JulietRemovesAllReactionsFromTheMessage) {
    expect_both_ways(example7, "973c9d2e-a57a-11e9-af82-4889e7820c76", {original, {}});
}

TEST(Xep0444Reactions, Example9JulietReactsWithTwoHearts) {
    EXPECT_EQ(xep0444::reactions(*parsed(R"(<message from="juliet@capulet.net"
        to='romeo@legacy-love-network.capulet.net'
        id='will-be-rejected1'
        type='chat'>
  <reactions id='restricted-reactions-1' xmlns='urn:xmpp:reactions:0'>
    <reaction>💘</reaction>
    <reaction>💜</reaction>
  </reactions>
  <store xmlns="urn:xmpp:hints"/>
</message>)")),
              (Reactions{"restricted-reactions-1", {"💘", "💜"}}));
}

/// Without the list of emojis, which coigate does not write.
TEST(Xep0444Reactions, Example3EntitiesAdvertisesSupportForRestrictedReactions) {
    const auto result = parsed("<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    xep0004::add_form(*result->findChild("query"), xep0444::restrictions(1));
    EXPECT_EXAMPLE(*result, R"(<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>
    <x xmlns='jabber:x:data' type='result'>
      <field var='FORM_TYPE' type='hidden'>
        <value>urn:xmpp:reactions:0:restrictions</value>
      </field>
      <field var='max_reactions_per_user' type='text-single'>
        <value>1</value>
      </field>
    </x>
</query></iq>)");
}

TEST(Xep0444Reactions, WithoutAnIdOrInAnotherNamespaceTheyAreNone) {
    EXPECT_FALSE(xep0444::reactions(*parsed("<message><reactions xmlns='urn:xmpp:reactions:0'/></message>")));
    EXPECT_FALSE(xep0444::reactions(*parsed("<message><reactions id='1' xmlns='urn:example'/></message>")));
}

}  // namespace
}  // namespace xmpp
