// Files to which links lead, from a server on loopback with real TLS: from where they are fetched, and how many.

#include "gateway/transport/file_download.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fakes.h"
#include "tests/support/run_until.h"
#include "tests/support/tls_peer.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using coi::ErrorKind;
using support::Authority;
using support::LineServer;

/// Answers the request for each path as `answers` says.
LineServer::Answer http(std::function<std::string(const std::string& path)> answers) {
    return [answers = std::move(answers), path = std::make_shared<std::string>()](const std::string& line) {
        if (line.starts_with("GET ")) *path = line.substr(4, line.rfind(' ') - 4);
        return line.empty() ? answers(*path) : std::string();
    };
}

std::string file(const std::string& bytes) {
    return "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(bytes.size()) +
           "\r\n\r\n" + bytes;
}

std::string moved(const std::string& to) {
    return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
}

struct FileDownloadTest : testing::Test {
    Authority ca{"Test CA"};
    std::string elsewhere;  // where /away leads
    LineServer server{ca.issue({.name = "localhost"}), LineServer::Begin::tls, "",
                      http([this](const std::string& path) -> std::string {
                          if (path == "/earth.jpg" || path == "/upload/earth.jpg") return file("JFIF");
                          if (path == "/large.jpg") return file(std::string(2000, 'x'));
                          if (path == "/1") return moved("/2");
                          if (path == "/2") return moved("earth.jpg");
                          if (path == "/loop") return moved("/loop");
                          if (path == "/upload/away") return moved(elsewhere);
                          return "";  // it says nothing
                      })};
    boost::asio::io_context io;
    coi::net::TlsContext tls{ca.file()};
    FakeStream stream;
    FakeTimer timer;
    UploadSlots slots{stream, timer.timer(), {"coi.localhost", "localhost"}};
    FileDownload files{io, tls, slots, {1000, true}};

    std::string at(const std::string& path) const {
        return "https://localhost:" + std::to_string(server.port()) + path;
    }
    coi::Result<FetchedFile> fetched(const std::string& url) {
        std::optional<coi::Result<FetchedFile>> got;
        files.fetch("alice@localhost", url, [&got](coi::Result<FetchedFile> file) { got.emplace(std::move(file)); });
        EXPECT_TRUE(run_until(io, [&got] { return got.has_value(); }));
        return got ? std::move(*got) : coi::malformed("nothing came");
    }
    /// The Jabber server's file store is on this host.
    void find_store() {
        slots.online();
        slots.take_answer(*xmpp::parse_stanza("<iq type='result' from='localhost' id='" +
                                              xmpp::attribute(*stream.sent.front(), "id") +
                                              "'><query xmlns='http://jabber.org/protocol/disco#info'><feature "
                                              "var='urn:xmpp:http:upload:0'/></query></iq>"));
    }
};

TEST_F(FileDownloadTest, fetches_a_file_and_follows_it) {
    for (const char* path : {"/earth.jpg", "/1"}) {
        const auto got = fetched(at(path));
        ASSERT_TRUE(got) << got.error().text;
        EXPECT_EQ(*got->bytes, "JFIF");
        EXPECT_EQ(got->type, "image/jpeg");
    }
}

TEST_F(FileDownloadTest, a_link_leads_to_no_private_address) {
    files.reload({1000, false});
    EXPECT_EQ(fetched(at("/earth.jpg")).error().kind, ErrorKind::forbidden);
    const std::string port = std::to_string(server.port());
    for (const std::string& host : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"})
        EXPECT_EQ(fetched("https://" + host + ":" + port + "/earth.jpg").error().kind, ErrorKind::forbidden) << host;
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(FileDownloadTest, the_store_of_the_server_may_stand_on_one_but_sends_nobody_to_another) {
    files.reload({1000, false});
    find_store();
    EXPECT_TRUE(fetched(at("/upload/earth.jpg")));
    EXPECT_EQ(fetched(at("/earth.jpg")).error().kind, ErrorKind::forbidden) << "what else the host serves";
    elsewhere = "https://127.0.0.1:" + std::to_string(server.port()) + "/earth.jpg";
    EXPECT_EQ(fetched(at("/upload/away")).error().kind, ErrorKind::forbidden);
    elsewhere = "http://files.example/earth.jpg";
    EXPECT_EQ(fetched(at("/upload/away")).error().kind, ErrorKind::forbidden) << "not encrypted";
    for (const char* nowhere : {"ftp://files.example/", "https://u:p@files.example/", "https://[", " "}) {
        elsewhere = nowhere;
        EXPECT_FALSE(fetched(at("/upload/away"))) << nowhere;
    }
}

TEST_F(FileDownloadTest, nothing_is_fetched_without_encryption) {
    EXPECT_EQ(fetched("http://localhost:" + std::to_string(server.port()) + "/earth.jpg").error().kind,
              ErrorKind::forbidden);
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(FileDownloadTest, a_user_fetches_so_many_an_hour) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(fetched(at("/earth.jpg"))) << i;
    EXPECT_FALSE(fetched(at("/earth.jpg")));
    std::optional<bool> others;
    files.fetch("bob@localhost", at("/earth.jpg"), [&others](const auto& file) { others = file.has_value(); });
    EXPECT_TRUE(run_until(io, [&others] { return others.has_value(); }));
    EXPECT_TRUE(others.value_or(false)) << "another user";
}

TEST_F(FileDownloadTest, neither_more_than_is_allowed_nor_for_ever) {
    const auto large = fetched(at("/large.jpg"));
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().kind, ErrorKind::limit);
    EXPECT_TRUE(large.error().permanent);
    const int before = server.connections();
    EXPECT_FALSE(fetched(at("/loop")));
    EXPECT_EQ(server.connections() - before, 4) << "the link, and three redirects";
    EXPECT_FALSE(fetched("https://localhost/" + std::string(5000, 'a')));
}

TEST_F(FileDownloadTest, a_certificate_for_another_name_is_none) {
    EXPECT_EQ(fetched("https://127.0.0.1:" + std::to_string(server.port()) + "/earth.jpg").error().kind,
              ErrorKind::tls);
}

TEST_F(FileDownloadTest, who_sends_many_waits_for_them_and_nobody_else_does) {
    std::vector<std::string> refused;
    const auto fetch = [&](const std::string& user) {
        files.fetch(user, at("/silent"), [&refused, user](const auto& file) {
            if (!file) refused.push_back(user);
        });
        io.restart();
        io.poll();
    };
    for (int i = 0; i < 22; ++i) fetch("alice@localhost");
    EXPECT_TRUE(refused.empty()) << "two are under way, twenty wait";
    fetch("alice@localhost");
    EXPECT_EQ(refused, std::vector<std::string>{"alice@localhost"});
    fetch("bob@localhost");
    EXPECT_EQ(refused.size(), 1u);
}

TEST_F(FileDownloadTest, what_nobody_has_any_more_makes_room) {
    std::string big(40 * 1024 * 1024, 'x');
    LineServer store(ca.issue({.name = "localhost"}), LineServer::Begin::tls, "",
                     http([&big](const std::string&) { return file(big); }));
    files.reload({big.size(), true});
    const std::string url = "https://localhost:" + std::to_string(store.port()) + "/big";
    auto first = fetched(url);
    ASSERT_TRUE(first) << first.error().text;
    const auto second = fetched(url);
    ASSERT_FALSE(second);
    EXPECT_FALSE(second.error().permanent) << "there is no room for it now";
    first = coi::malformed("released");
    EXPECT_TRUE(fetched(url));
}

}  // namespace
}  // namespace gateway
