// Pictures that lie with users' clients: who is asked, and who can answer.

#include "gateway/transport/inline_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/fakes.h"
#include "xmpp/base64.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

const std::string client = "alice@jabber.example/phone", contact = "bob\\40example.net@coi.jabber.example",
                  cid = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org";

struct InlinePicturesTest : testing::Test {
    FakeStream stream;
    FakeTimer timer;
    InlinePictures pictures{stream, timer.timer()};
    std::optional<coi::Result<FetchedFile>> got;

    void fetch() {
        pictures.fetch({client, contact, cid}, [this](coi::Result<FetchedFile> file) { got = std::move(file); });
    }
    std::string id() { return xmpp::attribute(*stream.sent.back(), "id"); }
    bool answer(const std::string& children, const std::string& from = client, const std::string& type = "result",
                const std::string& to = contact) {
        const auto iq = xmpp::parse_stanza("<iq type='" + type + "' id='" + id() + "' from='" + from + "' to='" + to +
                                           "'>" + children + "</iq>");
        return pictures.take_answer(*iq);
    }
    static std::string data(const std::string& bytes, const std::string& of = cid) {
        return "<data xmlns='urn:xmpp:bob' type='image/png' cid='" + of + "'>" + xmpp::base64::encode(bytes) +
               "</data>";
    }
};

TEST_F(InlinePicturesTest, the_contact_asks_the_client_that_wrote) {
    fetch();
    ASSERT_EQ(stream.sent.size(), 1u);
    EXPECT_EQ(xmpp::attribute(*stream.sent[0], "to"), client);
    EXPECT_EQ(xmpp::attribute(*stream.sent[0], "from"), contact);
    EXPECT_FALSE(got);
    EXPECT_TRUE(answer(data("PNG")));
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(*(*got)->bytes, "PNG");
    EXPECT_FALSE(answer(data("again"))) << "it is a stray iq";
}

TEST_F(InlinePicturesTest, nobody_else_answers) {
    fetch();
    EXPECT_FALSE(answer(data("PNG"), "alice@jabber.example/laptop"));
    EXPECT_FALSE(answer(data("PNG"), "eve@jabber.example/phone"));
    EXPECT_FALSE(answer(data("PNG"), client, "result", "carol@coi.jabber.example"));
    EXPECT_FALSE(answer(data("PNG"), client, "get"));
    EXPECT_FALSE(got);
}

TEST_F(InlinePicturesTest, what_is_no_picture_of_this_cid_is_none) {
    for (const std::string& children :
         {std::string(), data("PNG", "other"), data(""), data(std::string(64 * 1024 + 1, 'x')),
          std::string("<data xmlns='urn:xmpp:bob' cid='" + cid + "'>%</data>")}) {
        got.reset();
        fetch();
        EXPECT_TRUE(answer(children));
        ASSERT_TRUE(got);
        EXPECT_FALSE(*got) << children.substr(0, 100);
    }
}

TEST_F(InlinePicturesTest, an_error_ends_the_wait_and_so_do_time_and_the_stream) {
    fetch();
    EXPECT_TRUE(answer("<error type='cancel'/>", client, "error"));
    EXPECT_TRUE(got && !*got);
    got.reset();
    fetch();
    timer.pass();
    EXPECT_TRUE(got && !*got);
    EXPECT_FALSE(answer(data("PNG"))) << "too late";
    got.reset();
    fetch();
    pictures.offline();
    EXPECT_TRUE(got && !*got);
}

TEST_F(InlinePicturesTest, a_client_is_asked_for_twenty_at_the_same_time) {
    for (int i = 0; i < 20; ++i) fetch();
    EXPECT_FALSE(got);
    fetch();
    EXPECT_TRUE(got && !*got);
    EXPECT_EQ(stream.sent.size(), 20u);
}

}  // namespace
}  // namespace gateway
