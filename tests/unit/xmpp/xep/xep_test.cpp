// The XEPs' own examples, as far as we speak them: read as they stand there, and written as they stand there.

#include <gtest/gtest.h>

#include "xmpp/wire.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0050_commands.h"
#include "xmpp/xep/xep0077_register.h"
#include "xmpp/xep/xep0092_version.h"
#include "xmpp/xep/xep0100_gateway.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0221_media.h"
#include "xmpp/xep/xep0231_bob.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0333_markers.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace xmpp {
namespace {

using namespace std::chrono_literals;

Stanza parsed(const std::string& xml) {
    auto stanza = parse_stanza(xml);
    EXPECT_TRUE(stanza) << xml;
    return stanza ? std::move(stanza) : std::make_unique<Tag>("nothing");
}

TEST(Iq, AnAnswerGoesBackWithTheSameId) {
    const auto iq = parsed(
        "<iq type='get' id='disco1' from='romeo@montague.lit/orchard' to='aim.shakespeare.lit' xml:lang='it'><query "
        "xmlns='x'><password>secret</password></query></iq>");
    EXPECT_EQ(result_of(*iq)->xml(),
              "<iq type='result' id='disco1' from='aim.shakespeare.lit' to='romeo@montague.lit/orchard'/>");
    EXPECT_EQ(head_of(*iq)->xml().find("secret"), std::string::npos);
    EXPECT_EQ(attribute(*head_of(*iq), "xml:lang"), "it");
    EXPECT_EQ(payload(*iq)->name(), "query");
    EXPECT_EQ(payload(*parsed("<iq><a/><b/></iq>")), nullptr);
}

TEST(Iq, TheLanguageMayStandOnThePayload) {
    EXPECT_EQ(language_of(*parsed("<iq type='set'><command xmlns='x' xml:lang='de'/></iq>")), "de");
    EXPECT_EQ(language_of(*parsed("<iq type='set' xml:lang='fr'><command xmlns='x' xml:lang='de'/></iq>")), "fr");
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

TEST(Xep0030Disco, InfoRepeatsTheNode) {
    Tag result("iq");
    xep0030::add_info(result, {{{"automation", "command-node", "Link"}}, {"jabber:x:data"}}, "link");
    EXPECT_EQ(result.xml(),
              "<iq><query xmlns='http://jabber.org/protocol/disco#info' node='link'><identity category='automation' "
              "type='command-node' name='Link'/><feature var='jabber:x:data'/></query></iq>");
}

TEST(Xep0030Disco, Items) {
    Tag result("iq");
    xep0030::add_items(result, {{"responder@domain", "list", "List Service Configurations"}}, xep0050::ns);
    EXPECT_EQ(result.xml(),
              "<iq><query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'>"
              "<item jid='responder@domain' node='list' name='List Service Configurations'/></query></iq>");
}

TEST(Xep0050Commands, Section2_4_1Request) {
    const auto request =
        xep0050::request(*parsed("<iq type='set' to='responder@domain' id='exec1'><command "
                                 "xmlns='http://jabber.org/protocol/commands' node='list' action='execute'/></iq>"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->node, "list");
    EXPECT_EQ(request->action, xep0050::Action::execute);
    EXPECT_TRUE(request->session.empty());
}

TEST(Xep0050Commands, Section2_4_3Cancel) {
    const auto request =
        xep0050::request(*parsed("<iq type='set'><command xmlns='http://jabber.org/protocol/commands' "
                                 "sessionid='config:20020923T213616Z-700' node='config' action='cancel'/></iq>"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->action, xep0050::Action::cancel);
    EXPECT_EQ(request->session, "config:20020923T213616Z-700");
    EXPECT_FALSE(
        xep0050::request(*parsed("<iq><command xmlns='http://jabber.org/protocol/commands' action='dance'/></iq>")));
}

TEST(Xep0050Commands, Section2_4_2Response) {
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

TEST(Xep0077Register, Section3_1Fields) {
    const auto request =
        xep0077::request(*parsed("<iq type='set' id='reg2'><query xmlns='jabber:iq:register'><username>bill</username>"
                                 "<password>Calliope</password><email>bard@shakespeare.lit</email></query></iq>"));
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->remove);
    EXPECT_FALSE(request->by_form);
    EXPECT_EQ(request->fields.at("email"), "bard@shakespeare.lit");
}

TEST(Xep0077Register, Section3_2Remove) {
    const auto request = xep0077::request(*parsed("<iq><query xmlns='jabber:iq:register'><remove/></query></iq>"));
    EXPECT_TRUE(request->remove);
    EXPECT_TRUE(request->alone);
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

TEST(Xep0092Version, Response) {
    Tag result("iq");
    xep0092::add_version(result, "Exodus", "0.7.0.4");
    EXPECT_EQ(result.xml(),
              "<iq><query xmlns='jabber:iq:version'><name>Exodus</name><version>0.7.0.4</version></query></iq>");
}

TEST(Xep0100Gateway, Section6_3Prompt) {
    EXPECT_EQ(xep0100::prompted(
                  *parsed("<iq type='set'><query xmlns='jabber:iq:gateway'><prompt>Foo Bar</prompt></query></iq>")),
              "Foo Bar");
    EXPECT_EQ(xep0100::prompted(*parsed("<iq type='get'><query xmlns='jabber:iq:gateway'/></iq>")), "");
    Tag result("iq");
    xep0100::add_prompt(result, "Please enter the address.", "Address");
    EXPECT_EQ(result.xml(),
              "<iq><query xmlns='jabber:iq:gateway'><desc>Please enter the "
              "address.</desc><prompt>Address</prompt></query></iq>");
}

TEST(Xep0172Nick, OnlyWhereThereIsOne) {
    Tag presence("presence");
    xep0172::add_nick(presence, "");
    EXPECT_TRUE(presence.children().empty());
    xep0172::add_nick(presence, "Ishmael");
    EXPECT_EQ(presence.xml(), "<presence><nick xmlns='http://jabber.org/protocol/nick'>Ishmael</nick></presence>");
}

TEST(Xep0184Receipts, Section7RequestAndReceipt) {
    EXPECT_TRUE(xep0184::requests(
        *parsed("<message id='richard2-4.1.247'><body>My lord</body><request xmlns='urn:xmpp:receipts'/></message>")));
    EXPECT_EQ(
        xep0184::received(*parsed("<message><received xmlns='urn:xmpp:receipts' id='richard2-4.1.247'/></message>")),
        "richard2-4.1.247");
    EXPECT_FALSE(xep0184::received(*parsed("<message><received xmlns='urn:xmpp:carbons:2' id='1'/></message>")));
}

TEST(Xep0333Markers, Section4) {
    EXPECT_TRUE(
        xep0333::markable(*parsed("<message><body>x</body><markable xmlns='urn:xmpp:chat-markers:0'/></message>")));
    EXPECT_EQ(
        xep0333::displayed(*parsed("<message><displayed xmlns='urn:xmpp:chat-markers:0' id='message-1'/></message>")),
        "message-1");
    EXPECT_FALSE(xep0333::displayed(*parsed("<message><displayed xmlns='urn:xmpp:chat-markers:0'/></message>")));
}

TEST(Xep0364Otr, Section4Example) {
    const auto message = parsed(
        "<message from='malvolio@stewardsguild.lit/countesshousehold' to='olivia@countess.lit/veiled'>"
        "<body>?OTR?v23?...</body></message>");
    xep0380::add_encryption(*message, xep0380::otr);
    xep0334::add_no_copy(*message);
    xep0334::add_no_permanent_store(*message);
    xep0280::add_private(*message);
    EXPECT_EQ(message->xml(),
              "<message from='malvolio@stewardsguild.lit/countesshousehold' to='olivia@countess.lit/veiled'>"
              "<body>?OTR?v23?...</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>"
              "<no-copy xmlns='urn:xmpp:hints'/><no-permanent-store xmlns='urn:xmpp:hints'/>"
              "<private xmlns='urn:xmpp:carbons:2'/></message>");
    EXPECT_FALSE(xep0280::is_copy(*message));
}

TEST(Xep0380Encryption, Section3Examples) {
    EXPECT_EQ(xep0380::encryption(*parsed("<message><body>?OTR?v23?...</body><encryption xmlns='urn:xmpp:eme:0' "
                                          "namespace='urn:xmpp:otr:0'/></message>")),
              "urn:xmpp:otr:0");
    const auto openpgp = parsed(
        "<message><openpgp xmlns='urn:xmpp:openpgp:0'>...</openpgp><body>This message is encrypted.</body></message>");
    EXPECT_FALSE(xep0380::encryption(*openpgp));
    EXPECT_EQ(xep0380::payload(*openpgp), "urn:xmpp:openpgp:0");
    EXPECT_EQ(xep0380::payload(*parsed("<message><encrypted xmlns='urn:xmpp:omemo:2'/></message>")),
              "urn:xmpp:omemo:2");
    EXPECT_FALSE(xep0380::payload(*parsed("<message><x xmlns='jabber:x:oob'/><body>a</body></message>")));
}

TEST(Xep0280Carbons, Section7And8Examples) {
    for (const char* direction : {"received", "sent"}) {
        EXPECT_TRUE(xep0280::is_copy(*parsed(
            std::string("<message from='romeo@montague.example' type='chat'><") + direction +
            " xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></" + direction + "></message>")));
    }
}

TEST(Xep0203Delay, Section3Example) {
    const auto stamp =
        xep0203::delay(*parsed("<message from='romeo@montague.net/orchard'><body>O blessed night!</body><delay "
                               "xmlns='urn:xmpp:delay' from='capulet.com' stamp='2002-09-10T23:08:25Z'/></message>"));
    ASSERT_TRUE(stamp);
    EXPECT_EQ(*stamp, xep0203::Stamp{std::chrono::sys_days{std::chrono::year(2002) / 9 / 10} + 23h + 8min + 25s});
}

TEST(Xep0082DateTime, Examples) {
    const auto moon = xep0203::parse_stamp("1969-07-21T02:56:15Z");
    ASSERT_TRUE(moon);
    EXPECT_EQ(xep0203::parse_stamp("1969-07-20T21:56:15-05:00"), moon);
    EXPECT_EQ(xep0203::print_stamp(*moon), "1969-07-21T02:56:15Z");
    EXPECT_EQ(xep0203::print_stamp(*moon + 7ms), "1969-07-21T02:56:15.007Z");
    EXPECT_EQ(xep0203::parse_stamp("1969-07-21T02:56:15.0071Z"), *moon + 7ms);
}

TEST(Xep0082DateTime, WhatIsNone) {
    for (const char* text : {"", "2002-09-10", "2002-09-10T23:08:25", "2002-13-10T23:08:25Z", "2002-02-30T23:08:25Z",
                             "2002-09-10T24:08:25Z", "2002-09-10T23:08:25.Z", "20020910T23:08:25",
                             "2002-09-10T23:08:25Zx", "2002-09-10T23:08:25+5:00", "yesterday"}) {
        EXPECT_FALSE(xep0203::parse_stamp(text)) << text;
    }
}

TEST(Xep0231Bob, ARequest) {
    const std::string cid = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org";
    const auto iq = [&](const std::string& type, const std::string& payload) {
        return parsed(
            "<iq from='doctor@shakespeare.lit/pda' id='get-data-1' to='ladymacbeth@shakespeare.lit/castle' type='" +
            type + "'>" + payload + "</iq>");
    };
    const std::string data = "<data xmlns='urn:xmpp:bob' cid='" + cid + "'/>";
    EXPECT_EQ(xep0231::requested(*iq("get", data)), cid);
    EXPECT_FALSE(xep0231::requested(*iq("set", data)));
    EXPECT_FALSE(xep0231::requested(*iq("get", "<data xmlns='urn:xmpp:bob'/>")));
    EXPECT_FALSE(xep0231::requested(*iq("get", "<data xmlns='x' cid='" + cid + "'/>")));
    EXPECT_FALSE(xep0231::requested(*iq("get", data + "<query xmlns='x'/>")));
}

TEST(Xep0231Bob, TheDataIsNamedByItsHash) {
    Tag iq("iq");
    xep0231::add_data(iq, {"text/plain", std::string("abc\0\xff", 5), std::chrono::hours(24)});
    EXPECT_EQ(iq.xml(),
              "<iq><data xmlns='urn:xmpp:bob' cid='sha1+25491b8b5164b21d6e43b235c558a48e9c2b43c3@bob.xmpp.org' "
              "max-age='86400' type='text/plain'>YWJjAP8=</data></iq>");
    EXPECT_EQ(xep0231::cid("abc"), "sha1+a9993e364706816aba3e25717850c26c9cd0d89d@bob.xmpp.org");
}

TEST(Xep0221Media, InclusionInADataForm) {
    Tag iq("iq");
    xep0004::Form form;
    form.type = "result";
    form.fields.push_back({"ocr", "fixed", "Scan me", ""});
    form.fields.back().media = {
        {"cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org", "image/jpeg", 290, 80}};
    xep0004::add_form(iq, form);
    EXPECT_EQ(iq.xml(),
              "<iq><x xmlns='jabber:x:data' type='result'><field var='ocr' type='fixed' label='Scan me'>"
              "<media xmlns='urn:xmpp:media-element' height='80' width='290'>"
              "<uri type='image/jpeg'>cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org</uri>"
              "</media></field></x></iq>");
}

}  // namespace
}  // namespace xmpp
