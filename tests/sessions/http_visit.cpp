// The dialogue of the gateway's HTTP server with one visitor, scripted: honest ones, hostile ones, and such as go away
// at every step. [RFC 9110] [RFC 9112]

#include "gateway/transport/http_visit.h"

#include <gtest/gtest.h>

#include <regex>

#include "tests/support/scripted_stream.h"

namespace gateway {
namespace {

using coi::net::awaitable;
using support::Play;
using support::run;

/// Has one file, "/a", of five bytes; keeps what it was asked.
struct Room : HttpRoom {
    struct Content : HttpContent {
        explicit Content(std::string all) : bytes(std::move(all)) {}
        awaitable<coi::Result<std::string>> read(std::size_t most) override {
            std::string next = bytes.substr(0, std::min<std::size_t>(most, 3));
            bytes.erase(0, next.size());
            co_return next;
        }
        std::string bytes;
    };
    awaitable<HttpAnswer> answer(HttpRequest request) override {
        asked.push_back(request.target + (request.is_head ? " head" : "") + request.range);
        if (request.target != "/a") co_return HttpAnswer::text(404, "None");
        HttpAnswer answer;
        answer.headers = {{"Content-Type", "image/jpeg"}};
        answer.length = promised;
        answer.content = std::make_unique<Content>("12345");
        co_return answer;
    }
    std::uint64_t promised = 5;
    std::vector<std::string> asked;
};

/// A stream that gives what a visitor sends, and keeps what is written.
struct Visitor : coi::net::Stream {
    Visitor(std::string all, std::size_t most) : sent(std::move(all)), chunk(most) {}
    awaitable<coi::Result<std::size_t>> read_some(std::span<char> into, coi::net::Timeout timeout) override {
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (sent.empty() || (is_slow && timeout <= coi::net::Timeout(1)))
            co_return coi::Error{coi::ErrorKind::closed, false, "gone", 0, {}};
        const std::size_t size = std::min({into.size(), sent.size(), chunk});
        std::copy_n(sent.begin(), size, into.begin());
        sent.erase(0, size);
        co_return size;
    }
    awaitable<coi::Result<void>> write(std::string_view bytes, coi::net::Timeout) override {
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (written.size() + bytes.size() > most_written)
            co_return coi::Error{coi::ErrorKind::closed, false, "gone", 0, {}};
        written += bytes;
        co_return coi::Result<void>{};
    }
    awaitable<coi::Result<void>> start_tls(const std::string&, coi::net::Timeout) override {
        co_return coi::Error{coi::ErrorKind::unsupported, true, "", 0, {}};
    }
    bool encrypted() const override { return false; }
    void close() noexcept override {}

    std::string sent, written;
    std::size_t chunk, most_written = SIZE_MAX;
    bool is_slow = false;
};

std::string undated(const std::string& written) {
    return std::regex_replace(written, std::regex("Date: [^\r]+ GMT\r\n"), "");
}

/// What is written to a visitor who sends this.
std::string answered(const std::string& sent, Room* room = nullptr, std::size_t chunk = SIZE_MAX,
                     const HttpPatience& patience = {}) {
    Room own;
    Visitor visitor(sent, chunk);
    run(http_visit(visitor, room ? *room : own, patience));
    return undated(visitor.written);
}

const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n";
const std::string file = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\nConnection: ";

int status(const std::string& answer) { return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0; }

TEST(HttpVisit, AFileIsGivenPieceByPiece) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}})
        EXPECT_EQ(answered(get + "Connection: close\r\n\r\n", nullptr, chunk), file + "close\r\n\r\n12345");
}

TEST(HttpVisit, HeadIsTheSameWithoutTheFile) {
    Room room;
    EXPECT_EQ(answered("HEAD /a HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\nConnection: close\r\n\r\n", &room),
              file + "close\r\n\r\n");
    EXPECT_EQ(room.asked, std::vector<std::string>{"/a head"}) << "a range is of GET";
}

TEST(HttpVisit, AConnectionServesSeveralRequests) {
    Room room;
    EXPECT_EQ(answered(get + "\r\n" + get + "Range: bytes=1-2\r\nConnection: close\r\n\r\n", &room),
              file + "keep-alive\r\n\r\n12345" + file + "close\r\n\r\n12345");
    EXPECT_EQ(room.asked, (std::vector<std::string>{"/a", "/abytes=1-2"}));
}

