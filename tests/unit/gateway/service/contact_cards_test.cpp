// Who a contact is, in each form that clients ask for.

#include "gateway/service/contact_cards.h"

#include "tests/support/pictures.h"
#include "tests/unit/gateway/service/service_play.h"
#include "xmpp/base64.h"

namespace gateway {
namespace {

const std::string bob = "bob\\40example.org@coi.jabber.example";

class ContactCardsTest : public ServicePlay {
  protected:
    const Picture sea = *picture_of(png(64, 48, "the sea"));
    const coi::Address address{"Bob Stone", "bob", "example.org"};

    ContactCardsTest() {
        const AccountId id = link();
        directory.change(id, address, [](Contact&) {});
        profiles.learn(id, address.canonical(), {.picture = sea});
        loop.flush(store);
        sent.clear();
    }
    static std::string node(const std::string& name, const std::string& item = "") {
        return "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='" + name + "'>" +
               (item.empty() ? "" : "<item id='" + item + "'/>") + "</items></pubsub>";
    }
    std::string asked(const std::string& payload, const std::string& to = bob) {
        ask("get", payload, to);
        return answer_xml();
    }
    std::string picture() const { return xmpp::base64::encode(sea.bytes); }
};

TEST_F(ContactCardsTest, TheVCardHasThePicture) {
    const std::string card = asked("<vCard xmlns='vcard-temp'/>");
    EXPECT_NE(card.find("<FN>Bob Stone</FN>"), std::string::npos) << card;
    EXPECT_NE(card.find("<PHOTO><TYPE>image/png</TYPE><BINVAL>" + picture() + "</BINVAL></PHOTO>"), std::string::npos)
        << card;
}

TEST_F(ContactCardsTest, TheNewerVCardToo) {
    const std::string card = asked(node("urn:xmpp:vcard4"));
    EXPECT_NE(card.find("<fn><text>Bob Stone</text></fn>"), std::string::npos) << card;
    EXPECT_NE(card.find("<photo><uri>data:image/png;base64," + picture() + "</uri></photo>"), std::string::npos)
        << card;
}

TEST_F(ContactCardsTest, ThePictureIsAnItemOfItsNode) {
    const std::string item = asked(node("urn:xmpp:avatar:data", sea.info.id));
    EXPECT_NE(item.find("<item id='" + sea.info.id + "'><data xmlns='urn:xmpp:avatar:data'>" + picture() + "</data>"),
              std::string::npos)
        << item;
    const std::string info = asked(node("urn:xmpp:avatar:metadata"));
    EXPECT_NE(info.find("<info bytes='" + std::to_string(sea.bytes.size()) + "' id='" + sea.info.id +
                        "' height='48' type='image/png' width='64'/>"),
              std::string::npos)
        << info;
    const std::string name = asked(node("http://jabber.org/protocol/nick"));
    EXPECT_NE(name.find("<nick xmlns='http://jabber.org/protocol/nick'>Bob Stone</nick>"), std::string::npos) << name;
}

TEST_F(ContactCardsTest, WhatIsNotThereIsNotFound) {
    const std::string carol = "carol\\40example.org@coi.jabber.example";
    const auto condition = [&](const std::string& payload, const std::string& to) {
        ask("get", payload, to);
        return error().condition;
    };
    EXPECT_EQ(condition(node("urn:xmpp:avatar:data", "0123"), bob), "item-not-found") << "another picture";
    EXPECT_EQ(condition(node("urn:xmpp:avatar:data"), carol), "item-not-found");
    EXPECT_EQ(condition(node("urn:xmpp:avatar:metadata"), carol), "item-not-found");
    EXPECT_EQ(condition(node("urn:xmpp:bookmarks:1"), bob), "service-unavailable");
    EXPECT_EQ(asked("<vCard xmlns='vcard-temp'/>", carol).find("PHOTO"), std::string::npos);
}

TEST_F(ContactCardsTest, ToNobodyElse) {
    ask("get", "<vCard xmlns='vcard-temp'/>", bob, "eve@jabber.example/x");
    EXPECT_EQ(answer_xml().find("PHOTO"), std::string::npos);
    ask("get", node("urn:xmpp:avatar:data", sea.info.id), bob, "eve@jabber.example/x");
    EXPECT_EQ(error().condition, "item-not-found");
}

TEST_F(ContactCardsTest, PicturesWaitForRoomInTheSocket) {
    stream.room = 0;
    for (int i = 0; i < 10; ++i) ask("get", "<vCard xmlns='vcard-temp'/>", bob);
    loop.flush(store);
    EXPECT_TRUE(sent.empty());
    stream.room = 1000;
    timer.pass();
    EXPECT_TRUE(loop.run_until([this] { return sent.size() == 10; }));
}

TEST_F(ContactCardsTest, WhoAsksForTooMuchAtOnceIsToldSo) {
    stream.room = 0;
    for (int i = 0; i < 1000; ++i) ask("get", "<vCard xmlns='vcard-temp'/>", bob);
    EXPECT_TRUE(sent.empty());
    ask("get", "<vCard xmlns='vcard-temp'/>", bob);
    EXPECT_EQ(error().condition, "resource-constraint");
    cards.offline();
    stream.room = 1000;
    timer.pass();
    loop.flush(store);
    EXPECT_TRUE(sent.empty()) << "nobody waits any more";
    asked("<vCard xmlns='vcard-temp'/>");
}

TEST_F(ContactCardsTest, TheAccountSaysThatItCanBeAsked) {
    const std::string info = asked("<query xmlns='http://jabber.org/protocol/disco#info'/>");
    EXPECT_NE(info.find("<identity category='pubsub' type='pep'"), std::string::npos) << info;
    EXPECT_NE(info.find("http://jabber.org/protocol/pubsub#retrieve-items"), std::string::npos) << info;
    const std::string gateway = asked("<query xmlns='http://jabber.org/protocol/disco#info'/>", "coi.jabber.example");
    EXPECT_NE(gateway.find("urn:xmpp:avatar:metadata+notify"), std::string::npos) << gateway;
}

}  // namespace
}  // namespace gateway
