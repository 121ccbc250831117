// gateway/transport/mail_reader: a small mail is read at once, a large one elsewhere, both alike.

#include "gateway/transport/mail_reader.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace gateway {
namespace {

struct Reading : testing::Test {
    std::promise<std::function<void()>> posted;
    Workers workers{1, [this](std::function<void()> call) { posted.set_value(std::move(call)); }};

    static mail_reader::Bytes mail(std::size_t size) {
        return std::make_shared<const std::string>("From: bob@example.org\r\nSubject: x\r\n\r\n" +
                                                   std::string(size, 'y'));
    }
};

TEST_F(Reading, ASmallMailIsReadAtOnce) {
    std::optional<coi::Result<coi::Message>> parsed;
    mail_reader::parse(workers, Line::foreign("example.org"), mail(1000), {}, [&](auto result) { parsed = result; });
    ASSERT_TRUE(parsed && *parsed);
    std::optional<Event> event;
    mail_reader::event(workers, Line::foreign("example.org"), std::make_shared<const coi::Message>(parsed->value()),
                       "en", [&](std::optional<Event> read) { event = std::move(read); });
    ASSERT_TRUE(event);
    EXPECT_EQ("x", event->get<Text>()->subject);
}

TEST_F(Reading, ALargeMailIsReadByTheWorkers) {
    std::optional<coi::Result<coi::Message>> parsed;
    mail_reader::parse(workers, mail_reader::line_of(AccountId{1}, "", true), mail(100'000), {},
                       [&](auto result) { parsed = result; });
    EXPECT_FALSE(parsed);
    posted.get_future().get()();
    ASSERT_TRUE(parsed && *parsed);
    EXPECT_EQ(100'000u, parsed->value().text.size());
}

TEST_F(Reading, ALongTextIsReadByTheWorkers) {
    const auto message = std::make_shared<const coi::Message>(coi::parse(*mail(100'000)).value());
    std::optional<Event> event;
    mail_reader::event(workers, mail_reader::line_of(AccountId{1}, "example.org", false), message, "en",
                       [&](std::optional<Event> read) { event = std::move(read); });
    EXPECT_FALSE(event);
    posted.get_future().get()();
    ASSERT_TRUE(event);
    EXPECT_EQ(100'000u, event->get<Text>()->body.size());
}

TEST_F(Reading, WhatCannotBeReadIsAnErrorAndNoWait) {
    bool failed = false;
    const auto many = std::make_shared<const std::string>("From: a@b.c\r\n" + std::string(300'000, 'x'));
    mail_reader::parse(workers, Line::foreign(""), many, {}, [&](const auto& result) { failed = !result; });
    posted.get_future().get()();
    EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace gateway
