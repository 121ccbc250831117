// Retractions: the examples of XEP-0424.

#include "xmpp/xep/xep0424_retraction.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0428_fallback.h"

namespace xmpp {
namespace {

constexpr const char* example3 = R"(<message type='chat' to='lord@capulet.example' id='wrong-recipient-1'>
  <body>Have not saints lips, and holy palmers too?</body>
</message>)";

constexpr const char* example4 = R"(<message type='chat' to='lord@capulet.example' id='retract-message-1'>
  <retract id="wrong-recipient-1" xmlns='urn:xmpp:message-retract:1'/>
  <fallback xmlns="urn:xmpp:fallback:0" for='urn:xmpp:message-retract:1'/>
  <body>/me retracted a previous message, but it's unsupported by your client.</body>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

constexpr const char* example7 = R"(<message id='aeb213' to='lord@capulet.example/chamber'>
  <result xmlns='urn:xmpp:mam:2' queryid='f27' id='stanza-id-1'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <delay xmlns='urn:xmpp:delay' stamp='2019-09-20T23:08:25Z'/>
      <message type='groupchat' from='romeo@montague.example' to='lord@capulet.example' id='wrong-recipient-1'>
        <retracted stamp='2019-09-20T23:09:32Z' xmlns='urn:xmpp:message-retract:1' id='retract-message-1'/>
      </message>
  </forwarded>
</result>
</message>)";

// Example 4 of version 0.3.0
constexpr const char* older = R"(<message type='chat' to='lord@capulet.example' id='retract-message-1'>
  <apply-to id="origin-id-1" xmlns="urn:xmpp:fasten:0">
    <retract xmlns='urn:xmpp:message-retract:0'/>
  </apply-to>
  <fallback xmlns="urn:xmpp:fallback:0"/>
  <body>This person attempted to retract a previous message, but it's unsupported by your client.</body>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

TEST(Xep0424Retraction, Example3TheUsersClientSendsAMessageToTheWrongRecipient) {
    const auto message = parsed(example3);
    EXPECT_FALSE(xep0424::retracts(*message));
    EXPECT_EQ(attribute(*message, "id"), "wrong-recipient-1") << "which a retraction names";
}

TEST(Xep0424Retraction, Example4TheClientSendsOutARetraction) {
    const auto message = parsed(example4);
    EXPECT_EQ(xep0424::retracts(*message), "wrong-recipient-1");
    const auto body = body_of(*message)->cdata();
    EXPECT_EQ(xep0428::fallback(*message, xep0424::ns, body), (xep0428::Range{0, body.size()})) << "the whole body";
    const auto made = parsed("<message type='chat' to='lord@capulet.example' id='retract-message-1'/>");
    xep0424::add_retract(*made, "wrong-recipient-1");
    add(*made, "fallback", xep0428::ns).addAttribute("for", xep0424::ns);
    add(*made, "body", {}, body);
    xep0334::add_store(*made);
    EXPECT_EXAMPLE(*made, example4);
}

TEST(Xep0424Retraction, Example7RetractedMessageTombstoneInAMamResult) {
    const auto message = parsed(example7);
    EXPECT_FALSE(xep0424::retracts(*message)) << "of an archive, and no retraction";
    EXPECT_FALSE(xep0424::retracts(*message->findChild("result")->findChild("forwarded")->findChild("message")));
}

TEST(Xep0424Retraction, OlderClientsFastenIt) { EXPECT_EQ(xep0424::retracts(*parsed(older)), "origin-id-1"); }

TEST(Xep0424Retraction, WithoutAnIdOrInAnotherNamespaceItIsNone) {
    for (const char* inside :
         {"<retract xmlns='urn:xmpp:message-retract:1'/>", "<retract xmlns='urn:xmpp:message-retract:0' id='m1'/>",
          "<retract xmlns='urn:example' id='m1'/>", "<apply-to xmlns='urn:xmpp:fasten:0' id='m1'/>",
          "<apply-to xmlns='urn:xmpp:fasten:0'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>"})
        EXPECT_FALSE(xep0424::retracts(*parsed(std::string("<message>") + inside + "</message>"))) << inside;
}

}  // namespace
}  // namespace xmpp
