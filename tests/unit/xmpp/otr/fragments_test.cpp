// Messages that come in pieces [OTR v3 "Fragmentation"], and what of them is held.

#include "xmpp/otr/fragments.h"

#include <gtest/gtest.h>

namespace xmpp::otr {
namespace {

using namespace std::chrono_literals;

class FragmentsTest : public testing::Test {
  protected:
    std::optional<std::string> add(unsigned number, unsigned count, const std::string& text,
                                   const std::string& peer = "a@b/c", const std::string& sender = "100") {
        const std::string body =
            "?OTR|" + sender + "|200," + std::to_string(number) + "," + std::to_string(count) + "," + text + ",";
        return fragments.add(peer, look(body), now);
    }
    Fragments fragments;
    Time now{1000s};
};

TEST_F(FragmentsTest, AreJoinedInOrder) {
    EXPECT_FALSE(add(1, 3, "?OTR:A"));
    EXPECT_FALSE(add(2, 3, "BC"));
    EXPECT_EQ(fragments.bytes(), 8U);
    EXPECT_EQ(add(3, 3, "D."), "?OTR:ABCD.");
    EXPECT_EQ(fragments.bytes(), 0U);
    EXPECT_EQ(add(1, 1, "?OTR:A."), "?OTR:A.");
}

TEST_F(FragmentsTest, OutOfOrderIsForgotten) {
    EXPECT_FALSE(add(2, 2, "B"));
    EXPECT_FALSE(add(1, 3, "A"));
    EXPECT_FALSE(add(3, 3, "C"));
    EXPECT_FALSE(add(2, 3, "B"));
    EXPECT_FALSE(add(3, 3, "C"));
    EXPECT_FALSE(add(1, 3, "A"));
    EXPECT_FALSE(add(2, 4, "B")) << "of another message";
    EXPECT_FALSE(add(3, 3, "C"));
    EXPECT_EQ(fragments.bytes(), 0U);
    EXPECT_FALSE(add(1, 2, "A"));
    EXPECT_FALSE(add(1, 2, "a")) << "begins anew";
    EXPECT_EQ(add(2, 2, "b"), "ab");
}

TEST_F(FragmentsTest, EachResourceAndInstanceHasItsOwn) {
    EXPECT_FALSE(add(1, 2, "A", "x@y/1"));
    EXPECT_FALSE(add(1, 2, "B", "x@y/2"));
    EXPECT_FALSE(add(1, 2, "C", "x@y/2", "101"));
    EXPECT_EQ(add(2, 2, "b", "x@y/2"), "Bb");
    EXPECT_EQ(add(2, 2, "a", "x@y/1"), "Aa");
    fragments.forget("x@y/2");
    EXPECT_FALSE(add(2, 2, "c", "x@y/2", "101"));
}

TEST_F(FragmentsTest, WithoutEndAreBounded) {
    const std::string piece(50'000, 'A');
    for (unsigned i = 1; i <= 65'535 && i < 100; ++i) EXPECT_FALSE(add(i, 65'535, piece));
    EXPECT_LE(fragments.bytes(), max_message);
    for (int peer = 0; peer < 100; ++peer) {
        for (unsigned i = 1; i <= 5; ++i) add(i, 9, piece, "x@y/" + std::to_string(peer));
        EXPECT_LE(fragments.bytes(), 2 * max_message);
    }
    now += 6min;
    fragments.expire(now);
    EXPECT_EQ(fragments.bytes(), 0U);
}

}  // namespace
}  // namespace xmpp::otr
