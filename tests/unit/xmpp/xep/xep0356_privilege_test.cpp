// Privileged entity: the examples of XEP-0356 about iqs.

#include "xmpp/xep/xep0356_privilege.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/roster.h"

namespace xmpp {
namespace {

constexpr const char* pubsub = "http://jabber.org/protocol/pubsub";

TEST(Xep0356Privilege, Example1ServerAdvertisesRosterPrivilege) {
    const auto message = parsed(R"(<message from='capulet.net' to='pubub.capulet.lit' id='12345'>
  <privilege xmlns='urn:xmpp:privilege:2'>
    <perm access='roster' type='both' push='true'/>
  </privilege>
</message>)");
    EXPECT_EQ(xep0356::grants_roster(*message), true);
    EXPECT_EQ(xep0356::grants_messages(*message), false);
    EXPECT_EQ(xep0356::grants_iq(*message, pubsub, "set"), false);
}

TEST(Xep0356Privilege, Example2PrivilegedEntityGetManagedEntityRoster) {  // with one id, where the XEP has two
    EXPECT_EXAMPLE(*roster::question("pubsub.capulet.lit", "juliet@example.com", "roster1"), R"(<iq id='roster1'
    from='pubsub.capulet.lit'
    to='juliet@example.com'
    type='get'>
      <query xmlns='jabber:iq:roster'/>
</iq>)");
}

TEST(Xep0356Privilege, Example3ServerAnswersToPrivilegedEntity) {
    const auto items = roster::items(*parsed(R"(<iq id='roster1'
  from='juliet@example.com'
  to='pubsub.capulet.net'
  type='result'>
  <query xmlns='jabber:iq:roster' ver='ver7'>
    <item jid='nurse@example.com'/>
    <item jid='romeo@example.net'/>
  </query>
</iq>)"));
    ASSERT_TRUE(items);
    EXPECT_EQ(*items, (std::vector<roster::Item>{{"nurse@example.com", ""}, {"romeo@example.net", ""}}));
}

TEST(Xep0356Privilege, Example5ServerAdvertisesRosterAndMessagePrivileges) {
    const auto message = parsed(R"(<message from='capulet.net' to='pubub.capulet.lit' id='54321'>
    <privilege xmlns='urn:xmpp:privilege:2'>
        <perm access='roster' type='both' push='true'/>
        <perm access='message' type='outgoing'/>
    </privilege>
</message>)");
    EXPECT_EQ(xep0356::grants_roster(*message), true);
    EXPECT_EQ(xep0356::grants_messages(*message), true);
    EXPECT_EQ(xep0356::grants_iq(*message, pubsub, "set"), false);
}

TEST(Xep0356Privilege, MessagesMayBeSentWhereOutgoingIsGranted) {
    const auto grants = [](const std::string& permission, const std::string& version = "2") {
        return xep0356::grants_messages(*parsed("<message from='capulet.net'><privilege xmlns='urn:xmpp:privilege:" +
                                                version + "'>" + permission + "</privilege></message>"));
    };
    EXPECT_EQ(grants("<perm access='roster' type='both'/><perm access='message' type='outgoing'/>"), true);
    EXPECT_EQ(grants("<perm access='message' type='outgoing'/>", "1"), false) << "ejabberd 23.01 makes no copies";
    EXPECT_EQ(grants("<perm access='message' type='none'/>"), false);
    EXPECT_EQ(grants("<forwarded xmlns='urn:xmpp:forward:0'/>"), std::nullopt) << "an answer";
    EXPECT_EQ(xep0356::grants_messages(*parsed("<message><body>Hi</body></message>")), std::nullopt);
}

TEST(Xep0356Privilege, Example6PrivilegedEntitySendsANotificationMessage) {
    const auto message = parsed(R"(<message from='juliet@capulet.lit' id='foo' to='romeo@montague.lit/orchard'>
                <event xmlns='http://jabber.org/protocol/pubsub#event'/>
            </message>)");
    EXPECT_EXAMPLE(*xep0356::on_behalf("pubsub.capulet.lit", "capulet.lit", *message),
                   R"(<message from='pubsub.capulet.lit' to='capulet.lit' id='foo'>
    <privilege xmlns='urn:xmpp:privilege:2'>
        <forwarded xmlns='urn:xmpp:forward:0'>
            <message from='juliet@capulet.lit'
                id='foo'
                to='romeo@montague.lit/orchard'
                xmlns='jabber:client'>
                <event xmlns='http://jabber.org/protocol/pubsub#event'/>
            </message>
        </forwarded>
    </privilege>
</message>)");
}

TEST(Xep0356Privilege, ListsMayBeChangedWhereBothAreGranted) {
    const auto grants = [](const std::string& version, const std::string& type) {
        return xep0356::grants_roster(
            *parsed("<message from='capulet.net'><privilege xmlns='urn:xmpp:privilege:" + version +
                    "'><perm access='roster' type='" + type + "'/></privilege></message>"));
    };
    EXPECT_EQ(grants("2", "both"), true);
    EXPECT_EQ(grants("1", "both"), true) << "ejabberd 23.01";
    EXPECT_EQ(grants("2", "get"), false);
    EXPECT_EQ(xep0356::grants_roster(*parsed("<message><body>Hi</body></message>")), std::nullopt);
}

TEST(Xep0356Privilege, Example8ServerAdvertisesIqPrivilege) {
    const auto message = parsed(R"(<message from='capulet.net' to='pubub.capulet.lit' id='iq_perm_1'>
  <privilege xmlns='urn:xmpp:privilege:2'>
    <perm access='iq'>
      <namespace ns='http://jabber.org/protocol/pubsub' type='set' />
    </perm>
  </privilege>
</message>)");
    EXPECT_EQ(xep0356::grants_iq(*message, pubsub, "set"), true);
    EXPECT_EQ(xep0356::grants_iq(*message, "urn:xmpp:mam:2", "set"), false);
}

TEST(Xep0356Privilege, Example9PrivilegedEntitySendsAnIqOnBehalfOfJuliet) {
    auto request = xep0356::ask("pubsub.capulet.lit", "juliet@capulet.lit", "sub_1", "set");
    request.inner->addAttribute("to", "romeo@montaigu.lit");
    Tag& payload = add(*request.inner, "pubsub", pubsub);
    Tag& subscribe = add(payload, "subscribe", "");
    subscribe.addAttribute("node", "urn:xmpp:microblog:0");
    subscribe.addAttribute("jid", "juliet@capulet.lit");
    EXPECT_EXAMPLE(*request.iq, R"(<iq
        from='pubsub.capulet.lit'
        to='juliet@capulet.lit'
        type='set'
        id='sub_1'>
      <privileged_iq xmlns='urn:xmpp:privilege:2'>
        <iq
          xmlns='jabber:client'
          type='set'
          to='romeo@montaigu.lit'
          id='sub_1'>
          <pubsub xmlns='http://jabber.org/protocol/pubsub'>
            <subscribe
              node='urn:xmpp:microblog:0'
              jid='juliet@capulet.lit'/>
          </pubsub>
      </iq>
    </privileged_iq>
  </iq>)");
}

TEST(Xep0356Privilege, Example11ServerForwardsTheIqResponseToThePrivilegedEntity) {
    const auto iq = parsed(R"(<iq
  type='result'
  from='juliet@capulet.lit'
  to='pubsub.capulet.lit'
  id='priv_iq_1'>
  <privilege xmlns="urn:xmpp:privilege:2">
    <forwarded xmlns='urn:xmpp:forward:0'>
      <iq type='result'
        from='romeo@montaigu.lit'
        to='juliet@capulet.lit'
        id='sub_1' xmlns='jabber:client'>
        <pubsub xmlns='http://jabber.org/protocol/pubsub'>
          <subscription
            node='urn:xmpp:microblog:0'
            jid='juliet@capulet.lit'
            subid='some_id'
            subscription='subscribed'/>
        </pubsub>
      </iq>
    </forwarded>
  </privilege>
</iq>)");
    const Tag* answer = xep0356::answer(*iq, "iq");
    ASSERT_TRUE(answer);
    EXPECT_EQ(attribute(*answer, "id"), "sub_1");
    EXPECT_TRUE(child(*answer, "pubsub", pubsub));
    EXPECT_FALSE(xep0356::answer(*iq, "message"));
}

TEST(Xep0356Privilege, Example14ServerAdvertisesRosterMessageManagedEntityPresenceAndRosterPresencePrivileges) {
    const auto message = parsed(R"(<message from='capulet.net' to='pubub.capulet.lit' id='54321'>
  <privilege xmlns='urn:xmpp:privilege:2'>
    <perm access='roster' type='both' push='true'/>
    <perm access='message' type='none'/>
    <perm access='iq'>
      <namespace ns='http://jabber.org/protocol/pubsub' type='set' />
    </perm>
    <perm access='presence' type='roster'/>
  </privilege>
</message>)");
    EXPECT_EQ(xep0356::grants_roster(*message), true);
    EXPECT_EQ(xep0356::grants_messages(*message), false);
    EXPECT_EQ(xep0356::grants_iq(*message, pubsub, "set"), true);
}

std::string advertisement(const std::string& permissions) {
    return "<message from='capulet.net' to='pubsub.capulet.lit' id='54321'><privilege xmlns='urn:xmpp:privilege:2'>" +
           permissions + "</privilege></message>";
}

TEST(Xep0356Privilege, AServerAdvertisesThePermissionsByNamespace) {
    const auto grant = [](const std::string& permissions) {
        return xep0356::grants_iq(*parsed(advertisement(permissions)), "http://jabber.org/protocol/pubsub", "set");
    };
    EXPECT_EQ(
        grant("<perm access='roster' type='both'/><perm access='iq'><namespace ns='http://jabber.org/protocol/pubsub' "
              "type='set'/></perm>"),
        true);
    EXPECT_EQ(grant("<perm access='iq'><namespace ns='http://jabber.org/protocol/pubsub' type='both'/></perm>"), true);
    EXPECT_EQ(grant("<perm access='iq'><namespace ns='http://jabber.org/protocol/pubsub' type='get'/></perm>"), false);
    EXPECT_EQ(grant("<perm access='iq'><namespace ns='urn:xmpp:mam:2' type='set'/></perm>"), false);
    EXPECT_EQ(grant("<perm access='message' type='outgoing'/>"), false);
    EXPECT_EQ(xep0356::grants_iq(*parsed("<message><body>privilege</body></message>"), "x", "set"), std::nullopt);
}

}  // namespace
}  // namespace xmpp
