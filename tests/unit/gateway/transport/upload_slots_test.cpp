// The search for the server's file store, and the requests for slots, on the user's behalf or our own.

#include "gateway/transport/upload_slots.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/fakes.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

struct UploadSlotsTest : testing::Test {
    FakeStream stream;
    FakeTimer timer;
    UploadSlots slots{stream, timer.timer(), {"coi.jabber.example", "jabber.example"}};
    std::vector<coi::Result<xmpp::xep0363::Slot>> got;

    /// The id of the newest iq that was sent to this JID; a failure if there is none.
    std::string asked(const std::string& to) {
        for (auto at = stream.sent.rbegin(); at != stream.sent.rend(); ++at) {
            if (xmpp::attribute(**at, "to") == to) return xmpp::attribute(**at, "id");
        }
        ADD_FAILURE() << "nothing went to " << to;
        return {};
    }
    bool answer(const std::string& from, const std::string& id, const std::string& content,
                const std::string& type = "result") {
        return slots.take_answer(*xmpp::parse_stanza("<iq type='" + type + "' from='" + from +
                                                     "' to='coi.jabber.example' id='" + id + "'>" + content + "</iq>"));
    }
    static std::string info(const std::string& bytes) {
        return "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:http:upload:0'/>"
               "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>urn:xmpp:http:upload:0</value>"
               "</field><field var='max-file-size'><value>" +
               bytes + "</value></field></x></query>";
    }
    void find_service() {
        slots.online();
        answer("jabber.example", asked("jabber.example"),
               "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='conference.jabber.example'/>"
               "<item jid='upload.jabber.example'/></query>");
        answer("conference.jabber.example", asked("conference.jabber.example"),
               "<query xmlns='http://jabber.org/protocol/disco#info'/>");
        answer("upload.jabber.example", asked("upload.jabber.example"), info("1000"));
    }
    void grant() {
        slots.take_grant(*xmpp::parse_stanza(
            "<message from='jabber.example' to='coi.jabber.example'><privilege xmlns='urn:xmpp:privilege:2'><perm "
            "access='iq'><namespace ns='urn:xmpp:http:upload:0' type='get'/></perm></privilege></message>"));
    }
    void ask(const std::string& user = "alice@jabber.example") {
        slots.ask(user, {"a.jpg", 10, "image/jpeg"}, [this](auto slot) { got.push_back(std::move(slot)); });
    }
    static std::string slot() {
        return "<slot xmlns='urn:xmpp:http:upload:0'><put url='https://up.example/1'/><get url='https://up.example/2'/>"
               "</slot>";
    }
    static std::string on_behalf(const std::string& iq) {
        return "<privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'>" + iq +
               "</forwarded></privilege>";
    }
};

TEST_F(UploadSlotsTest, the_service_of_the_server_is_found_and_its_limit_known) {
    EXPECT_EQ(slots.largest(), 0u);
    find_service();
    EXPECT_EQ(slots.largest(), 1000u);
    slots.offline();
    EXPECT_EQ(slots.largest(), 0u);
}

TEST_F(UploadSlotsTest, nobody_else_can_say_that_they_are_a_service) {
    slots.online();
    EXPECT_FALSE(answer("eve@evil.example", asked("jabber.example"), info("1000")));
    EXPECT_EQ(slots.largest(), 0u);
}

TEST_F(UploadSlotsTest, without_a_grant_the_gateway_asks_for_itself) {
    find_service();
    ask();
    EXPECT_FALSE(answer("eve@evil.example", asked("upload.jabber.example"), slot())) << "not the service";
    EXPECT_TRUE(answer("upload.jabber.example", asked("upload.jabber.example"), slot()));
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got.front()->get, "https://up.example/2");
    timer.pass();
    EXPECT_EQ(got.size(), 1u) << "answered once";
}

TEST_F(UploadSlotsTest, with_a_grant_it_asks_on_the_users_behalf) {
    find_service();
    grant();
    ask();
    EXPECT_EQ(asked("upload.jabber.example").size(), asked("alice@jabber.example").size());
    const auto& request = *stream.sent.back();
    EXPECT_EQ(xmpp::attribute(request, "to"), "alice@jabber.example");
    const auto* inner = request.findChild("privileged_iq")->findChild("iq");
    EXPECT_EQ(xmpp::attribute(*inner, "to"), "upload.jabber.example");
    EXPECT_EQ(xmpp::attribute(*inner, "type"), "get");
    answer("alice@jabber.example", asked("alice@jabber.example"),
           on_behalf("<iq xmlns='jabber:client' type='result'>" + slot() + "</iq>"));
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got.front()->put, "https://up.example/1");
}

TEST_F(UploadSlotsTest, for_a_user_of_another_server_it_asks_for_itself) {
    find_service();
    grant();
    ask("carol@elsewhere.example");
    EXPECT_EQ(xmpp::attribute(*stream.sent.back(), "to"), "upload.jabber.example");
}

