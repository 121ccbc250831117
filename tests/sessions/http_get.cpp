// A file from an HTTP server, against scripted servers that fail at every step. [RFC 9110] [RFC 9112]

#include "gateway/transport/http_get.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_stream.h"

namespace {

using coi::ErrorKind;
using gateway::http_address;
using gateway::http_get;
using gateway::HttpGot;
using gateway::HttpLimits;
using support::awaitable;
using support::Play;
using support::run;

const char* const request =
    "GET /1/a.jpg?t=1 HTTP/1.1\r\nHost: up.example:5281\r\nUser-Agent: coigate\r\nConnection: close\r\n"
    "Accept-Encoding: identity\r\n\r\n";

HttpLimits limits(std::size_t largest = 10) {
    return {.largest = largest, .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60)};
}

awaitable<coi::Result<HttpGot>> get(std::unique_ptr<coi::net::Stream> stream, HttpLimits most) {
    const auto from = http_address("https://up.example:5281/1/a.jpg?t=1").value();
    co_return co_await http_get(*stream, from, most);
}
awaitable<bool> succeeds(std::unique_ptr<coi::net::Stream> stream) {
    const auto got = co_await get(std::move(stream), limits());
    co_return got && got->bytes == "12345" && got->type == "image/jpeg";
}

coi::Result<HttpGot> answered(const std::string& response, const HttpLimits& most = limits()) {
    Play play;
    play.expects(request).gives(response);
    return run(get(play.stream(), most));
}

TEST(HttpGet, GetsTheFileAndFailsWhereverTheServerBreaks) {
    support::fail_at_every_step(
        [](Play& play) {
            play.expects(request)
                .gives("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\n")
                .gives("123")
                .gives("45");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(std::move(stream)); });
}

TEST(HttpGet, AFileMayComeInChunks) {
    support::fail_at_every_step(
        [](Play& play) {
            play.expects(request)
                .gives("HTTP/1.1 103 Early Hints\r\n\r\n")
                .gives("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n")
                .gives("3\r\n123\r\n2\r\n45\r\n")
                .gives("0\r\n\r\n");
        },
        [](std::unique_ptr<coi::net::Stream> stream) { return succeeds(std::move(stream)); });
}

TEST(HttpGet, AHeadOfAChunkWithoutEndIsNotKept) {
    for (const std::string& start : {std::string("1;"), std::string("1\r\n1\r\n0\r\nX: ")}) {
        const auto got =
            answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start + std::string(40'000, 'x'));
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().kind, ErrorKind::malformed) << got.error().text;
    }
}

TEST(HttpGet, WhatIsTooLargeIsNotRead) {
    for (const std::string& response :
         {std::string("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n")}) {
        const auto got = answered(response);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().kind, ErrorKind::limit);
        EXPECT_TRUE(got.error().permanent);
    }
    EXPECT_TRUE(answered("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890"));
}

TEST(HttpGet, WhatHasNoRoomNowIsNotKept) {
    auto most = limits();
    std::size_t asked = 0;
    most.has_room = [&asked](std::size_t bytes) {
        asked += bytes;
        return false;
    };
    const auto got = answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123", most);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::limit);
    EXPECT_FALSE(got.error().permanent);
    EXPECT_EQ(asked, 3u);
}

TEST(HttpGet, AFileThatHasMovedIsSaidToBeElsewhere) {
    for (const char* status : {"301", "302", "303", "307", "308"}) {
        const auto got = answered("HTTP/1.1 " + std::string(status) +
                                  " Moved\r\nLocation: /2/a.jpg\r\nContent-Length: 100000\r\n\r\n");
        ASSERT_TRUE(got) << status;
        EXPECT_EQ(got->moved_to, "/2/a.jpg");
        EXPECT_EQ(got->bytes, "");
    }
    EXPECT_FALSE(answered("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"));
}

TEST(HttpGet, TheStatusSaysWhetherAnotherAttemptWouldFail) {
    for (const auto& [status, is_permanent] : {std::pair(404, true), std::pair(206, true), std::pair(304, true),
                                               std::pair(503, false), std::pair(429, false)}) {
        const auto got = answered("HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 100000\r\n\r\n");
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().kind, ErrorKind::refused);
        EXPECT_EQ(got.error().code, status);
        EXPECT_EQ(got.error().permanent, is_permanent) << status;
    }
}

TEST(HttpGet, WhatCouldBeHalfAFileIsNone) {
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\n123").error().kind, ErrorKind::unsupported);
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\n123").error().kind,
              ErrorKind::unsupported);
}

TEST(HttpGet, WhatIsNotHttpOrHasNoEndIsAnError) {
    EXPECT_EQ(answered("220 up.example ESMTP\r\n").error().kind, ErrorKind::malformed);
    EXPECT_FALSE(answered("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a')));
    std::string fields;
    for (int i = 0; i < 5000; ++i) fields += "A: b\r\n";
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 3\r\n\r\n123").error().kind,
              ErrorKind::malformed);
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n0\r\n" + fields + "\r\n")
                  .error()
                  .kind,
              ErrorKind::malformed);
    std::string hints;
    for (int i = 0; i < 100; ++i) hints += "HTTP/1.1 103 Early Hints\r\n\r\n";
    EXPECT_EQ(answered(hints).error().kind, ErrorKind::malformed);
}

TEST(HttpGet, AFileThatComesTooSlowlyEndsAtTheDeadline) {
    auto late = limits();
    late.deadline = std::chrono::steady_clock::now();
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", late).error().kind, ErrorKind::timeout);
}

}  // namespace
