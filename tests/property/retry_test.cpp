// Laws of the retry schedule: it never goes back, never shrinks, stays within its bound, and depends on nothing but its
// arguments.

#include "gateway/queue/retry.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

namespace gateway {
namespace {

using namespace std::chrono_literals;

const Time now{std::chrono::milliseconds(1'800'000'000'000)};

TEST(RetryLaw, delays_never_shrink_and_stay_bounded) {
    std::mt19937_64 random(114);
    for (int round = 0; round < 500; ++round) {
        const auto salt = random();
        auto last = std::chrono::milliseconds(0);
        for (int attempts = 1; attempts < 40; ++attempts) {
            const auto delay = next_try(attempts, now, salt) - now;
            EXPECT_GE(delay, last) << "attempts " << attempts << " salt " << salt;
            EXPECT_LE(delay, longest_retry_delay);
            last = delay;
        }
    }
}

TEST(RetryLaw, any_number_of_attempts_gives_a_time_in_the_future) {
    for (const int attempts : {std::numeric_limits<int>::min(), -1, 0, 1, 1000, std::numeric_limits<int>::max()}) {
        EXPECT_GT(next_try(attempts, now), now);
        EXPECT_LE(next_try(attempts, now) - now, longest_retry_delay);
    }
}

TEST(RetryLaw, same_arguments_same_time_and_the_clock_only_shifts_it) {
    for (int attempts = 1; attempts < 10; ++attempts) {
        EXPECT_EQ(next_try(attempts, now, 7), next_try(attempts, now, 7));
        EXPECT_EQ(next_try(attempts, now + 5h, 7), next_try(attempts, now, 7) + 5h);
    }
}

TEST(RetryLaw, neighbouring_salts_are_spread_over_a_fifth_of_the_step) {
    std::set<std::chrono::milliseconds> delays;
    for (std::uint64_t salt = 1; salt <= 100; ++salt) delays.insert(next_try(7, now, salt) - now);
    EXPECT_GT(delays.size(), 80u);
    EXPECT_LT(*delays.begin(), 63min);
    EXPECT_GT(*delays.rbegin(), 69min);
}

TEST(RetrySchedule, starts_within_seconds_and_ends_hourly) {
    EXPECT_LE(next_try(1, now) - now, 5s);
    EXPECT_LE(next_try(2, now) - now, 18s);
    EXPECT_GE(next_try(3, now) - now, 1min);
    EXPECT_GE(next_try(7, now) - now, 60min);
    EXPECT_EQ(next_try(7, now), next_try(70, now));
}

}  // namespace
}  // namespace gateway
