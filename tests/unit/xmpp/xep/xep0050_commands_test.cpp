// Ad-hoc commands: the examples of XEP-0050.

#include "xmpp/xep/xep0050_commands.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0030_disco.h"

namespace xmpp {
namespace {

TEST(Xep0050Commands, Example4DiscoResultForItems) {
    const auto result = parsed("<iq type='result' to='requester@domain' from='responder@domain'/>");
    xep0030::add_items(*result,
                       {{"responder@domain", "list", "List Service Configurations"},
                        {"responder@domain", "config", "Configure Service"},
                        {"responder@domain", "reset", "Reset Service Configuration"},
                        {"responder@domain", "start", "Start Service"},
                        {"responder@domain", "stop", "Stop Service"},
                        {"responder@domain", "restart", "Restart Service"}},
                       xep0050::ns);
    EXPECT_EXAMPLE(*result, R"(<iq type='result'
    to='requester@domain'
    from='responder@domain'>
  <query xmlns='http://jabber.org/protocol/disco#items'
         node='http://jabber.org/protocol/commands'>
    <item jid='responder@domain'
          node='list'
          name='List Service Configurations'/>
    <item jid='responder@domain'
          node='config'
          name='Configure Service'/>
    <item jid='responder@domain'
          node='reset'
          name='Reset Service Configuration'/>
    <item jid='responder@domain'
          node='start'
          name='Start Service'/>
    <item jid='responder@domain'
          node='stop'
          name='Stop Service'/>
    <item jid='responder@domain'
          node='restart'
          name='Restart Service'/>
  </query>
</iq>)");
}

TEST(Xep0050Commands, Example6DiscoResultForCommandInformation) {
    const auto result = parsed("<iq type='result' to='requester@domain' from='responder@domain'/>");
    xep0030::add_info(*result, {{{"automation", "command-node", "Configure Service"}}, {xep0050::ns, xep0004::ns}},
                      "config");
    EXPECT_EXAMPLE(*result, R"(<iq type='result'
    to='requester@domain'
    from='responder@domain'>
  <query xmlns='http://jabber.org/protocol/disco#info'
         node='config'>
    <identity name='Configure Service'
              category='automation'
              type='command-node'/>
    <feature var='http://jabber.org/protocol/commands'/>
    <feature var='jabber:x:data'/>
  </query>
</iq>)");
}

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

TEST(Xep0050Commands, Example10ExecuteCommandRequestStage1) {
    const auto request = xep0050::request(*parsed(R"(<iq type='set' to='responder@domain' id='exec1'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='config'
           action='execute'/>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->node, "config");
    EXPECT_EQ(request->action, xep0050::Action::execute);
    EXPECT_EQ(request->session, "");
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

TEST(Xep0050Commands, Example13ExecuteCommandResultStage2) {  // with a list of which one can be chosen
    const auto result = parsed("<iq type='result' from='responder@domain' to='requester@domain' id='exec2'/>");
    auto& command = xep0050::add_command(
        *result, {"config", "config:20020923T213616Z-700", "executing", "", "", {"complete", "prev"}});
    xep0004::Form form{"form", "", "Configure Service", "Please select the run modes and state for 'httpd'."};
    form.fields.push_back({"state", "list-single", "Run State", "off"});
    form.fields.back().options = {{"Active", "off"}, {"Inactive", "on"}};
    xep0004::add_form(command, form);
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='responder@domain' to='requester@domain' id='exec2'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           status='executing'>
    <actions execute='complete'>
      <prev/>
      <complete/>
    </actions>
    <x xmlns='jabber:x:data' type='form'>
      <title>Configure Service</title>
      <instructions>
        Please select the run modes and state for 'httpd'.
      </instructions>
      <field var='state' label='Run State' type='list-single'>
        <value>off</value>
        <option label='Active'><value>off</value></option>
        <option label='Inactive'><value>on</value></option>
      </field>
    </x>
  </command>
</iq>)");
}

TEST(Xep0050Commands, Example14ExecuteCommandRequestStage3) {
    const auto iq = parsed(R"(<iq type='set' to='responder@domain' id='exec3'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'>
    <x xmlns='jabber:x:data' type='submit'>
      <field var='runlevel'>
        <value>3</value>
      </field>
      <field var='state'>
        <value>on</value>
      </field>
    </x>
  </command>
</iq>)");
    const auto request = xep0050::request(*iq);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->session, "config:20020923T213616Z-700");
    EXPECT_EQ(*xep0004::submitted(*child(*iq, "command", xep0050::ns)),
              (std::map<std::string, std::string>{{"runlevel", "3"}, {"state", "on"}}));
}

TEST(Xep0050Commands, Example15ExecuteCommandResultStage3) {
    const auto result = parsed("<iq type='result' from='responder@domain' to='requester@domain' id='exec3'/>");
    xep0050::add_command(*result, {"config", "config:20020923T213616Z-700", "completed", "info",
                                   "Service 'httpd' has been configured."});
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='responder@domain' to='requester@domain' id='exec3'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           status='completed'>
    <note type='info'>Service 'httpd' has been configured.</note>
  </command>
</iq>)");
}

TEST(Xep0050Commands, Example16ExecuteCommandRequestRevertFromStage2ToStage1) {
    const auto request = xep0050::request(*parsed(R"(<iq type='set' to='responder@domain' id='exec2'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           action='prev'/>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->action, xep0050::Action::prev);
    EXPECT_EQ(request->session, "config:20020923T213616Z-700");
}

TEST(Xep0050Commands, Example17ExecuteCommandResultRevertFromStage2ToStage1) {
    const auto result = parsed("<iq type='result' from='responder@domain' to='requester@domain' id='exec2'/>");
    auto& command =
        xep0050::add_command(*result, {"config", "config:20020923T213616Z-700", "executing", "", "", {"next"}});
    xep0004::Form form{"form", "", "Configure Service", "Please select the service to configure."};
    form.fields.push_back({"service", "list-single", "Service", "httpd"});
    form.fields.back().options = {{"", "httpd"}, {"", "jabberd"}, {"", "postgresql"}};
    xep0004::add_form(command, form);
    EXPECT_EXAMPLE(*result, R"(<iq type='result' from='responder@domain' to='requester@domain' id='exec2'>
  <command xmlns='http://jabber.org/protocol/commands'
           sessionid='config:20020923T213616Z-700'
           node='config'
           status='executing'>
    <actions execute='next'>
      <next/>
    </actions>
    <x xmlns='jabber:x:data' type='form'>
      <title>Configure Service</title>
      <instructions>
        Please select the service to configure.
      </instructions>
      <field var='service' label='Service' type='list-single'>
        <value>httpd</value>
        <option><value>httpd</value></option>
        <option><value>jabberd</value></option>
        <option><value>postgresql</value></option>
      </field>
    </x>
  </command>
</iq>)");
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

TEST(Xep0050Commands, Example20ExecuteCommandRequestWithLanguageLocale) {
    const auto iq = parsed(R"(<iq type='set' to='responder@domain' id='exec1' xml:lang='en-us'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='list'
           action='execute'/>
</iq>)");
    EXPECT_EQ(xep0050::request(*iq)->node, "list");
    EXPECT_EQ(language_of(*iq), "en-us");
}

TEST(Xep0050Commands, Example22ExecuteCommandRequestWithLanguageLocale) {
    EXPECT_EQ(language_of(*parsed(R"(<iq type='set' to='responder@domain' id='exec1' xml:lang='fr-ca'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='list'
           action='execute'/>
</iq>)")),
              "fr-ca");
}

TEST(Xep0050Commands, AnActionThatDoesNotExist) {
    EXPECT_FALSE(
        xep0050::request(*parsed("<iq><command xmlns='http://jabber.org/protocol/commands' action='dance'/></iq>")));
}

TEST(Xep0050Commands, Section4_4Conditions) {
    const auto error =
        error_reply(*parsed("<iq type='set' id='1' from='a@b' to='c'/>"), "modify", "bad-request", "", "");
    xep0050::add_condition(*error, "malformed-action");
    EXPECT_TRUE(child(*error->findChild("error"), "malformed-action", xep0050::ns));
}

}  // namespace
}  // namespace xmpp
