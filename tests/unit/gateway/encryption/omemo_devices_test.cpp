// How the gateway asks for the users' devices and their keys: of servers that are silent, or refuse.

#include "gateway/encryption/omemo_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/omemo_room.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using List = OmemoDevices::List;

struct OmemoDevicesTest : OmemoRoom {
    std::shared_ptr<OmemoDevices> devices =
        std::make_shared<OmemoDevices>(directory, store, stream, timer.timer(), "coi.jabber.example");
    std::optional<std::optional<List>> told;
    void asks() {
        told.reset();
        devices->list({user, bob}, [this](std::optional<List> list) { told = std::move(list); });
    }
    std::vector<xmpp::Stanza> questions() { return std::exchange(stream.sent, {}); }
    void lists(const xmpp::Tag& question) {
        auto result = xmpp::result_of(question);
        xmpp::Tag& items = xmpp::xep0060::add_items(*result, xmpp::xep0384::devices_node);
        xmpp::xep0384::add_devices(xmpp::xep0060::add_item(items, "current"), {17});
        EXPECT_TRUE(devices->take_answer(*result));
    }
    void refuses(const xmpp::Tag& question, const char* type, const char* condition) {
        EXPECT_TRUE(devices->take_answer(*xmpp::error_reply(question, type, condition, "", "")));
    }
};

TEST_F(OmemoDevicesTest, MissingKeysAreAskedForAtOnceAndWaitedForTogether) {
    const auto keys = xmpp::omemo::OwnKeys::generate(std::chrono::system_clock::now());
    std::optional<std::map<OmemoDevices::DeviceId, xmpp::omemo::Bundle>> found;
    devices->bundles({user, bob}, {1, 2, 3}, [&](auto bundles) { found = std::move(bundles); });
    const auto asked = questions();
    ASSERT_THAT(asked, SizeIs(3));
    auto result = xmpp::result_of(*asked[1]);
    xmpp::Tag& items = xmpp::xep0060::add_items(*result, xmpp::xep0384::bundle_node(2));
    xmpp::xep0384::add_bundle(xmpp::xep0060::add_item(items, "current"), keys.bundle());
    EXPECT_TRUE(devices->take_answer(*result));
    refuses(*asked[0], "cancel", "item-not-found");
    EXPECT_FALSE(found);
    timer.pass();
    ASSERT_TRUE(found);
    ASSERT_THAT(*found, SizeIs(1));
    EXPECT_EQ(found->at(2), keys.bundle());
    found.reset();
    devices->bundles({user, bob}, {}, [&](auto bundles) { found = std::move(bundles); });
    EXPECT_TRUE(found);
}

TEST_F(OmemoDevicesTest, ASilentServerIsWaitedForOnce) {
    asks();
    EXPECT_THAT(questions(), SizeIs(1));
    timer.pass();
    EXPECT_EQ(told.value(), std::nullopt);
    asks();
    EXPECT_EQ(told.value(), std::nullopt) << "at once";
    EXPECT_THAT(questions(), IsEmpty());
    EXPECT_TRUE(devices->take_event(*xmpp::xep0384::event(user, bob, {17})));
    asks();
    const auto again = questions();
    ASSERT_THAT(again, SizeIs(1)) << "it has spoken";
    lists(*again[0]);
    EXPECT_THAT(told.value().value(), ElementsAre(17));
}

TEST_F(OmemoDevicesTest, WhereTheGatewayMayNotReadItAsksOnceMoreInTheContactsName) {
    for (const auto& [type, condition] :
         {std::pair{"auth", "not-authorized"}, std::pair{"auth", "forbidden"}, std::pair{"cancel", "not-allowed"}}) {
        asks();
        const auto first = questions();
        ASSERT_THAT(first, SizeIs(1));
        EXPECT_EQ(xmpp::attribute(*first[0], "from"), "coi.jabber.example");
        refuses(*first[0], type, condition);
        const auto second = questions();
        ASSERT_THAT(second, SizeIs(1)) << condition;
        EXPECT_EQ(xmpp::attribute(*second[0], "from"), bob);
        EXPECT_FALSE(told);
        lists(*second[0]);
        EXPECT_THAT(told.value().value(), ElementsAre(17));
        EXPECT_FALSE(devices->is_refused(user));
        devices->offline();
    }
}

TEST_F(OmemoDevicesTest, WhoIsRefusedTwiceAsksNoThirdTime) {
    asks();
    refuses(*questions().at(0), "auth", "not-authorized");
    refuses(*questions().at(0), "auth", "not-authorized");
    EXPECT_EQ(told.value(), std::nullopt);
    EXPECT_THAT(questions(), IsEmpty());
    EXPECT_TRUE(devices->is_refused(user));
    asks();
    lists(*questions().at(0));
    EXPECT_FALSE(devices->is_refused(user));
}

TEST_F(OmemoDevicesTest, AUserWithoutDevicesHasRefusedNothing) {
    asks();
    refuses(*questions().at(0), "cancel", "item-not-found");
    EXPECT_EQ(told.value(), std::nullopt);
    EXPECT_THAT(questions(), IsEmpty());
    EXPECT_FALSE(devices->is_refused(user));
}

struct OmemoReaders : OmemoRoom {
    OmemoClient alice, tablet, laptop;
    void SetUp() override {
        OmemoRoom::SetUp();
        listed = {&alice};
        meets(alice);
        writes(alice, "hello");
    }
};

TEST_F(OmemoReaders, AMessageForSeveralNewDevicesAsksForTheirKeysAtOnce) {
    listed = {&alice, &tablet, &laptop};
    announces();
    auto stanza = xmpp::parse_stanza("<message type='chat' id='m1' from='" + bob + "' to='" + user +
                                     "'><body>for all</body></message>");
    std::optional<Outgoing> out;
    omemo->send(entry(), *stanza, [&](Outgoing outgoing) { out = std::move(outgoing); });
    loop.flush(store);
    ASSERT_THAT(stream.sent, SizeIs(1)) << "the list";
    for (auto& question : std::exchange(stream.sent, {})) serve(std::move(question));
    EXPECT_THAT(stream.sent, SizeIs(2));
    settle();
    for (auto* device : {&alice, &tablet, &laptop}) EXPECT_EQ(device->reads(*out.value().stanzas.at(0)), "for all");
}

TEST_F(OmemoReaders, WhatCannotBeEncryptedBecauseTheServerRefusesIsToldAsThat) {
    begin();
    alice.session = {};
    directory.change(id, {"", "bob", "example.net"},
                     [](Contact& contact) { contact.privacy.spoken = EndToEnd::omemo; });
    keys::forget_omemo_device(store, id, alice.keys.device(), [](const Store::Failure&) {});
    settle();
    server_refuses = true;
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::held);
    ASSERT_EQ(told("A message from bob@example.net waits"), 1u);
    EXPECT_THAT(said.back(), HasSubstr("let coi.jabber.example see your presence"));
}

}  // namespace
}  // namespace gateway