TEST(HttpVisit, AndNoMoreThanItsPatienceAllows) {
    Room room;
    HttpPatience patience;
    patience.requests = 2;
    answered(get + "\r\n" + get + "\r\n" + get + "\r\n", &room, SIZE_MAX, patience);
    EXPECT_EQ(room.asked.size(), 2u);
}

TEST(HttpVisit, AnOlderVisitorGetsOneFile) {
    EXPECT_EQ(answered("GET /a HTTP/1.0\r\n\r\n"), file + "close\r\n\r\n12345");
}

TEST(HttpVisit, ARangeUnderAConditionIsTheWholeFile) {  // [RFC 9110 §13.1.5]
    Room room;
    answered(get + "Range: bytes=1-2\r\nIf-Range: \"1\"\r\n\r\n", &room);
    EXPECT_EQ(room.asked, std::vector<std::string>{"/a"});
}

std::string fields(std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += "A: b\r\n";
    return all;
}

TEST(HttpVisit, WhatIsNoRequestOfOursIsRefusedAndEndsTheConnection) {
    const std::vector<std::pair<std::string, int>> hostile{
        {"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345", 405},
        {"PUT /a HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {"CONNECT h:25 HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {get + "Content-Length: 5\r\n\r\n12345", 413},
        {get + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413},
        {"GET /a HTTP/1.1\r\n\r\n", 400},
        {get + "Host: other\r\n\r\n", 400},
        {get + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        {get + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {get + "Bad header\r\n\r\n", 400},
        {get + "X: a\r\n folded\x01\r\n\r\n", 400},
        {"GET /a HTTP/2.0\r\nHost: h\r\n\r\n", 400},
        {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {std::string("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 29), 400},
        {"EHLO example.org\r\nMAIL FROM:<a@example.org>\r\n\r\n", 400},
        {"\x16\x03\x01\x02\r\n\r\n", 400},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
        {get + "X: " + std::string(9000, 'a') + "\r\n\r\n", 431},
        {get + fields(2000) + "\r\n", 431},
        {get + fields(1'000'000) + "\r\n", 431},
        {std::string(100'000, 'a'), 431}};
    for (const auto& [sent, wanted] : hostile) {
        for (const std::size_t chunk : {SIZE_MAX, std::size_t{7}}) {
            Room room;
            const std::string answer = answered(sent, &room, chunk);
            EXPECT_TRUE(status(answer) == wanted || (wanted == 431 && status(answer) == 400)) << sent << "\n" << answer;
            EXPECT_NE(answer.find("Connection: close"), std::string::npos) << sent;
            EXPECT_TRUE(room.asked.empty()) << sent;
        }
    }
}

TEST(HttpVisit, AHeadThatComesTooSlowlyEndsTheConnection) {
    Room room;
    Visitor visitor(get + "\r\n", 1);
    visitor.is_slow = true;
    HttpPatience patience;
    patience.for_head = coi::net::Timeout(0);
    run(http_visit(visitor, room, patience));
    EXPECT_EQ(visitor.written, "");
}

TEST(HttpVisit, WhoReadsTooSlowlyIsNotServedToTheEnd) {
    HttpPatience patience;
    patience.slow_for = coi::net::Timeout(0);
    patience.least_pace = 4;
    EXPECT_EQ(answered(get + "\r\n" + get + "\r\n", nullptr, SIZE_MAX, patience), file + "keep-alive\r\n\r\n123")
        << "three bytes came within a second";
    patience.least_pace = 3;
    EXPECT_EQ(answered(get + "Connection: close\r\n\r\n", nullptr, SIZE_MAX, patience), file + "close\r\n\r\n12345");
}

TEST(HttpVisit, AFileThatIsShorterThanItWasEndsTheConnection) {  // [RFC 9112 §8]
    Room room;
    room.promised = 7;
    EXPECT_EQ(
        answered(get + "\r\n" + get + "\r\n", &room),
        "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n12345");
    EXPECT_EQ(room.asked.size(), 1u);
}

TEST(HttpVisit, WhoeverGoesAwayIsNotServedAnyLonger) {
    for (const std::size_t most : {std::size_t{0}, std::size_t{300}}) {
        Room room;
        Visitor visitor(get + "\r\n" + get + "\r\n" + get + "\r\n" + get + "\r\n", SIZE_MAX);
        visitor.most_written = most;
        run(http_visit(visitor, room, {}));
        EXPECT_LE(room.asked.size(), 3u);
    }
    Room room;
    Visitor visitor("GET /a HT", SIZE_MAX);
    run(http_visit(visitor, room, {}));
    EXPECT_EQ(visitor.written, "");
}

}  // namespace
}  // namespace gateway
