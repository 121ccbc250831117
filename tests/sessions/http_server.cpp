// The gateway's HTTP server and its file store on real sockets: files by plain HTTP and by TLS, ranges, and visitors
// who are too many.

#include "gateway/transport/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <optional>

#include "coi/net/connect.h"
#include "gateway/transport/http_get.h"
#include "gateway/transport/own_files.h"
#include "tests/support/scripted_stream.h"
#include "tests/support/tls_peer.h"

namespace gateway {
namespace {

using coi::net::awaitable;
using testing::HasSubstr;
using testing::StartsWith;

struct HttpServerTest : testing::Test {
    boost::asio::io_context io;
    std::string path = made();
    FileFolder folder{io, path, {.quota = 10'000'000, .of_user = 10'000'000, .expire = std::chrono::days(1)}, [] {
                          return Time(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1));
                      }};
    FilePages pages{folder, "/files/"};
    file_link::Link link;
    const std::string content = long_text();

    HttpServerTest() {
        std::optional<coi::Result<file_link::Link>> put;
        folder.put("alice@jabber.example", {"earth.jpg", "image/jpeg", std::make_shared<const std::string>(content)},
                   [&](coi::Result<file_link::Link> made) { put = std::move(made); });
        while (!put && io.run_one_for(std::chrono::seconds(20)) > 0) {
        }
        link = put.value().value();
    }
    ~HttpServerTest() override { std::filesystem::remove_all(path); }
    static std::string made() {
        char name[] = "/tmp/coigate-files-XXXXXX";
        return mkdtemp(name);
    }
    static std::string long_text() {
        std::string text;
        for (int i = 0; text.size() < 300'000; ++i) text += std::to_string(i) + ",";
        return text;
    }
    static void write(const support::Authority& ca, const std::string& certificate, const std::string& key) {
        const auto issued = ca.issue({.name = "localhost"});
        std::FILE* out = std::fopen(certificate.c_str(), "w");
        PEM_write_X509(out, issued.certificate.get());
        std::fclose(out);
        out = std::fopen(key.c_str(), "w");
        PEM_write_PrivateKey(out, issued.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
    }
    std::string target() const { return "/files/" + link.token + "/" + link.name; }

    /// All that a visitor is told who sends this.
    static awaitable<std::string> visit(std::uint16_t port, std::string sent) {
        coi::net::TlsContext tls("");
        auto stream =
            co_await coi::net::connect(tls, {"127.0.0.1", port, coi::net::Security::none},
                                       {.allow_private = true, .mail_ports_only = false}, std::chrono::seconds(10));
        if (!stream || !co_await (*stream)->write(sent, std::chrono::seconds(10))) co_return "(refused)";
        std::string told;
        std::vector<char> chunk(65536);
        while (true) {
            const auto got = co_await (*stream)->read_some(chunk, std::chrono::seconds(10));
            if (!got) break;
            told.append(chunk.data(), *got);
        }
        co_return told;
    }
    std::string asked(HttpServer& server, const std::string& fields = "") {
        return support::run(
            io, visit(server.port(),
                      "GET " + target() + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + fields + "\r\n"));
    }
    static std::string body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
};

TEST_F(HttpServerTest, AFileComesWithAllThatKeepsItHarmless) {
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = "", .key = ""});
    server.start();
    const std::string answer = asked(server);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    for (const char* field :
         {"Content-Type: image/jpeg\r\n", "Content-Disposition: inline; filename=\"earth.jpg\"\r\n",
          "X-Content-Type-Options: nosniff\r\n", "Content-Security-Policy: default-src 'none'; sandbox\r\n",
          "Referrer-Policy: no-referrer\r\n", "Cache-Control: private", "Accept-Ranges: bytes\r\n"})
        EXPECT_THAT(answer, HasSubstr(field));
    EXPECT_EQ(body(answer), content);
    EXPECT_EQ(server.visitors(), 0u);
}

TEST_F(HttpServerTest, PartsOfAFile) {
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = "", .key = ""});
    server.start();
    const std::string size = std::to_string(content.size());
    std::string answer = asked(server, "Range: bytes=100000-200009\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 206 Partial Content\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Range: bytes 100000-200009/" + size + "\r\n"));
    EXPECT_EQ(body(answer), content.substr(100000, 100010));
    EXPECT_EQ(body(asked(server, "Range: bytes=-5\r\n")), content.substr(content.size() - 5));
    answer = asked(server, "Range: bytes=" + size + "-\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 416 "));
    EXPECT_THAT(answer, HasSubstr("Content-Range: bytes */" + size + "\r\n"));
}

