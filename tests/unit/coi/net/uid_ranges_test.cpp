// Ranges of UIDs as servers say them: in any order, many times, and as long as they like.

#include "coi/net/uid_ranges.h"

#include <gmock/gmock.h>

#include <utility>

namespace coi::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(UidRanges, are_one_where_they_touch) {
    UidRanges ranges(100, UidRanges::Keep::lowest);
    for (const auto& [first, last] : {std::pair(7U, 8U), {3U, 4U}, {5U, 6U}, {1U, 1U}, {3U, 8U}, {0U, 5U}, {9U, 2U}})
        ranges.add(first, last);
    EXPECT_THAT(ranges.uids(), ElementsAre(1, 3, 4, 5, 6, 7, 8));
    EXPECT_FALSE(ranges.has_more());
}

TEST(UidRanges, of_many_the_lowest_or_the_highest_are_kept) {
    UidRanges lowest(3, UidRanges::Keep::lowest), highest(3, UidRanges::Keep::highest);
    for (UidRanges* ranges : {&lowest, &highest}) {
        EXPECT_THAT(ranges->uids(), IsEmpty());
        for (int i = 0; i < 3; ++i) {
            for (std::uint32_t uid : {9U, 1U, 5U, 3U, 7U}) ranges->add(uid, uid);
            ranges->add(4294967295U, 4294967295U);
        }
        EXPECT_TRUE(ranges->has_more());
    }
    EXPECT_THAT(lowest.uids(), ElementsAre(1, 3, 5));
    EXPECT_THAT(highest.uids(), ElementsAre(7, 9, 4294967295U));
}

TEST(UidRanges, of_a_long_one_its_end_is_looked_at) {
    UidRanges lowest(3, UidRanges::Keep::lowest), highest(3, UidRanges::Keep::highest);
    for (UidRanges* ranges : {&lowest, &highest}) ranges->add(1, 4294967295U);
    EXPECT_THAT(lowest.uids(), ElementsAre(1, 2, 3));
    EXPECT_THAT(highest.uids(), ElementsAre(4294967293U, 4294967294U, 4294967295U));
    EXPECT_TRUE(highest.has_more());
}

}  // namespace
}  // namespace coi::net
