// Coroutines that wait for callbacks: they continue where they waited, and are destroyed where the call never comes.

#include "gateway/task.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace gateway {
namespace {

using Call = std::function<void(int)>;

/// Lives as long as the coroutine in which it stands.
struct Guest {
    explicit Guest(int& count) : count_(count) { ++count_; }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() { --count_; }
    int& count_;
};

struct TaskTest : testing::Test {
    Call call;  // ends the wait
    int guests = 0;
    std::vector<std::string> said;

    Task<int> number() {
        const Guest guest(guests);
        const int value = co_await called_back<int>([this](Call done) { call = std::move(done); });
        co_return value + 1;
    }
    Task<> sentence() {
        const Guest guest(guests);
        said.emplace_back("begun");
        const int value = co_await number();
        said.push_back("number " + std::to_string(value));
    }
};

TEST_F(TaskTest, continues_when_it_is_called_back) {
    start(sentence());
    EXPECT_EQ(said, (std::vector<std::string>{"begun"}));
    EXPECT_EQ(guests, 2);
    call(41);
    EXPECT_EQ(said.back(), "number 42");
    EXPECT_EQ(guests, 0);
}

TEST_F(TaskTest, a_second_call_changes_nothing) {
    start(sentence());
    const Call twice = call;
    twice(1);
    twice(2);
    EXPECT_EQ(said.size(), 2u);
}

TEST_F(TaskTest, is_destroyed_where_it_waits_if_the_call_never_comes) {
    start(sentence());
    EXPECT_EQ(guests, 2);
    call = nullptr;
    EXPECT_EQ(guests, 0);
    EXPECT_EQ(said.size(), 1u);
}

TEST_F(TaskTest, is_destroyed_if_the_function_is_dropped_at_once) {
    const auto drop = [this]() -> Task<> {
        const Guest guest(guests);
        co_await called_back<int>([](const Call&) {});
        said.emplace_back("never");
    };
    start(drop());
    EXPECT_EQ(guests, 0);
    EXPECT_TRUE(said.empty());
}

TEST_F(TaskTest, a_call_at_once_does_not_wait) {
    int sum = 0;
    const auto add = [&sum]() -> Task<> {
        for (int i = 0; i < 100'000; ++i) sum += co_await called_back<int>([](const Call& done) { done(1); });
    };
    start(add());
    EXPECT_EQ(sum, 100'000);
}

TEST_F(TaskTest, what_the_begin_throws_ends_the_wait) {
    const auto fail = [this]() -> Task<> {
        try {
            co_await called_back<int>([this](Call done) {
                call = std::move(done);
                throw std::runtime_error("cannot begin");
            });
        } catch (const std::runtime_error& error) {
            said.emplace_back(error.what());
        }
    };
    start(fail());
    call(1);
    EXPECT_EQ(said, (std::vector<std::string>{"cannot begin"}));
}

TEST_F(TaskTest, several_values_are_a_tuple) {
    const auto both = [this]() -> Task<> {
        const auto [number, word] =
            co_await called_back<int, std::string>([](const auto& done) { done(7, std::string("seven")); });
        said.push_back(word + " is " + std::to_string(number));
    };
    start(both());
    EXPECT_EQ(said.back(), "seven is 7");
}

TEST_F(TaskTest, what_is_thrown_arrives_where_it_is_awaited) {
    const auto inner = [this]() -> Task<int> {
        co_await called_back<int>([this](Call done) { call = std::move(done); });
        throw std::runtime_error("gone");
    };
    const auto outer = [&]() -> Task<> {
        try {
            co_await inner();
        } catch (const std::runtime_error& error) {
            said.emplace_back(error.what());
        }
    };
    start(outer());
    call(0);
    EXPECT_EQ(said.back(), "gone");
}

TEST_F(TaskTest, the_result_of_a_started_task_is_passed_on) {
    int result = 0;
    start<int>(number(), [&result](int value) { result = value; });
    call(1);
    EXPECT_EQ(result, 2);
    EXPECT_EQ(guests, 0);
}

}  // namespace
}  // namespace gateway
