// The scheduler when sessions end, servers are slow, or cannot be reached: what counts against which message.

#include "gateway/queue/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/queue/scheduler_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct SchedulerFailuresTest : SchedulerPlay {};

TEST_F(SchedulerFailuresTest, a_message_at_which_the_session_ends_is_set_aside_and_others_go_at_once) {
    capacity = 1;
    commit("mallory", "poison");
    commit("bob", "b");
    commit("carol", "c");
    finish("poison", AttemptResult::Kind::broken);
    EXPECT_THAT(tried, ElementsAre("poison", "b")) << "without a pause";
    const auto entry = on_disk("poison");
    EXPECT_EQ(entry.attempts, 1);
    EXPECT_EQ(entry.last_error, "no");
    EXPECT_GT(entry.next, time);
    finish("b");
    finish("c");
    EXPECT_THAT(done, ElementsAre("b", "c"));
    for (int i = 2; i < 10; ++i) {  // in the usual steps, however often
        while (!flies("poison")) go_on();
        const Time before = time;
        finish("poison", AttemptResult::Kind::broken);
        EXPECT_EQ(on_disk("poison").attempts, i);
        EXPECT_GE(on_disk("poison").next, before + 4s);
        EXPECT_THAT(refused, IsEmpty());
    }
}

TEST_F(SchedulerFailuresTest, a_server_that_ends_every_session_is_asked_one_by_one_and_slowly) {
    for (int i = 0; i < 20; ++i) commit("c" + std::to_string(i), "m" + std::to_string(i));
    EXPECT_EQ(flying.size(), 10u);
    while (!flying.empty()) finish(flying.front().payload, AttemptResult::Kind::broken);
    EXPECT_EQ(tried.size(), 12u) << "two went before it was clear";
    const Time before = time;
    for (std::size_t i = 13; i <= 20; ++i) {
        go_on();
        ASSERT_EQ(flying.size(), 1u);
        finish(flying.front().payload, AttemptResult::Kind::broken);
        EXPECT_EQ(tried.size(), i);
    }
    EXPECT_GE(time - before, 4s);
    while (flying.empty()) go_on();
    finish(flying.front().payload);
    loop.flush(store);
    time += 10s;
    direction->tick(time);
    loop.flush(store);
    EXPECT_EQ(flying.size(), 10u) << "all is well again";
}

TEST_F(SchedulerFailuresTest, of_those_in_flight_when_the_stream_ended_each_is_tried_alone) {
    strikes_most = 3;
    direction = make();
    for (const char* text : {"a", "poison", "b", "c"}) commit(text, text);
    ASSERT_EQ(flying.size(), 4u);
    for (const char* text : {"a", "poison", "b", "c"}) finish(text, AttemptResult::Kind::lost);
    EXPECT_EQ(on_disk("a").attempts, 0) << "nobody knows which it was";
    commit("dave", "d");
    direction->destination_up(0);
    for (int broken = 1; broken <= 3;) {
        loop.flush(store);
        if (flying.empty()) {
            go_on();
            continue;
        }
        if (on_disk("poison").attempts == 0) EXPECT_EQ(flying.size(), 1u);
        if (flies("poison")) {
            finish("poison", AttemptResult::Kind::lost);
            if (broken++ < 3) direction->destination_up(0);
            commit("eve", "e" + std::to_string(broken));  // what passes between
        } else {
            finish(flying.front().payload);
        }
    }
    EXPECT_THAT(refused, ElementsAre("poison"));
    loop.flush(store);
    while (!flying.empty()) {
        finish(flying.front().payload);
        loop.flush(store);
    }
    EXPECT_THAT(done, testing::IsSupersetOf({"a", "b", "c", "d", "e2", "e3"}));
    EXPECT_EQ(std::ranges::count(tried, "poison"), 4) << "once with others, three times alone";
}

TEST_F(SchedulerFailuresTest, HowOftenAMessageEndedTheStreamIsKnownAfterARestart) {
    strikes_most = 3;
    capacity = 1;
    direction = make();
    commit("mallory", "poison");
    for (int restarts = 0; restarts < 5 && refused.empty(); ++restarts) {
        for (loop.flush(store); !flies("poison");) flying.empty() ? go_on() : finish(flying.front().payload);
        finish("poison", AttemptResult::Kind::lost);
        loop.flush(store);
        flying.clear();
        direction = make();
        direction->start();
        commit("bob", "passes between " + std::to_string(restarts));
    }
    EXPECT_THAT(refused, ElementsAre("poison"));
    EXPECT_THAT(tried, testing::Contains("poison").Times(testing::Le(4)));
}

TEST_F(SchedulerFailuresTest, a_message_alone_is_not_given_up_because_the_stream_ends_often) {
    strikes_most = 3;
    direction = make();
    commit("bob", "a");
    for (int i = 0; i < 6; ++i) {
        finish("a", AttemptResult::Kind::lost);
        loop.flush(store);
        direction->destination_up(0);
        loop.flush(store);
        while (flying.empty()) go_on();
    }
    finish("a");
    EXPECT_THAT(done, ElementsAre("a"));
}

TEST_F(SchedulerFailuresTest, it_is_said_why_a_lane_waits) {
    commit("bob", "a");
    EXPECT_FALSE(direction->trouble(on_disk("a")));
    finish("a", AttemptResult::Kind::unreachable);
    const auto trouble = direction->trouble(on_disk("a"));
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->error.text, "no");
    EXPECT_EQ(trouble->next, time + 1s);
    go_on();
    finish("a");
    EXPECT_FALSE(direction->trouble(queue::Entry{}));
}

TEST_F(SchedulerFailuresTest, slow_messages_do_not_keep_the_places_of_others) {
    capacity = 1;
    commit("mallory", "slow");
    commit("bob", "b");
    EXPECT_EQ(flying.size(), 1u);
    time += 10s;
    direction->tick(time);
    ASSERT_TRUE(flies("b"));
    finish("b");
    finish("slow");
    EXPECT_FALSE(direction->next_wake() && *direction->next_wake() > time + 10s);
}

}  // namespace
}  // namespace gateway
