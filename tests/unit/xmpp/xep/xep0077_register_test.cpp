// In-band registration: the examples of XEP-0077.

#include "xmpp/xep/xep0077_register.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0077Register, Example4EntityProvidesRequiredInformation) {
    const auto request = xep0077::request(*parsed(R"(<iq type='set' id='reg2'>
  <query xmlns='jabber:iq:register'>
    <username>bill</username>
    <password>Calliope</password>
    <email>bard@shakespeare.lit</email>
  </query>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->remove);
    EXPECT_FALSE(request->by_form);
    EXPECT_EQ(request->fields.at("username"), "bill");
    EXPECT_EQ(request->fields.at("password"), "Calliope");
    EXPECT_EQ(request->fields.at("email"), "bard@shakespeare.lit");
}

TEST(Xep0077Register, Example10UserSubmitsRegistrationForm) {
    const auto request = xep0077::request(*parsed(R"(<iq type='set'
    from='juliet@capulet.com/balcony'
    to='contests.shakespeare.lit'
    id='reg4'>
  <query xmlns='jabber:iq:register'>
    <x xmlns='jabber:x:data' type='submit'>
      <field type='hidden' var='FORM_TYPE'>
        <value>jabber:iq:register</value>
      </field>
      <field type='text-single' label='Given Name' var='first'>
        <value>Juliet</value>
      </field>
      <field type='text-single' label='Family Name' var='last'>
        <value>Capulet</value>
      </field>
      <field type='text-single' label='Email Address' var='email'>
        <value>juliet@capulet.com</value>
      </field>
      <field type='list-single' label='Gender' var='x-gender'>
        <value>F</value>
      </field>
    </x>
  </query>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->by_form);
    EXPECT_EQ(request->fields.at("first"), "Juliet");
    EXPECT_EQ(request->fields.at("email"), "juliet@capulet.com");
}

TEST(Xep0077Register, Example11EntityRequestsCancellationOfExistingRegistration) {
    const auto request = xep0077::request(*parsed(R"(<iq type='set' from='bill@shakespeare.lit/globe' id='unreg1'>
  <query xmlns='jabber:iq:register'>
    <remove/>
  </query>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->remove);
    EXPECT_TRUE(request->alone);
}

TEST(Xep0077Register, RemoveIsToStandAlone) {
    EXPECT_FALSE(xep0077::request(*parsed("<iq><query xmlns='jabber:iq:register'><remove/><a/></query></iq>"))->alone);
    EXPECT_FALSE(xep0077::request(*parsed("<iq><query xmlns='jabber:iq:other'><remove/></query></iq>")));
}

TEST(Xep0077Register, Section6AFormGoesFirst) {
    const auto request =
        xep0077::request(*parsed("<iq><query xmlns='jabber:iq:register'><email>a@b</email><x xmlns='jabber:x:data' "
                                 "type='submit'><field var='email'><value>c@d</value></field></x></query></iq>"));
    EXPECT_TRUE(request->by_form);
    EXPECT_EQ(request->fields.at("email"), "c@d");
}

}  // namespace
}  // namespace xmpp
