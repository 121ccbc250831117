// Turns: one message of a conversation at a time, others meanwhile, and nobody who forgets to give theirs back.

#include "gateway/pipeline/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace gateway {
namespace {

using testing::ElementsAre;
constexpr AccountId alice{1};

struct TurnsTest : testing::Test {
    std::optional<Turns> turns{std::in_place};
    std::vector<std::string> began;
    std::vector<Turn> held;

    void hold(const std::string& contact, const std::string& what) {
        turns->take(alice, contact, [this, what](Turn turn) {
            began.push_back(what);
            held.push_back(std::move(turn));
        });
    }
};

TEST_F(TurnsTest, the_next_begins_when_the_one_before_it_has_ended) {
    hold("bob", "first");
    hold("bob", "second");
    hold("carol", "other");
    EXPECT_THAT(began, ElementsAre("first", "other"));
    EXPECT_EQ(turns->waiting(), 3u);
    held.erase(held.begin());
    EXPECT_THAT(began, ElementsAre("first", "other", "second"));
    held.clear();
    EXPECT_EQ(turns->waiting(), 0u);
}

TEST_F(TurnsTest, what_ends_at_once_holds_nobody_and_no_stack) {
    int count = 0;
    turns->take(alice, "bob", [this](Turn turn) { held.push_back(std::move(turn)); });
    for (int i = 0; i < 100'000; ++i) turns->take(alice, "bob", [&count](const Turn&) { ++count; });
    EXPECT_EQ(count, 0);
    held.clear();
    EXPECT_EQ(count, 100'000);
}

TEST_F(TurnsTest, a_step_may_take_another_turn) {
    turns->take(alice, "bob", [this](const Turn&) {
        turns->take(alice, "bob", [this](const Turn&) { began.emplace_back("inner"); });
        began.emplace_back("outer");
    });
    EXPECT_THAT(began, ElementsAre("outer", "inner"));
}

TEST_F(TurnsTest, what_outlives_them_is_harmless) {
    hold("bob", "first");
    hold("bob", "second");
    turns.reset();
    held.clear();
    EXPECT_THAT(began, ElementsAre("first"));
}

}  // namespace
}  // namespace gateway
