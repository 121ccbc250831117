// How many messages a destination may be given, and when it is tried again.

#include "gateway/queue/destination.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::chrono_literals;

const coi::Error refused{coi::ErrorKind::unreachable, false, {}, 0, "no route"};

struct DestinationTest : testing::Test {
    Destination destination;
    Destination::Limits limits{};
    Time now{};
    static constexpr std::size_t normal = 4;
    void end_of_attempt() {
        --destination.busy;
        destination.ended(normal);
    }
};

TEST_F(DestinationTest, one_conversation_probes_a_server_that_cannot_be_reached) {
    EXPECT_EQ(destination.capacity(normal), normal);
    EXPECT_TRUE(destination.failed(refused, now, limits));
    EXPECT_EQ(destination.capacity(normal), 1u);
    destination.answered(true);
    EXPECT_EQ(destination.capacity(normal), normal);
    EXPECT_FALSE(destination.trouble);
}

TEST_F(DestinationTest, the_backoff_doubles_up_to_a_minute) {
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        destination.down_until.reset();
        destination.failed(refused, now, limits);
        EXPECT_EQ(*destination.down_until - now, expected);
    }
}

TEST_F(DestinationTest, of_several_failures_at_once_the_first_counts) {
    destination.failed(refused, now, limits);
    EXPECT_FALSE(destination.failed(refused, now + 1ms, limits));
    EXPECT_EQ(*destination.down_until, now + limits.backoff_first);
}

TEST_F(DestinationTest, the_third_message_that_ends_its_session_makes_it_careful) {
    EXPECT_FALSE(destination.struck());
    EXPECT_FALSE(destination.struck());
    EXPECT_EQ(destination.capacity(normal), normal);
    EXPECT_TRUE(destination.struck());
    EXPECT_EQ(destination.capacity(normal), 1u);
    destination.answered(true);
    EXPECT_EQ(destination.capacity(normal), normal);
}

TEST_F(DestinationTest, suspects_are_tried_one_by_one) {
    destination.started(false);
    destination.started(false);
    EXPECT_TRUE(destination.was_shared());
    ++destination.suspects;
    EXPECT_EQ(destination.capacity(normal), 1u);
    end_of_attempt();
    EXPECT_TRUE(destination.was_shared()) << "the other one is still in flight";
    end_of_attempt();
    EXPECT_FALSE(destination.was_shared());
}

TEST_F(DestinationTest, slow_servers_that_hold_every_place_get_others_more_places) {
    for (std::size_t i = 0; i < normal; ++i) destination.started(false);
    EXPECT_TRUE(destination.note_full(true, now));
    EXPECT_FALSE(destination.note_full(true, now + 1s)) << "it is known already";
    EXPECT_FALSE(destination.relieve(now + 9s, normal, limits));
    EXPECT_TRUE(destination.relieve(now + 10s, normal, limits));
    EXPECT_EQ(destination.capacity(normal), normal + 1);
    for (int i = 0; i < 100; ++i) {
        destination.note_full(true, now);
        destination.relieve(now + 10s, normal, limits);
    }
    EXPECT_EQ(destination.capacity(normal), 4 * normal);
    end_of_attempt();
    EXPECT_EQ(destination.capacity(normal), normal) << "a place became free";
}

}  // namespace
}  // namespace gateway
