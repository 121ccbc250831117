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

TEST(Xep0077Register, Example9HostReturnsRegistrationFormToEntity) {
    const auto result =
        parsed("<iq type='result' from='contests.shakespeare.lit' to='juliet@capulet.com/balcony' id='reg3'/>");
    xep0077::Offer offer;
    offer.instructions =
        "Use the enclosed form to register. If your Jabber client does not\n"
        "      support Data Forms, visit http://www.shakespeare.lit/contests.php";
    offer.form = {"form", "jabber:iq:register", "Contest Registration",
                  "Please provide the following information\n        to sign up for our special contests!"};
    for (const auto& [var, label] :
         {std::pair{"first", "Given Name"}, {"last", "Family Name"}, {"email", "Email Address"}}) {
        offer.form.fields.push_back({var, "text-single", label, ""});
        offer.form.fields.back().required = true;
    }
    offer.form.fields.push_back({"x-gender", "list-single", "Gender", ""});
    offer.form.fields.back().options = {{"Male", "M"}, {"Female", "F"}};
    xep0077::add_offer(*result, offer);
    EXPECT_EXAMPLE(*result, R"(<iq type='result'
    from='contests.shakespeare.lit'
    to='juliet@capulet.com/balcony'
    id='reg3'>
  <query xmlns='jabber:iq:register'>
    <instructions>
      Use the enclosed form to register. If your Jabber client does not
      support Data Forms, visit http://www.shakespeare.lit/contests.php
    </instructions>
    <x xmlns='jabber:x:data' type='form'>
      <title>Contest Registration</title>
      <instructions>
        Please provide the following information
        to sign up for our special contests!
      </instructions>
      <field type='hidden' var='FORM_TYPE'>
        <value>jabber:iq:register</value>
      </field>
      <field type='text-single' label='Given Name' var='first'>
        <required/>
      </field>
      <field type='text-single' label='Family Name' var='last'>
        <required/>
      </field>
      <field type='text-single' label='Email Address' var='email'>
        <required/>
      </field>
      <field type='list-single' label='Gender' var='x-gender'>
        <option label='Male'><value>M</value></option>
        <option label='Female'><value>F</value></option>
      </field>
    </x>
  </query>
</iq>)");
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

TEST(Xep0077Register, Example17UserReturnsCancellationForm) {
    const auto request =
        xep0077::request(*parsed(R"(<iq type='set' from='bill@shakespeare.lit/globe' to='shakespeare.lit' id='unreg2'>
  <query xmlns='jabber:iq:register'>
    <x xmlns='jabber:x:data' type='submit'>
      <field type='hidden' var='FORM_TYPE'>
        <value>jabber:iq:register:cancel</value>
      </field>
      <field type='text-single' var='username'>
        <value>bill@shakespeare.lit</value>
      </field>
      <field type='text-private' var='password'>
        <value>theglobe</value>
      </field>
      <field type='text-single' var='x-mmn'>
        <value>Throckmorton</value>
      </field>
    </x>
  </query>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->remove) << "a form of that kind is never sent, so nothing is removed by it";
    EXPECT_EQ(request->fields.at("FORM_TYPE"), "jabber:iq:register:cancel");
}

TEST(Xep0077Register, Example18PasswordChange) {
    const auto request = xep0077::request(*parsed(R"(<iq type='set' to='shakespeare.lit' id='change1'>
  <query xmlns='jabber:iq:register'>
    <username>bill</username>
    <password>newpass</password>
  </query>
</iq>)"));
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->by_form);
    EXPECT_EQ(request->fields, (std::map<std::string, std::string>{{"username", "bill"}, {"password", "newpass"}}));
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
