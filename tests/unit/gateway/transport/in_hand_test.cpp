// What is in hand is noted in a file of a fixed size.

#include "gateway/transport/in_hand.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using testing::IsEmpty;

TEST(InHandTest, slots_are_bounded_and_a_file_that_cannot_be_is_no_harm) {
    const TestFolder folder;
    const std::string file = folder.file("in-hand");
    InHand in_hand(file);
    std::vector<InHand::Hold> holds;
    for (std::size_t i = 0; i < InHand::slots; ++i) {
        holds.push_back(in_hand.take(std::string(1000, 'x')));
        ASSERT_TRUE(holds.back());
    }
    EXPECT_FALSE(in_hand.take("one more"));
    holds.pop_back();
    EXPECT_TRUE(in_hand.take("one more"));
    in_hand.clear();
    EXPECT_THAT(InHand(file).left(), IsEmpty());
    InHand none("/nowhere/at/all");
    EXPECT_NE(none.trouble(), "");
    EXPECT_FALSE(none.take("x"));
}

}  // namespace
}  // namespace gateway