TEST_F(UploadSlotsTest, a_server_that_does_not_pass_it_on_is_asked_for_ourselves) {
    find_service();
    grant();
    ask();
    answer("alice@jabber.example", asked("alice@jabber.example"),
           "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "error");
    EXPECT_TRUE(got.empty());
    answer("upload.jabber.example", asked("upload.jabber.example"), slot());
    ASSERT_EQ(got.size(), 1u);
    EXPECT_TRUE(got.front());
}

TEST_F(UploadSlotsTest, a_refusal_says_whether_another_attempt_would_fail) {
    find_service();
    grant();
    for (const auto& [type, is_permanent] : {std::pair("wait", false), std::pair("modify", true)}) {
        ask();
        answer("alice@jabber.example", asked("alice@jabber.example"),
               on_behalf("<iq xmlns='jabber:client' type='error'><error type='" + std::string(type) +
                         "'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
        ASSERT_FALSE(got.back());
        EXPECT_EQ(got.back().error().permanent, is_permanent);
    }
    EXPECT_EQ(got.size(), 2u);
}

TEST_F(UploadSlotsTest, who_waits_is_told_when_the_stream_is_down_or_nobody_answers) {
    ask();
    timer.pass();
    ASSERT_EQ(got.size(), 1u) << "there is no service";
    find_service();
    ask();
    slots.offline();
    ASSERT_EQ(got.size(), 2u);
    find_service();
    ask();
    timer.pass();
    ASSERT_EQ(got.size(), 3u);
    for (const auto& one : got) {
        ASSERT_FALSE(one);
        EXPECT_FALSE(one.error().permanent);
    }
}

TEST_F(UploadSlotsTest, one_user_whom_the_server_refuses_changes_nothing_for_others) {
    find_service();
    grant();
    ask("nobody@jabber.example");
    answer("nobody@jabber.example", asked("nobody@jabber.example"),
           "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "error");
    ask();
    EXPECT_EQ(xmpp::attribute(*stream.sent.back(), "to"), "alice@jabber.example");
}

TEST_F(UploadSlotsTest, a_quota_that_is_used_up_is_not_waited_for) {
    find_service();
    ask();
    answer("upload.jabber.example", asked("upload.jabber.example"),
           "<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "error");
    ASSERT_EQ(got.size(), 1u);
    EXPECT_TRUE(got.front().error().permanent);
}

TEST_F(UploadSlotsTest, whether_there_is_a_service_is_known_when_all_have_answered_or_do_not) {
    EXPECT_TRUE(slots.is_unsure()) << "the server was not asked yet";
    slots.online();
    EXPECT_TRUE(slots.is_unsure());
    answer("jabber.example", asked("jabber.example"), "<query xmlns='http://jabber.org/protocol/disco#items'/>");
    EXPECT_TRUE(slots.is_unsure()) << "one question is open";
    timer.pass();
    EXPECT_FALSE(slots.is_unsure());
    EXPECT_EQ(slots.largest(), 0u);
    slots.offline();
    EXPECT_TRUE(slots.is_unsure());
}

TEST_F(UploadSlotsTest, a_service_that_is_away_for_a_while_stays_known) {
    find_service();
    EXPECT_FALSE(slots.is_unsure());
    ask();
    answer("upload.jabber.example", asked("upload.jabber.example"),
           "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "error");
    EXPECT_FALSE(got.back().error().permanent);
    EXPECT_EQ(slots.largest(), 1000u);
    stream.sent.clear();
    timer.pass();
    EXPECT_EQ(stream.sent.size(), 2u) << "services are looked for from time to time";
    slots.offline();
    timer.pass();
    EXPECT_EQ(stream.sent.size(), 2u);
}

TEST_F(UploadSlotsTest, only_the_server_grants) {
    find_service();
    slots.take_grant(*xmpp::parse_stanza(
        "<message from='evil.example'><privilege xmlns='urn:xmpp:privilege:2'><perm access='iq'><namespace "
        "ns='urn:xmpp:http:upload:0' type='get'/></perm></privilege></message>"));
    ask();
    EXPECT_EQ(xmpp::attribute(*stream.sent.back(), "to"), "upload.jabber.example");
}

TEST_F(UploadSlotsTest, its_files_lie_where_the_server_says) {
    const auto is_of_store = [this](const char* url) { return slots.is_of_store(http_address(url).value()); };
    EXPECT_FALSE(is_of_store("https://jabber.example/upload/1/a.jpg")) << "there is no store yet";
    find_service();
    for (const char* url : {"https://upload.jabber.example/file_share/1/a.jpg", "https://jabber.example:5281/upload/1"})
        EXPECT_TRUE(is_of_store(url)) << url;
    for (const char* other :
         {"https://jabber.example/metrics", "https://jabber.example/uploads", "https://jabber.example/"})
        EXPECT_FALSE(is_of_store(other)) << "what else the host serves: " << other;
    ask();
    answer("upload.jabber.example", asked("upload.jabber.example"), slot());
    EXPECT_TRUE(is_of_store("https://up.example/2/b.jpg")) << "as in the address of a slot";
    for (const char* other : {"https://up.example/3", "https://up.example:8443/2/b.jpg", "https://127.0.0.1/upload/1"})
        EXPECT_FALSE(is_of_store(other)) << other;
    slots.offline();
    EXPECT_FALSE(is_of_store("https://up.example/2/b.jpg"));
}

}  // namespace
}  // namespace gateway