TEST_F(HttpServerTest, NobodySeesWhatElseIsThere) {
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = "", .key = ""});
    server.start();
    for (const std::string& what : {std::string("/"), std::string("/files/"), "/files/" + link.token + "/",
                                    "/files/" + link.token + "/moon.jpg", std::string("/files/../../etc/passwd")}) {
        const auto answer =
            support::run(io, visit(server.port(), "GET " + what + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << what;
        EXPECT_EQ(answer.find(link.token), std::string::npos);
    }
}

TEST_F(HttpServerTest, ByTlsWithACertificateThatMayBeRenewed) {
    const support::Authority first("First CA"), second("Second CA");
    const std::string certificate = path + "/tls.pem", key = path + "/tls.key";
    write(first, certificate, key);
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = certificate, .key = key});
    server.start();
    const auto got = [&](const support::Authority& ca) {
        coi::net::TlsContext tls(ca.file());
        const auto from = http_address("https://localhost:" + std::to_string(server.port()) + target()).value();
        const HttpLimits limits{.largest = 1'000'000,
                                .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20)};
        const auto file =
            support::run(io, http_get(tls, from, limits, {.allow_private = true, .mail_ports_only = false}));
        return file && file->bytes == content && file->type == "image/jpeg";
    };
    EXPECT_TRUE(got(first));
    write(second, certificate, key);
    EXPECT_TRUE(got(first)) << "not before it is told";
    server.reload();
    EXPECT_TRUE(got(second));
    EXPECT_FALSE(got(first));
    std::filesystem::resize_file(certificate, 10);
    server.reload();
    EXPECT_TRUE(got(second)) << "a broken one changes nothing";
    EXPECT_EQ(asked(server).find("HTTP/"), std::string::npos) << "nothing is said in the clear";
}

TEST_F(HttpServerTest, ACertificateThatCannotBeUsedIsNamed) {
    try {
        HttpServer(io, pages, {.listen = "127.0.0.1:0", .certificate = "/nowhere/tls.pem", .key = "/nowhere/tls.key"});
        FAIL() << "it was used";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("/nowhere/tls.pem"));
    }
}

TEST_F(HttpServerTest, VisitorsAreNotMoreThanItHasRoomFor) {
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = "", .key = "", .connections = 2});
    server.start();
    using boost::asio::ip::tcp;
    const tcp::endpoint there(boost::asio::ip::address_v4::loopback(), server.port());
    std::vector<tcp::socket> idle;
    for (int i = 0; i < 2; ++i) {
        idle.emplace_back(io);
        idle.back().connect(there);
    }
    while (server.visitors() < 2 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_EQ(asked(server).find("HTTP/"), std::string::npos) << "who comes later is sent away";
    EXPECT_EQ(server.visitors(), 2u);
    idle.clear();
    while (server.visitors() > 0 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_EQ(body(asked(server)), content);
}

TEST_F(HttpServerTest, WhoReadsTooSlowlyLosesThePlace) {
    HttpServer::Settings settings{.listen = "127.0.0.1:0", .certificate = "", .key = ""};
    settings.patience.for_piece = std::chrono::milliseconds(200);
    HttpServer server(io, pages, settings);
    server.start();
    boost::asio::ip::tcp::socket slow(io);
    slow.open(boost::asio::ip::tcp::v4());
    slow.set_option(boost::asio::socket_base::receive_buffer_size(1024));
    slow.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    std::string requests;  // more than the socket's buffers take
    for (int i = 0; i < 100; ++i) requests += "GET " + target() + " HTTP/1.1\r\nHost: h\r\n\r\n";
    boost::asio::write(slow, boost::asio::buffer(requests));
    while (server.visitors() < 1 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    while (server.visitors() > 0 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_EQ(server.visitors(), 0u);
}

TEST_F(HttpServerTest, WhenItStopsVisitorsAreSentAway) {
    HttpServer server(io, pages, {.listen = "127.0.0.1:0", .certificate = "", .key = ""});
    server.start();
    boost::asio::ip::tcp::socket idle(io);
    idle.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    while (server.visitors() < 1 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    server.stop();
    while (server.visitors() > 0 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_EQ(server.visitors(), 0u);
}

}  // namespace
}  // namespace gateway
