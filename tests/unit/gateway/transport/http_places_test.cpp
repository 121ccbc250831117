// Who gets one of the HTTP server's places, and who gives one up.

#include "gateway/transport/http_places.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(HttpPlaces, an_address_has_a_part_of_them) {
    HttpPlaces places(10, 2);
    EXPECT_TRUE(places.take("a"));
    const auto second = places.take("a");
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->taken_from);
    EXPECT_FALSE(places.take("a"));
    EXPECT_TRUE(places.take("b"));
    places.leave(second->place);
    EXPECT_TRUE(places.take("a"));
}

TEST(HttpPlaces, whoever_has_most_gives_one_to_whoever_has_few) {
    HttpPlaces places(6, 4);
    const auto first = places.take("a")->place, second = places.take("a")->place;
    for (const char* who : {"a", "a", "b", "b"}) places.take(who);
    auto come = places.take("c");
    ASSERT_TRUE(come);
    EXPECT_EQ(come->taken_from, first);
    come = places.take("c");
    ASSERT_TRUE(come) << "a has three, c has one";
    EXPECT_EQ(come->taken_from, second);
    EXPECT_FALSE(places.take("c")) << "all have the same";
    places.leave(first);  // its visitor goes when it notices
    places.leave(second);
    EXPECT_FALSE(places.take("c")) << "they were given to others already";
    EXPECT_TRUE(places.take("d"));
}

TEST(HttpPlaces, those_of_a_proxy_count_in_all_only) {
    HttpPlaces places(3, 1);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(places.take(""));
    EXPECT_FALSE(places.take(""));
    EXPECT_TRUE(places.take("a"));
}

TEST(HttpPlaces, many_with_one_each_keep_theirs) {
    HttpPlaces places(3, 2);
    for (const char* who : {"a", "b", "c"}) EXPECT_TRUE(places.take(who));
    EXPECT_FALSE(places.take("d"));
}

}  // namespace
}  // namespace gateway
