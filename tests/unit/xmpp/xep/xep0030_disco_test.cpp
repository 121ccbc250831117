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

TEST(Xep0030Disco, Example6ServerRepliesOnBehalfOfBareJid) {
    const std::string example = R"(<iq type='result'
    from='juliet@capulet.com'
    to='shakespeare.lit'
    id='info2'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='account' type='registered'/>
    <feature var='http://jabber.org/protocol/disco#info'/>
  </query>
</iq>)";
    const xep0030::Info account{{{"account", "registered", ""}}, {"http://jabber.org/protocol/disco#info"}};
    const auto read = xep0030::info_of(*parsed(example));
    EXPECT_EQ(read.identities, account.identities);
    EXPECT_EQ(read.features, account.features);
    const auto result = parsed("<iq type='result' from='juliet@capulet.com' to='shakespeare.lit' id='info2'/>");
    xep0030::add_info(*result, account, "");
    EXPECT_EXAMPLE(*result, example);
}

TEST(Xep0030Disco, Example3TargetEntityDoesNotExist) {
    const auto error = parsed(R"(<iq type='error'
    from='plays.shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='info1'>
  <query xmlns='http://jabber.org/protocol/disco#info'/>
  <error type='cancel'>
    <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
  </error>
</iq>)");
    EXPECT_TRUE(xep0030::info_of(*error).identities.empty());
    EXPECT_TRUE(xep0030::info_of(*error).features.empty());
}

TEST(Xep0030Disco, Example12ResultSetForAllItems) {
    const auto result = parsed(R"(<iq type='result'
    from='shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='items1'>
  <query xmlns='http://jabber.org/protocol/disco#items'>
    <item jid='people.shakespeare.lit'
          name='Directory of Characters'/>
    <item jid='plays.shakespeare.lit'
          name='Play-Specific Chatrooms'/>
    <item jid='mim.shakespeare.lit'
          name='Gateway to Marlowe IM'/>
    <item jid='words.shakespeare.lit'
          name='Shakespearean Lexicon'/>
    <item jid='globe.shakespeare.lit'
          name='Calendar of Performances'/>
    <item jid='headlines.shakespeare.lit'
          name='Latest Shakespearean News'/>
    <item jid='catalog.shakespeare.lit'
          name='Buy Shakespeare Stuff!'/>
    <item jid='en2fr.shakespeare.lit'
          name='French Translation Service'/>
  </query>
</iq>)");
    EXPECT_EQ(xep0030::jids_of_items(*result, 100).size(), 8u);
    EXPECT_EQ(xep0030::jids_of_items(*result, 2),
              (std::vector<std::string>{"people.shakespeare.lit", "plays.shakespeare.lit"}));
}

TEST(Xep0030Disco, Example13EmptyResultSet) {
    const std::string example = R"(<iq type='result'
    from='shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='items1'>
  <query xmlns='http://jabber.org/protocol/disco#items'/>
</iq>)";
    EXPECT_TRUE(xep0030::jids_of_items(*parsed(example), 100).empty());
    const auto result =
        parsed("<iq type='result' from='shakespeare.lit' to='romeo@montague.net/orchard' id='items1'/>");
    xep0030::add_items(*result, {}, "");
    EXPECT_EXAMPLE(*result, example);
}

TEST(Xep0030Disco, Example17ServiceReturnsNodes) {
    const auto result =
        parsed("<iq type='result' from='catalog.shakespeare.lit' to='romeo@montague.net/orchard' id='items2'/>");
    xep0030::add_items(*result,
                       {{"catalog.shakespeare.lit", "books", "Books by and about Shakespeare"},
                        {"catalog.shakespeare.lit", "clothing", "Wear your literary taste with pride"},
                        {"catalog.shakespeare.lit", "music", "Music from the time of Shakespeare"}},
                       "");
    EXPECT_EXAMPLE(*result, R"(<iq type='result'
    from='catalog.shakespeare.lit'
    to='romeo@montague.net/orchard'
    id='items2'>
  <query xmlns='http://jabber.org/protocol/disco#items'>
    <item jid='catalog.shakespeare.lit'
          node='books'
          name='Books by and about Shakespeare'/>
    <item jid='catalog.shakespeare.lit'
          node='clothing'
          name='Wear your literary taste with pride'/>
    <item jid='catalog.shakespeare.lit'
          node='music'
          name='Music from the time of Shakespeare'/>
  </query>
</iq>)");
}

}  // namespace
}  // namespace xmpp
