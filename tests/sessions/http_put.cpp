// A file to an HTTP server, against scripted servers that fail at every step. [RFC 9110] [RFC 9112]

#include "gateway/transport/http_put.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_stream.h"

namespace {

using coi::ErrorKind;
using gateway::http_address;
using gateway::http_put;
using support::awaitable;
using support::Play;
using support::run;

const char* const request =
    "PUT /upload/1/a.jpg?t=1 HTTP/1.1\r\nHost: up.example:5281\r\nUser-Agent: coigate\r\nConnection: close\r\n"
    "Content-Type: image/jpeg\r\nContent-Length: 5\r\nAuthorization: Bearer abc\r\n\r\n";

const std::string bytes = "12345";

awaitable<coi::Result<void>> put(std::unique_ptr<coi::net::Stream> stream) {
    const auto to = http_address("https://up.example:5281/upload/1/a.jpg?t=1").value();
    co_return co_await http_put(*stream, to, {"image/jpeg", {{"Authorization", "Bearer abc"}}, bytes});
}
awaitable<bool> succeeds(std::unique_ptr<coi::net::Stream> stream) {
    co_return (co_await put(std::move(stream))).has_value();
}

coi::Result<void> answered(const std::string& response) {
    Play play;
    play.expects(std::string(request) + bytes).gives(response);
    auto result = run(put(play.stream()));
    EXPECT_TRUE(play.finished()) << play.complaint();
    return result;
}

TEST(HttpPut, PutsTheFileAndFailsWhereverTheServerBreaks) {
    support::fail_at_every_step(
        [](Play& play) {
            play.expects(std::string(request) + bytes).gives("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(std::move(stream)); });
}

TEST(HttpPut, AResponseBeforeTheLastOneIsNone) {
    EXPECT_TRUE(answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
}

TEST(HttpPut, TheStatusSaysWhetherAnotherAttemptWouldFail) {
    for (const auto& [status, is_permanent] : {std::pair(413, true), std::pair(403, true), std::pair(301, true),
                                               std::pair(503, false), std::pair(429, false)}) {
        const auto result = answered("HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 0\r\n\r\n");
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::refused);
        EXPECT_EQ(result.error().code, status);
        EXPECT_EQ(result.error().permanent, is_permanent) << status;
    }
}

TEST(HttpPut, WhatIsNotHttpIsAnError) {
    EXPECT_EQ(answered("220 up.example ESMTP\r\n").error().kind, ErrorKind::malformed);
    Play endless;
    endless.expects(std::string(request) + bytes).gives("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a'));
    EXPECT_FALSE(run(put(endless.stream())));
}

TEST(HttpPut, ReadsAddresses) {
    const auto address = http_address("https://[::1]/a%20b");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->server, (coi::net::Endpoint{"::1", 443, coi::net::Security::tls}));
    EXPECT_EQ(address->host, "[::1]");
    EXPECT_EQ(address->target, "/a%20b");
    EXPECT_EQ(http_address("https://up.example")->target, "/");
    EXPECT_EQ(http_address("http://localhost:5280/a")->server.security, coi::net::Security::none);
    for (const char* wrong : {"http://up.example/a", "ftp://up.example/a", "https:///a", "https://u:p@up.example/a",
                              "https://up.example/a b", "up.example", ""})
        EXPECT_FALSE(http_address(wrong)) << wrong;
}

}  // namespace
