// OTR on its way through: what of a user's stanza leaves, what is answered, and where a stanza to them goes.

#include "gateway/encryption/otr_tunnel.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fakes.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string data = "?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.", commit = "?OTR:AAMCAAABAQAAAgK5FG/KJYDbNg==.";

struct OtrTunnelTest : testing::Test {
    inline static const std::string user = "alice@jabber.example", phone = user + "/phone", desk = user + "/desk",
                                    bob = "bob\\40example.net@coi.jabber.example", bobs = "bob@example.net";
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    struct Stream : FakeStream {
        void send(const xmpp::Tag& tag) override { errors.push_back(xmpp::error_of(tag).value().text); }
        std::vector<std::string> errors;
    } stream;
    struct Receiver : FakeReceiver {
        void take_tunnelled(const Account&, const coi::Address& to, const xmpp::Tag& message) override {
            EXPECT_EQ(to.addr_spec(), bobs);
            texts.push_back(xmpp::child(message, "body", "")->cdata());
        }
        std::vector<std::string> texts;
    } receiver;
    FakeNotices notices;
    std::vector<std::string>&taken = receiver.texts, &told = notices.said, &errors = stream.errors;
    OtrTunnel tunnel{directory, receiver, stream, notices};
    AccountId id{};

    void SetUp() override {
        Account account;
        account.jid = user;
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        bob_is([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
        bob_is([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    }
    void bob_is(const std::function<void(Contact&)>& change) {
        directory.change(id, {"", "bob", "example.net"}, change);
    }
    bool writes(const std::string& body, const std::string& from = phone, const std::string& type = "chat") {
        const auto stanza = xmpp::parse_stanza("<message id='s1' type='" + type + "' from='" + from + "' to='" + bob +
                                               "' xml:lang='en'></message>");
        xmpp::add(*stanza, "body", {}, body);
        return tunnel.take(*stanza);
    }
    std::size_t passed(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(taken, text)); }
    bool comes(const std::string& text, const std::string& mail) {
        return tunnel.may_pass(*directory.find(id), bobs, {mail}, {text, ""});
    }
    OtrTunnel::Route route(const std::string& body, bool is_otr = true) {
        queue::Entry entry;
        entry.account = id;
        entry.contact = bobs;
        const auto stanza = xmpp::parse_stanza(
            "<message from='" + bob + "' to='" + user + "'><body>" + body + "</body>" +
            (is_otr ? "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>" : "") + "</message>");
        return tunnel.route(entry, *stanza);
    }
};

TEST_F(OtrTunnelTest, only_OTR_of_those_who_have_it_on_is_taken) {
    EXPECT_FALSE(writes("Hello"));
    EXPECT_FALSE(writes(data, phone, "error"));
    EXPECT_FALSE(writes(data, "nobody@jabber.example/x"));
    EXPECT_TRUE(writes(data));
    EXPECT_TRUE(writes("?OTRv3?"));
    for (const auto tunnel_is : {Tunnel::never, Tunnel::off}) {
        bob_is([&](Contact& contact) { contact.privacy.tunnel = tunnel_is; });
        EXPECT_FALSE(writes(data)) << "OTR ends here";
    }
    EXPECT_THAT(taken, ElementsAre(data, "?OTRv3?"));
}

TEST_F(OtrTunnelTest, fragments_leave_as_one_message) {
    EXPECT_TRUE(writes("?OTR|101|202,1,2," + data.substr(0, 20) + ","));
    EXPECT_TRUE(writes("?OTR|101|202,1,2," + commit.substr(0, 20) + ",", desk)) << "another resource's own";
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_TRUE(writes("?OTR|101|202,2,2," + data.substr(20) + ","));
    EXPECT_TRUE(writes("?OTR|101|202,2,2," + commit.substr(20) + ",", desk));
    EXPECT_THAT(taken, ElementsAre(data, commit));
    EXPECT_THAT(errors, IsEmpty());
}

TEST_F(OtrTunnelTest, the_rest_of_a_message_whose_beginning_is_lost_is_answered) {
    EXPECT_TRUE(writes("?OTR|101|202,2,3,AAAA,"));
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_TRUE(writes("?OTR|101|202,3,3,AAAA.,"));
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_THAT(errors, ElementsAre(HasSubstr("Please resend it.")));
}

TEST_F(OtrTunnelTest, two_programs_that_loop_come_to_an_end) {
    for (int turn = 0; turn < 20; ++turn) {
        EXPECT_TRUE(writes("?OTRv3?"));
        EXPECT_TRUE(writes("?OTR Error: unreadable"));
        EXPECT_TRUE(writes(data));
    }
    EXPECT_EQ(passed("?OTRv3?"), 3U);
    EXPECT_EQ(passed("?OTR Error: unreadable"), 10U);
    EXPECT_EQ(passed(data), 20U) << "what was said is always carried";
    EXPECT_THAT(told, ElementsAre(HasSubstr("started too often")));
}

TEST_F(OtrTunnelTest, the_other_side_cannot_start_without_end_either) {
    int passes = 0;
    for (int turn = 0; turn < 20; ++turn) passes += comes(turn % 2 ? "?OTRv3?" : commit, std::to_string(turn)) ? 1 : 0;
    EXPECT_EQ(passes, 3);
    EXPECT_TRUE(comes(data, "x"));
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(OtrTunnelTest, a_mail_that_is_delivered_again_counts_once) {
    for (int turn = 0; turn < 20; ++turn) EXPECT_TRUE(comes("?OTRv3?", "the same"));
}

TEST_F(OtrTunnelTest, what_comes_goes_to_the_resource_that_spoke_last) {
    EXPECT_EQ(route(data).to, "") << "the bare JID, as it is";
    writes(data, phone);
    writes(commit, desk);
    EXPECT_EQ(route(data).to, desk);
    EXPECT_EQ(route("Hello", false).to, "") << "an ordinary message is everybody's";
    tunnel.unavailable(desk);
    EXPECT_EQ(route(data).to, "");
}

TEST_F(OtrTunnelTest, what_waited_while_it_was_switched_off_reaches_no_client) {
    bob_is([&](Contact& contact) { contact.privacy.tunnel = Tunnel::off; });
    EXPECT_TRUE(route(data).closed);
    EXPECT_FALSE(route("Hello", false).closed);
    EXPECT_FALSE(route("?OTR, as they say", false).closed) << "words of a mail";
}

}  // namespace
}  // namespace gateway
