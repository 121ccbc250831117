// Service discovery: the examples of XEP-0030.

#include "xmpp/xep/xep0030_disco.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0050_commands.h"

namespace xmpp {
namespace {

TEST(Xep0030Disco, Example2ResultSetForInformationRequest) {
    const std::string example = R"(<iq type='result'
    from='plays.shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='info1'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
    <identity
        category='conference'
        type='text'
        name='Play-Specific Chatrooms'/>
    <identity
        category='directory'
        type='chatroom'
        name='Play-Specific Chatrooms'/>
    <feature var='http://jabber.org/protocol/disco#info'/>
    <feature var='http://jabber.org/protocol/disco#items'/>
    <feature var='http://jabber.org/protocol/muc'/>
    <feature var='jabber:iq:register'/>
    <feature var='jabber:iq:search'/>
    <feature var='jabber:iq:time'/>
    <feature var='jabber:iq:version'/>
  </query>
</iq>)";
    const auto result =
        parsed("<iq type='result' from='plays.shakespeare.lit' to='romeo@montague.net/orchard' id='info1'/>");
    xep0030::add_info(
        *result,
        {{{"conference", "text", "Play-Specific Chatrooms"}, {"directory", "chatroom", "Play-Specific Chatrooms"}},
         {"http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
          "http://jabber.org/protocol/muc", "jabber:iq:register", "jabber:iq:search", "jabber:iq:time",
          "jabber:iq:version"}},
        "");
    EXPECT_EXAMPLE(*result, example);
    EXPECT_TRUE(xep0030::has_identity(*parsed(example), {"directory", "chatroom", "Play-Specific Chatrooms"}));
    EXPECT_FALSE(xep0030::has_identity(*parsed(example), {"directory", "text", "Play-Specific Chatrooms"}));
    EXPECT_FALSE(xep0030::has_identity(*parsed("<iq type='result'/>"), {"directory", "chatroom", ""}));
}

TEST(Xep0030Disco, Example10JidAndNodeResult) {
    const auto result =
        parsed("<iq type='result' from='mim.shakespeare.lit' to='romeo@montague.net/orchard' id='info3'/>");
    xep0030::add_info(*result, {{{"automation", "command-list", ""}}, {"http://jabber.org/protocol/disco#info"}},
                      "http://jabber.org/protocol/commands");
    EXPECT_EXAMPLE(*result, R"(<iq type='result'
    from='mim.shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='info3'>
  <query xmlns='http://jabber.org/protocol/disco#info'
         node='http://jabber.org/protocol/commands'>
    <identity
        category='automation'
        type='command-list'/>
    <feature var='http://jabber.org/protocol/disco#info'/>
  </query>
</iq>)");
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

}  // namespace
}  // namespace xmpp
