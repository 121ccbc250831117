// The end of an entry's wait: only what nobody can have yet changes.

#include "gateway/store/release_held.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/store/operations.h"

namespace gateway {
namespace {

struct ReleaseHeldTest : testing::Test, Operations {
    std::optional<queue::Entry> find_one(std::int64_t id) {
        return wait<std::optional<queue::Entry>>([&](auto done) { queue::find(store, id, done); });
    }
};

TEST_F(ReleaseHeldTest, only_what_is_held_is_released) {
    const Time now{std::chrono::hours(1)};
    auto held = entry("m1");
    held.beside = "<message/>";
    held.next = now + std::chrono::minutes(1);
    held = wait<queue::Entry>([&](auto done) { queue::put(store, held, done); });
    auto filled = held;
    filled.payload = "with its file";
    const auto release_it = [&](queue::Entry changed, Time at) {
        release_held(store, std::move(changed), at, {});
        loop.flush(store);
        return find_one(held.id).value();
    };
    EXPECT_EQ(release_it(filled, held.next).payload, held.payload) << "it may have left";
    const auto released = release_it(filled, now);
    EXPECT_EQ(released.payload, "with its file");
    EXPECT_EQ(released.beside, "<message/>");
    EXPECT_EQ(released.next, now);
    EXPECT_EQ(release_it(held, now).payload, "with its file") << "only once";
    queue::finish_later(store, held.id);
    loop.flush(store);
    release_held(store, filled, now, {});
    loop.flush(store);
    EXPECT_FALSE(find_one(held.id));
}

TEST_F(ReleaseHeldTest, what_is_released_without_a_payload_keeps_its_own) {
    auto held = entry("m1");
    held.next = Time{std::chrono::minutes(1)};
    held = wait<queue::Entry>([&](auto done) { queue::put(store, held, done); });
    auto empty = held;
    empty.payload.clear();
    release_held(store, empty, Time{}, {});
    loop.flush(store);
    EXPECT_EQ(find_one(held.id).value().payload, held.payload);
    EXPECT_EQ(find_one(held.id).value().next, Time{});
}

}  // namespace
}  // namespace gateway
