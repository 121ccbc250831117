// Ad-hoc commands: the examples of XEP-0050.

#include "xmpp/xep/xep0050_commands.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0004_forms.h"

namespace xmpp {
namespace {

TEST(Xep0050Commands, Example8ExecuteCommandRequest) {
    const auto request = xep0050::request(*parsed(R"(<iq type='set' to='responder@domain' id='exec1'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='list'
           action='execute'/>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->node, "list");
    EXPECT_EQ(request->action, xep0050::Action::execute);
    EXPECT_TRUE(request->session.empty());
}

TEST(Xep0050Commands, Example11ExecuteCommandResultStage1) {
    const auto result = parsed("<iq type='result' from='responder@domain' to='requester@domain' id='exec1'/>");
    auto& command =
        xep0050::add_command(*result, {"config", "config:20020923T213616Z-700", "executing", "", "", {"next"}});
    add(command, "x", "jabber:x:data");
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='responder@domain' to='requester@domain' id='exec1'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           status='executing'>
    <actions execute='next'>
      <next/>
    </actions>
    <x xmlns='jabber:x:data'/>
  </command>
</iq>)");
}

TEST(Xep0050Commands, Example12ExecuteCommandRequestStage2) {
    const auto iq = parsed(R"(<iq type='set' to='responder@domain' id='exec2'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'>
    <x xmlns='jabber:x:data' type='submit'>
      <field var='service'>
        <value>httpd</value>
      </field>
    </x>
  </command>
</iq>)");
    const auto request = xep0050::request(*iq);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->session, "config:20020923T213616Z-700");
    EXPECT_EQ(request->action, xep0050::Action::execute);
    EXPECT_EQ(xep0004::submitted(*child(*iq, "command", xep0050::ns))->at("service"), "httpd");
}

TEST(Xep0050Commands, Example18ExecuteCommandRequestStage2Canceling) {
    const auto request = xep0050::request(*parsed(R"(<iq type='set' to='responder@domain' id='exec3'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           action='cancel'/>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->action, xep0050::Action::cancel);
    EXPECT_EQ(request->session, "config:20020923T213616Z-700");
}

TEST(Xep0050Commands, Example19ExecuteCommandResultStage2Canceled) {
    const auto result = parsed("<iq type='result' from='responder@domain' to='requester@domain' id='exec3'/>");
    xep0050::add_command(*result, {"config", "config:20020923T213616Z-700", "canceled"});
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='responder@domain' to='requester@domain' id='exec3'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           status='canceled'/>
</iq>)");
}

TEST(Xep0050Commands, AnActionThatDoesNotExist) {
    EXPECT_FALSE(
        xep0050::request(*parsed("<iq><command xmlns='http://jabber.org/protocol/commands' action='dance'/></iq>")));
}

TEST(Xep0050Commands, ANoteAndTheActionsOfALaterStage) {
    Tag result("iq");
    xep0050::add_command(result, {"config", "s1", "executing", "", "", {"complete", "prev"}});
    EXPECT_EQ(
        result.xml(),
        "<iq><command xmlns='http://jabber.org/protocol/commands' node='config' sessionid='s1' status='executing'>"
        "<actions execute='complete'><complete/><prev/></actions></command></iq>");
    Tag done("iq");
    xep0050::add_command(done, {"config", "s1", "completed", "info", "Service 'httpd' has been configured."});
    EXPECT_NE(done.xml().find("<note type='info'>Service &apos;httpd&apos; has been configured.</note>"),
              std::string::npos);
}

TEST(Xep0050Commands, Section4_4Conditions) {
    const auto error =
        error_reply(*parsed("<iq type='set' id='1' from='a@b' to='c'/>"), "modify", "bad-request", "", "");
    xep0050::add_condition(*error, "malformed-action");
    EXPECT_TRUE(child(*error->findChild("error"), "malformed-action", xep0050::ns));
}

}  // namespace
}  // namespace xmpp
