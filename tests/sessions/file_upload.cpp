// Files for the Jabber server's file store: how many wait, and for whom.

#include "gateway/transport/file_upload.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fakes.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

struct FileUploadTest : testing::Test {
    boost::asio::io_context io;
    coi::net::TlsContext tls{""};
    FakeStream stream;
    FakeTimer timer;
    UploadSlots slots{stream, timer.timer(), {"coi.jabber.example", "jabber.example"}};
    FileUpload files{io, tls, slots, true};
    std::vector<coi::Result<std::string>> ended;

    void put(const std::string& user, std::size_t size = 4) {
        files.put(user, {"a.jpg", "image/jpeg", std::make_shared<const std::string>(size, 'a')},
                  [this](coi::Result<std::string> address) { ended.push_back(std::move(address)); });
        io.poll();
        io.restart();
    }
    /// The server's file store is known.
    void find_service() {
        slots.online();
        slots.take_answer(*xmpp::parse_stanza("<iq type='result' from='jabber.example' id='" +
                                              xmpp::attribute(*stream.sent.front(), "id") +
                                              "'><query xmlns='http://jabber.org/protocol/disco#info'><feature "
                                              "var='urn:xmpp:http:upload:0'/></query></iq>"));
        stream.sent.clear();
    }
    void nobody_answers() {
        timer.pass();
        io.poll();
        io.restart();
    }
};

TEST_F(FileUploadTest, two_files_of_a_user_are_under_way_and_ten_of_all) {
    find_service();
    for (int i = 0; i < 5; ++i) put("alice@jabber.example");
    EXPECT_EQ(stream.sent.size(), 2u);
    for (int i = 0; i < 20; ++i) put("user" + std::to_string(i) + "@jabber.example");
    EXPECT_EQ(stream.sent.size(), 10u) << "nobody waits for alice's";
    nobody_answers();
    EXPECT_EQ(ended.size(), 25u) << "each is told";
    put("alice@jabber.example");
    EXPECT_EQ(ended.size(), 26u) << "nobody waits for a store that has just failed";
    for (const auto& one : ended) EXPECT_TRUE(!one && one.error().permanent) << "it has never worked";
}

TEST_F(FileUploadTest, what_would_not_fit_into_memory_is_refused_for_now) {
    find_service();
    constexpr std::size_t large = 100 * 1024 * 1024;
    put("alice@jabber.example", large);
    put("bob@jabber.example", large);
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_FALSE(ended.front());
    EXPECT_FALSE(ended.front().error().permanent);
}

TEST_F(FileUploadTest, a_slot_elsewhere_than_by_tls_is_refused) {
    find_service();
    put("alice@jabber.example");
    slots.take_answer(*xmpp::parse_stanza(
        "<iq type='result' from='jabber.example' id='" + xmpp::attribute(*stream.sent.back(), "id") +
        "'><slot xmlns='urn:xmpp:http:upload:0'><put url='http://files.example/1'/><get url='http://files.example/1'/>"
        "</slot></iq>"));
    io.poll();
    ASSERT_EQ(ended.size(), 1u);
    ASSERT_FALSE(ended.front());
    EXPECT_EQ(ended.front().error().kind, coi::ErrorKind::forbidden);
}

TEST_F(FileUploadTest, names_are_plain_and_types_are_types) {
    find_service();
    files.put("alice@jabber.example", {"../../Ä b.jpg", "text/html", std::make_shared<const std::string>("a")},
              [](auto) {});
    io.poll();
    const auto* request = stream.sent.back()->findChild("request");
    ASSERT_TRUE(request);
    EXPECT_EQ(xmpp::attribute(*request, "filename"), "b.jpg");
    EXPECT_EQ(xmpp::attribute(*request, "content-type"), "application/octet-stream") << "browsers would run it";
    const auto named = [&](const std::string& name, const std::string& type) {
        files.put("u" + std::to_string(stream.sent.size()) + "@jabber.example",
                  {name, type, std::make_shared<const std::string>("a")}, [](auto) {});
        io.restart();
        io.poll();
        return xmpp::attribute(*stream.sent.back()->findChild("request"), "filename");
    };
    EXPECT_EQ(named("画像.jpg", "image/jpeg"), "image.jpg");
    EXPECT_EQ(named("Быстрый старт.docx", "application/msword"), "file.docx");
    EXPECT_EQ(named("", "image/png"), "image.png");
    EXPECT_EQ(named("", "application/octet-stream"), "file");
}

TEST_F(FileUploadTest, switched_off_it_takes_nothing) {
    find_service();
    EXPECT_GT(files.largest(), 0u);
    files.reload(false);
    EXPECT_EQ(files.largest(), 0u);
}

}  // namespace
}  // namespace gateway
