// What contacts publish for OMEMO, and the commands about it.

#include "gateway/service/omemo_nodes.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/service/service_play.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
namespace xep0060 = xmpp::xep0060;
namespace xep0384 = xmpp::xep0384;

class OmemoNodesTest : public ServicePlay {
  protected:
    const std::string contact = "bob\\40example.org@coi.jabber.example", phone = "alice@jabber.example/phone";
    void settle() {
        for (int i = 0; i < 4; ++i) {
            loop.flush(store);
            loop.run_until([this] { return workers.waiting() == 0; });
        }
    }
    xmpp::Stanza ask(const std::string& node, const std::string& from = "alice@jabber.example/phone") {
        sent.clear();
        services.take_iq(*xep0060::request(from, contact, "q", {node, ""}));
        settle();
        EXPECT_EQ(sent.size(), 1u);
        return sent.empty() ? xmpp::Stanza() : std::move(sent.back());
    }
    xep0384::DeviceId device() {
        const auto answer = ask(xep0384::devices_node);
        const auto items = xep0060::items_of(*answer, xep0384::devices_node);
        const auto list = items.empty() ? std::nullopt : xep0384::devices_of(*items.at(0).payload);
        EXPECT_TRUE(list && list->size() == 1);
        return list ? list->at(0) : 0;
    }
};

TEST_F(OmemoNodesTest, AContactHasOneDeviceWithItsKeys) {
    link();
    const std::string node = xep0384::bundle_node(device());
    const auto answer = ask(node);
    EXPECT_EQ(xmpp::attribute(*answer, "from"), contact);
    const auto items = xep0060::items_of(*answer, node);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].id, "current");
    const auto bundle = xep0384::bundle_of(*items[0].payload);
    ASSERT_TRUE(bundle);
    EXPECT_EQ(bundle->pre_keys.size(), 100u);
}

TEST_F(OmemoNodesTest, NobodyElseHasThem) {
    link();
    EXPECT_EQ(xmpp::error_of(*ask(xep0384::bundle_node(device() + 1)))->condition, "item-not-found");
    EXPECT_EQ(xmpp::error_of(*ask(xep0384::devices_node, "eve@evil.example/x"))->condition, "item-not-found");
}

TEST_F(OmemoNodesTest, AClientThatWantsTheListsGetsThoseOfAllItsContacts) {
    const AccountId id = link();
    directory.change(id, {"", "bob", "example.org"}, [](Contact& each) { each.written_to = true; });
    directory.change(id, {"", "eve", "example.org"}, [](Contact&) {});
    omemo_nodes.introduce(phone);
    settle();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(xmpp::attribute(*sent[0], "from"), contact);
    EXPECT_EQ(xmpp::attribute(*sent[0], "to"), phone);
    const auto news = xep0384::news_of(*sent[0]);
    ASSERT_TRUE(news);
    EXPECT_EQ(news->at(0), device());
}

}  // namespace
}  // namespace gateway
