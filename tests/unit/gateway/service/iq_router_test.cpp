// What our domain answers to iqs of all kinds.

#include "gateway/service/iq_router.h"
#include "gateway/service/data_policy.h"

#include "gateway/service/disco.h"
#include "tests/unit/gateway/service/service_play.h"
#include "xmpp/xep/xep0115_caps.h"

namespace gateway {
namespace {

using ServicesTest = ServicePlay;

const std::string info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";

TEST_F(ServicesTest, TheGatewaySaysWhatItIs) {
    ask("get", info);
    const auto xml = answer_xml();
    EXPECT_TRUE(xml.starts_with("<iq type='result' id='i1' from='coi.jabber.example' to='alice@jabber.example/phone'>"))
        << xml;
    EXPECT_NE(xml.find("<identity category='gateway' type='smtp' name='E-Mail'/>"), xml.npos) << xml;
    for (const char* feature : {"http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
                                "http://jabber.org/protocol/commands", "jabber:iq:register", "jabber:iq:version",
                                "jabber:iq:gateway", "jid\\20escaping", "urn:xmpp:ping"}) {
        EXPECT_NE(xml.find("<feature var='" + std::string(feature) + "'/>"), xml.npos) << feature;
    }
}

TEST_F(ServicesTest, AContactIsAnAccount) {
    ask("get", info, "bob\\40example.org@coi.jabber.example");
    const auto xml = answer_xml();
    EXPECT_NE(xml.find("<identity category='account' type='registered' name='bob@example.org'/>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<feature var='urn:xmpp:receipts'/>"), xml.npos) << xml;
    EXPECT_EQ(xml.find("jabber:iq:register"), xml.npos);
}

TEST_F(ServicesTest, ANodeThatIsNoAddressIsNotFound) {
    ask("get", info, "bob@coi.jabber.example");
    EXPECT_EQ(error().condition, "item-not-found");
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='nonsense'/>");
    EXPECT_EQ(error().condition, "item-not-found");
}

TEST_F(ServicesTest, CommandsAreListedAndNamed) {
    link();
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>");
    const auto xml = answer_xml();
    for (const char* node : {"link", "status", "settings", "unlink", "help"}) {
        EXPECT_NE(xml.find("node='" + std::string(node) + "'"), xml.npos) << xml;
    }
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='status'/>");
    EXPECT_NE(answer_xml().find("<identity category='automation' type='command-node' name='Status'/>"),
              std::string::npos);
}

TEST_F(ServicesTest, StrangersSeeNoCommands) {
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>",
        "coi.jabber.example", "eve@elsewhere.example/x");
    EXPECT_EQ(answer_xml().find("<item"), std::string::npos);
}

TEST_F(ServicesTest, ItemsOfTheGatewayTellNoContacts) {
    directory.add(link(), {"", "bob", "example.org"});
    ask("get", "<query xmlns='http://jabber.org/protocol/disco#items'/>");
    EXPECT_EQ(answer_xml().find("<item"), std::string::npos);
}

TEST_F(ServicesTest, WhereReactionsAreNotShownNoneAreOffered) {
    const AccountId id = link();
    const std::string form = "urn:xmpp:reactions:0:restrictions", bob = "bob\\40example.org@coi.jabber.example";
    for (const auto& [dialect, is_restricted] : {std::pair{Dialect::mail, true},
                                                 {Dialect::unknown, true},
                                                 {Dialect::chatmail, false},
                                                 {Dialect::coi, false}}) {
        directory.change(id, {"", "bob", "example.org"}, [&](Contact& contact) { contact.dialect = dialect; });
        ask("get", info, bob);
        const auto xml = answer_xml();
        EXPECT_EQ(xml.find(form) != xml.npos, is_restricted) << xml;
        EXPECT_EQ(xml.find("max_reactions_per_user") != xml.npos, is_restricted) << xml;
    }
}

TEST_F(ServicesTest, AContactWasHeardOfWhenTheyWroteLast) {
    const AccountId id = link();
    const std::string last = "<query xmlns='jabber:iq:last'/>", bob = "bob\\40example.org@coi.jabber.example";
    const auto wrote =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - std::chrono::seconds(903);
    const auto change = [&](const std::function<void(Contact&)>& how) {
        directory.change(id, {"", "bob", "example.org"}, how);
    };
    change([&](Contact& contact) { contact.heard = wrote; });
    ask("get", last, bob);
    EXPECT_EQ(error().condition, "forbidden") << "nobody has asked for their presence";  // [XEP-0012 §3]
    change([&](Contact& contact) { contact.subscribed = true; });
    ask("get", last, bob);
    const auto xml = answer_xml();
    EXPECT_TRUE(xml.find("seconds='903'") != xml.npos || xml.find("seconds='904'") != xml.npos) << xml;
    ask("get", last, bob, "eve@jabber.example/x");
    EXPECT_EQ(error().condition, "forbidden") << "of Alice's contacts Eve learns nothing";
    change([&](Contact& contact) { contact.heard = {}; });
    ask("get", last, bob);
    EXPECT_EQ(error().condition, "service-unavailable");
}

TEST_F(ServicesTest, TheGatewaySaysHowLongItRuns) {
    now += std::chrono::hours(2);
    ask("get", "<query xmlns='jabber:iq:last'/>");
    EXPECT_NE(answer_xml().find("seconds='7200'"), std::string::npos);
}

TEST_F(ServicesTest, VersionAndPing) {
    ask("get", "<query xmlns='jabber:iq:version'/>");
    EXPECT_NE(answer_xml().find("<name>coigate</name><version>"), std::string::npos);
    ask("get", "<ping xmlns='urn:xmpp:ping'/>", "bob\\40example.org@coi.jabber.example");
    EXPECT_EQ(
        answer_xml(),
        "<iq type='result' id='i1' from='bob\\40example.org@coi.jabber.example' to='alice@jabber.example/phone'/>");
}

TEST_F(ServicesTest, Xep0100PromptAndJid) {
    ask("get", "<query xmlns='jabber:iq:gateway'/>");
    const auto xml = answer_xml();
    EXPECT_NE(xml.find("<prompt>Mail address</prompt>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<desc>"), xml.npos);
    for (const char* typed : {"Bob@Example.org", "mailto:bob@example.org?subject=hi", "Bob &lt;bob@example.org&gt;"}) {
        ask("set", "<query xmlns='jabber:iq:gateway'><prompt>" + std::string(typed) + "</prompt></query>");
        EXPECT_NE(answer_xml().find("<jid>bob\\40example.org@coi.jabber.example</jid>"), std::string::npos) << typed;
    }
    ask("set", "<query xmlns='jabber:iq:gateway'><prompt>bob</prompt></query>");
    EXPECT_EQ(error().condition, "not-acceptable");
}

TEST_F(ServicesTest, EverybodyHasAName) {
    const char* card = "<vCard xmlns='vcard-temp'/>";
    const auto asked = [&](const std::string& jid) { return ask("get", card, jid), answer_xml(); };
    EXPECT_NE(asked("coi.jabber.example").find("<FN>Mail gateway</FN>"), std::string::npos);
    link();
    const std::string bob = "bob\\40example.org@coi.jabber.example";
    EXPECT_NE(asked(bob).find("<FN>bob@example.org</FN>"), std::string::npos) << "never the escaped JID";
    directory.add(directory.of_user("alice@jabber.example")->id, {"Bob Stone", "bob", "example.org"});
    const std::string known = asked(bob + "/mail");
    EXPECT_NE(known.find("<FN>Bob Stone</FN>"), std::string::npos) << known;
    EXPECT_NE(known.find("<USERID>bob@example.org</USERID>"), std::string::npos) << known;
    ask("get", card, bob, "eve@elsewhere.example/x");
    EXPECT_EQ(answer_xml().find("Stone"), std::string::npos) << "contacts are private";
}

TEST_F(ServicesTest, WhatCapsAnnounceIsWhatDiscoAnswers) {
    const auto asked = [&](const std::string& jid, const xmpp::xep0030::Info& info) {
        const std::string node = std::string(caps_node) + "#" + xmpp::xep0115::version(info);
        ask("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='" + node + "'/>", jid);
        xmpp::Tag expected("iq");
        xmpp::xep0030::add_info(expected, info, node);
        const std::string xml = answer_xml();
        EXPECT_NE(xml.find(xmpp::print(*expected.findChild("query")).substr(6)), std::string::npos) << xml;
    };
    asked("bob\\40example.org@coi.jabber.example/mail", contact_info({"", "bob", "example.org"}));
    asked("no-reply\\40example.org@coi.jabber.example/mail", contact_info({"", "no-reply", "example.org"}));
    asked("coi.jabber.example/mail", gateway_info(true));
    asked("gateway@coi.jabber.example", gateway_info(true));
}

TEST_F(ServicesTest, WhoTakesNoRepliesIsMarked) {
    const auto is_marked = [&](const char* local) {
        ask("get", info, std::string(local) + "\\40example.org@coi.jabber.example/mail");
        return answer_xml().find("urn:xmpp:noreply:0") != std::string::npos;
    };
    for (const char* local : {"noreply", "No-Reply", "do_not_reply+x", "mailer-daemon"})
        EXPECT_TRUE(is_marked(local)) << local;
    for (const char* local : {"bob", "norbert", "reply"}) EXPECT_FALSE(is_marked(local)) << local;
}

TEST_F(ServicesTest, ThePolicyForDataIsTheConfigurations) {
    ask("get", info);
    const auto xml = answer_xml();
    EXPECT_NE(xml.find("<value>urn:xmpp:data-policy:0</value>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<field var='auth_data' type='list-single'><value>plain</value>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<field var='data_retention' type='text-single'><value>120</value>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<field var='encryption_at_rest' type='boolean'><value>1</value>"), xml.npos) << xml;
}

TEST(DataPolicy, FilesOfTheOwnStoreLieThereAsTheyAre) {
    ServiceSettings settings;
    settings.files_expire = std::chrono::hours(720);
    std::map<std::string, std::string> said;
    for (const auto& field : data_policy(settings, true).fields) said[field.var] = field.value;
    EXPECT_EQ(said["data_retention"], "720");
    EXPECT_EQ(said["encryption_at_rest"], "0");
    EXPECT_EQ(said["full_erasure"], "1") << "they go with their user";
}

TEST_F(ServicesTest, WhatNobodyKnowsIsUnavailable) {
    ask("get", "<query xmlns='jabber:iq:time'/>");
    EXPECT_EQ(error().condition, "service-unavailable");
    ask("set", "<ping xmlns='urn:xmpp:ping'/>");
    EXPECT_EQ(error().condition, "service-unavailable");
}

TEST_F(ServicesTest, AnIqWithoutOnePayloadIsABadRequest) {
    ask("get", "");
    EXPECT_EQ(error().condition, "bad-request");
    ask("get", "<a xmlns='x'/><b xmlns='x'/>");
    EXPECT_EQ(error().condition, "bad-request");
    ask("sing", info);
    EXPECT_EQ(error().condition, "bad-request");
}

TEST_F(ServicesTest, AnswersAreNeverAnswered) {
    ask("result", info);
    ask("error", info);
    EXPECT_TRUE(sent.empty());
}

TEST_F(ServicesTest, WhoMayUseIt) {
    EXPECT_TRUE(services.may_use("alice@jabber.example"));
    EXPECT_FALSE(services.may_use("eve@elsewhere.example"));
    EXPECT_FALSE(services.may_use("jabber.example"));
    services.reload({"coi.jabber.example", {"Elsewhere.example"}, ""});
    EXPECT_FALSE(services.may_use("alice@jabber.example"));
    EXPECT_TRUE(services.may_use("eve@elsewhere.example"));
    link();
    EXPECT_TRUE(services.may_use("alice@jabber.example")) << "has an account";
}

TEST_F(ServicesTest, TheLanguageOfTheQuestion) {
    const auto iq = xmpp::parse_stanza(
        "<iq type='get' id='i1' from='alice@jabber.example/x' to='coi.jabber.example' xml:lang='de-AT'><query "
        "xmlns='jabber:iq:gateway'/></iq>");
    services.take_iq(*iq);
    EXPECT_NE(answer_xml().find("<prompt>Mailadresse</prompt>"), std::string::npos);
}

}  // namespace
}  // namespace gateway
