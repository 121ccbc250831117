// Calls that are proposed and rejected: the examples of XEP-0353.

#include "xmpp/xep/xep0353_jingle_message.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0334_hints.h"

namespace xmpp {
namespace {

constexpr const char* example1 = R"(<message from='romeo@montague.example/orchard'
         to='juliet@capulet.example'
         type='chat'>
  <propose xmlns='urn:xmpp:jingle-message:0' id='ca3cf894-5325-482f-a412-a6e9f832298d'>
    <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>
  </propose>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

constexpr const char* example4 = R"(<message from='romeo@montague.example/orchard'
         to='juliet@capulet.example'
         type='chat'>
  <retract xmlns='urn:xmpp:jingle-message:0' id='ca3cf894-5325-482f-a412-a6e9f832298d'>
    <reason xmlns="urn:xmpp:jingle:1">
      <cancel/>
      <text>Retracted</text>
    </reason>
  </retract>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

constexpr const char* example7 = R"(<message from='juliet@capulet.example/phone'
         to='romeo@montague.example/orchard'
         type='chat'>
  <reject xmlns='urn:xmpp:jingle-message:0' id='ca3cf894-5325-482f-a412-a6e9f832298d'>
    <reason xmlns="urn:xmpp:jingle:1">
      <busy/>
      <text>Busy</text>
    </reason>
  </reject>
  <store xmlns="urn:xmpp:hints"/>
</message>)";

const std::string session = "ca3cf894-5325-482f-a412-a6e9f832298d";

TEST(Xep0353JingleMessage, Example1InitiatorSendsIntentMessage) {
    EXPECT_EQ(xep0353::proposal(*parsed(example1)), (xep0353::Proposal{session, true, false}));
}

TEST(Xep0353JingleMessage, Example4InitiatorSendsRetractMessage) {
    EXPECT_FALSE(xep0353::proposal(*parsed(example4))) << "which ends a call";
}

TEST(Xep0353JingleMessage, Example7OneOfRespondersResourcesRejectsTheCall) {
    EXPECT_FALSE(xep0353::proposal(*parsed(example7)));
    const auto made =
        parsed("<message from='juliet@capulet.example/phone' to='romeo@montague.example/orchard' type='chat'/>");
    xep0353::add_reject(*made, session, "busy", "Busy");
    xep0334::add_store(*made);
    EXPECT_EXAMPLE(*made, example7);
}

TEST(Xep0353JingleMessage, WhatIsProposed) {
    const auto proposed = [](const std::string& inside, const std::string& attributes = "id='x'") {
        return xep0353::proposal(*parsed("<message><propose xmlns='urn:xmpp:jingle-message:0' " + attributes + ">" +
                                         inside + "</propose></message>"));
    };
    const std::string rtp = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media=";
    EXPECT_EQ(proposed(rtp + "'audio'/>" + rtp + "'video'/>"), (xep0353::Proposal{"x", true, true}));
    EXPECT_EQ(proposed("<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>"),
              (xep0353::Proposal{"x", false, false}));
    EXPECT_EQ(proposed(""), (xep0353::Proposal{"x", false, false}));
    EXPECT_FALSE(proposed(rtp + "'audio'/>", "")) << "nothing can answer it";
}

}  // namespace
}  // namespace xmpp
