// The gateway's prompt: the examples of XEP-0100 §6.3.

#include "xmpp/xep/xep0100_gateway.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0100Gateway, Example52ClientRequestsPrompt) {
    EXPECT_EQ(xep0100::prompted(*parsed(
                  R"(<iq type='get' to='aim.jabber.org' from='stpeter@jabber.org/roundabout' id='gate1'>
  <query xmlns='jabber:iq:gateway'/>
</iq>)")),
              "");
}

TEST(Xep0100Gateway, Example53GatewayReturnsPrompt) {
    const auto result =
        parsed("<iq type='result' from='aim.jabber.org' to='stpeter@jabber.org/roundabout' id='gate1'/>");
    xep0100::add_prompt(*result, "Please enter the AOL Screen Name of the person you would like to contact.",
                        "Contact ID");
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='aim.jabber.org' to='stpeter@jabber.org/roundabout' id='gate1'>
    <query xmlns='jabber:iq:gateway'>
      <desc>Please enter the AOL Screen Name of the person you would like to contact.</desc>
      <prompt>Contact ID</prompt>
    </query>
  </iq>)");
}

TEST(Xep0100Gateway, Example54ClientProvidesLegacyUsername) {
    EXPECT_EQ(xep0100::prompted(*parsed(
                  R"(<iq type='set' to='aim.jabber.org' from='stpeter@jabber.org/roundabout' id='gate1'>
  <query xmlns='jabber:iq:gateway'>
      <prompt>Foo Bar</prompt>
  </query>
</iq>)")),
              "Foo Bar");
}

TEST(Xep0100Gateway, Example55GatewayReturnsJid) {  // and says it once more where older clients look for it
    const auto result =
        parsed("<iq type='result' from='aim.jabber.org' to='stpeter@jabber.org/roundabout' id='gate1'/>");
    xep0100::add_jid(*result, "FooBar@aim.jabber.org");
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='aim.jabber.org' to='stpeter@jabber.org/roundabout' id='gate1'>
  <query xmlns='jabber:iq:gateway'>
    <jid>FooBar@aim.jabber.org</jid>
    <prompt>FooBar@aim.jabber.org</prompt>
  </query>
</iq>)");
}

}  // namespace
}  // namespace xmpp
