// Data forms: the examples of XEP-0004, and what they leave open.

#include "xmpp/xep/xep0004_forms.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0004Forms, Example3UserSubmitsBotCreationForm) {
    const auto iq = parsed(R"(<iq from='romeo@montague.net/home'
    to='joogle@botster.shakespeare.lit'
    type='set'
    xml:lang='en'
    id='create2'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='create'
           sessionid='create:20040408T0128Z'>
    <x xmlns='jabber:x:data' type='submit'>
      <field type='hidden' var='FORM_TYPE'>
        <value>jabber:bot</value>
      </field>
      <field type='text-single' var='botname'>
        <value>The Jabber Google Bot</value>
      </field>
      <field type='text-multi' var='description'>
        <value>This bot enables you to send requests to</value>
        <value>Google and receive the search results right</value>
        <value>in your Jabber client. It&apos; really cool!</value>
        <value>It even supports Google News!</value>
      </field>
      <field type='boolean' var='public'>
        <value>0</value>
      </field>
      <field type='text-private' var='password'>
        <value>v3r0na</value>
      </field>
      <field type='list-multi' var='features'>
        <value>news</value>
        <value>search</value>
      </field>
      <field type='list-single' var='maxsubs'>
        <value>50</value>
      </field>
      <field type='jid-multi' var='invitelist'>
        <value>juliet@capulet.com</value>
        <value>benvolio@montague.net</value>
      </field>
    </x>
  </command>
</iq>)");
    const auto values = xep0004::submitted(*child(*iq, "command", "http://jabber.org/protocol/commands"));
    ASSERT_TRUE(values);
    EXPECT_EQ(values->at("botname"), "The Jabber Google Bot");
    EXPECT_EQ(values->at("description"),
              "This bot enables you to send requests to\nGoogle and receive the search results right\n"
              "in your Jabber client. It' really cool!\nIt even supports Google News!");
    EXPECT_FALSE(xep0004::is_true(values->at("public")));
    EXPECT_EQ(values->at("invitelist"), "juliet@capulet.com\nbenvolio@montague.net");
}

TEST(Xep0004Forms, AFilledForm) {
    const auto query = parsed(
        "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'>"
        "<field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>"
        "<field type='text-single' var='email'><value>juliet@capulet.com</value></field>"
        "<field var='empty'/></x></query>");
    const auto values = xep0004::submitted(*query);
    ASSERT_TRUE(values);
    EXPECT_EQ(values->at("email"), "juliet@capulet.com");
    EXPECT_EQ(values->at("empty"), "");
    EXPECT_FALSE(xep0004::cancelled(*query));
}

TEST(Xep0004Forms, AFormThatIsNotFilledIn) {
    EXPECT_FALSE(xep0004::submitted(*parsed("<query><x xmlns='jabber:x:data' type='form'/></query>")));
    EXPECT_FALSE(xep0004::submitted(*parsed("<query><x xmlns='other' type='submit'/></query>")));
    EXPECT_TRUE(xep0004::cancelled(*parsed("<query><x xmlns='jabber:x:data' type='cancel'/></query>")));
}

TEST(Xep0004Forms, OptionsKeepTheirOrder) {
    Tag parent("command");
    xep0004::Field field{"runlevel", "list-single", "Run Modes", "3"};
    field.options = {{"Z first", "1"}, {"A second", "3"}};
    field.required = true;
    xep0004::add_form(parent, {"form", "urn:x", "Configure", "Please choose.", {field}});
    EXPECT_EQ(parent.xml(),
              "<command><x xmlns='jabber:x:data' type='form'><title>Configure</title><instructions>Please "
              "choose.</instructions>"
              "<field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>"
              "<field var='runlevel' type='list-single' label='Run Modes'><required/><value>3</value>"
              "<option label='Z first'><value>1</value></option><option label='A "
              "second'><value>3</value></option></field></x></command>");
}

TEST(Xep0004Forms, Booleans) {
    for (const char* yes : {"1", "true"}) EXPECT_TRUE(xep0004::is_true(yes));
    for (const char* no : {"0", "false", "", "yes"}) EXPECT_FALSE(xep0004::is_true(no));
}

TEST(Xep0004Forms, Example4ServiceReturnsBotCreationResult) {
    const auto iq = parsed(R"(<iq from='joogle@botster.shakespeare.lit'
    to='romeo@montague.net/home'
    type='result'
    xml:lang='en'
    id='create2'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='create'
           sessionid='create:20040408T0128Z'
           status='completed'>
    <x xmlns='jabber:x:data' type='result'>
      <field type='hidden' var='FORM_TYPE'>
        <value>jabber:bot</value>
      </field>
      <field type='text-single' var='botname'>
        <value>The Jabber Google Bot</value>
      </field>
      <field type='boolean' var='public'>
        <value>0</value>
      </field>
      <field type='text-private' var='password'>
        <value>v3r0na</value>
      </field>
      <field type='list-multi' var='features'>
        <value>news</value>
        <value>search</value>
      </field>
      <field type='list-single' var='maxsubs'>
        <value>50</value>
      </field>
      <field type='jid-multi' var='invitelist'>
        <value>juliet@capulet.com</value>
        <value>benvolio@montague.net</value>
      </field>
    </x>
  </command>
</iq>)");
    EXPECT_FALSE(xep0004::submitted(*child(*iq, "command", "http://jabber.org/protocol/commands")))
        << "it is the answer";
}

TEST(Xep0004Forms, Example7UserSubmitsSearchForm) {
    const auto iq = parsed(R"(<iq from='juliet@capulet.com/chamber'
    to='joogle@botster.shakespeare.lit'
    type='get'
    xml:lang='en'
    id='search2'>
  <command xmlns='http://jabber.org/protocol/commands'
           node='search'>
    <x xmlns='jabber:x:data' type='submit'>
      <field type='text-single' var='search_request'>
        <value>verona</value>
      </field>
    </x>
  </command>
</iq>)");
    const auto values = xep0004::submitted(*child(*iq, "command", "http://jabber.org/protocol/commands"));
    ASSERT_TRUE(values);
    EXPECT_EQ(*values, (std::map<std::string, std::string>{{"search_request", "verona"}}));
}

}  // namespace
}  // namespace xmpp
