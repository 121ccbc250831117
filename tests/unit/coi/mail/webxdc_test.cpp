// News of apps: what chatmail's core writes, and what is none.

#include "coi/mail/webxdc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coi/mail/chat_data.h"
#include "coi/message.h"

namespace coi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Webxdc, NewsAreTheLinesForPeople) {
    EXPECT_THAT(read_webxdc_news(R"({"updates":[{"payload":{"move":"e4"},"info":"Bob moved","summary":"1 move"}]})"),
                ElementsAre("Bob moved"));
    EXPECT_THAT(read_webxdc_news(R"({"updates":[{"payload":1},{"payload":"x","info":" two\nlines "}]})"),
                ElementsAre("two lines"));
}

TEST(Webxdc, TheNewestInTheirOrder) {
    std::string json = R"({"updates":[)";
    for (int i = 1; i < 6; ++i) json += R"({"info":")" + std::to_string(i) + R"("},)";
    EXPECT_THAT(read_webxdc_news(json + R"({"info":")" + std::string(1000, 'x') + R"("}]})"),
                ElementsAre("4", "5", std::string(200, 'x')));
}

TEST(Webxdc, WhatIsNoUpdateIsNoNews) {
    for (const char* none : {"", "x", "[]", "{}", R"({"updates":{}})", R"({"updates":[1,[],{"info":1},{"info":""}]})"})
        EXPECT_THAT(read_webxdc_news(none), IsEmpty()) << none;
    EXPECT_THAT(read_webxdc_news(std::string(100'000, '[')), IsEmpty());
    EXPECT_THAT(read_webxdc_news(R"({"updates":[{"info":")" + std::string(300'000, 'x') + R"("}]})"), IsEmpty());
}

TEST(Webxdc, OnlyAChatProgramsMailHasThem) {
    const auto news = [](const std::string& header) {
        return app_news_of(
            parse("From: a@b.example\r\n" + header +
                  "Content-Type: multipart/report; report-type=status-update; boundary=b\r\n\r\n--b\r\n\r\nWebxdc "
                  "Status Update\r\n--b\r\nContent-Type: application/json\r\nContent-Disposition: attachment; "
                  "filename=status-update.json\r\n\r\n{\"updates\":[{\"info\":\"Bob moved\"}]}\r\n--b--\r\n")
                .value());
    };
    EXPECT_THAT(news("Chat-Version: 1.0\r\n"), ElementsAre("Bob moved"));
    EXPECT_THAT(news(""), IsEmpty());
}

}  // namespace
}  // namespace coi
