// Invitations to calls: the examples of XEP-0482.

#include "xmpp/xep/xep0482_call_invites.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

constexpr const char* example1 = R"(<message to='mara@example.com' id='id1' type='chat'>
  <invite video='true' xmlns='urn:xmpp:call-invites:0'>
    <jingle sid='sid1'/>
  </invite>
</message>)";

constexpr const char* example2 = R"(<message to='mara@example.com' id='id2' type='chat'>
  <invite xmlns='urn:xmpp:call-invites:0'>
    <jingle sid='sid2' jid='mixer@example.com/uuid' />
    <external uri='https://example.com/uuid' />
    <external uri='tel:+12345678' />
  </invite>
</message>)";

constexpr const char* example3 = R"(<message to='mara@example.com' type='chat'>
  <retract id='id1' xmlns='urn:xmpp:call-invites:0' />
</message>)";

constexpr const char* example5 = R"(<message to='mara@example.com' type='chat'>
  <reject id='id1' xmlns='urn:xmpp:call-invites:0' />
</message>)";

TEST(Xep0482CallInvites, Example1InviteToAJingleVideoCall) {
    EXPECT_EQ(xep0482::invite(*parsed(example1)), (xep0482::Invite{"id1", true}));
}

TEST(Xep0482CallInvites, Example2InviteToAMixerGroupcallWithWebclientAndDialInFallback) {
    EXPECT_EQ(xep0482::invite(*parsed(example2)), (xep0482::Invite{"id2", false}));
}

TEST(Xep0482CallInvites, Example3RetractingACall) { EXPECT_FALSE(xep0482::invite(*parsed(example3))); }

TEST(Xep0482CallInvites, Example4AcceptingACall) {
    EXPECT_FALSE(xep0482::invite(*parsed(R"(<message to='mara@example.com' type='chat'>
  <accept id='id1' xmlns='urn:xmpp:call-invites:0'>
    <jingle sid='sid1' jid='mixer@example.com/uuid' />
  </accept>
</message>)")));
}

TEST(Xep0482CallInvites, Example6LeavingACall) {
    EXPECT_FALSE(xep0482::invite(*parsed(R"(<message to='mara@example.com' type='chat'>
  <left id='id1' xmlns='urn:xmpp:call-invites:0' />
</message>)")));
}

TEST(Xep0482CallInvites, Example5RejectingACall) {
    EXPECT_FALSE(xep0482::invite(*parsed(example5)));
    const auto made = parsed("<message to='mara@example.com' type='chat'/>");
    xep0482::add_reject(*made, "id1");
    EXPECT_EXAMPLE(*made, example5);
}

TEST(Xep0482CallInvites, AnswersNameTheOriginId) {  // [XEP-0482 §3.1]
    EXPECT_EQ(xep0482::invite(*parsed("<message id='a'><origin-id xmlns='urn:xmpp:sid:0' id='b'/>"
                                      "<invite xmlns='urn:xmpp:call-invites:0'/></message>")),
              (xep0482::Invite{"b", false}));
}

}  // namespace
}  // namespace xmpp
