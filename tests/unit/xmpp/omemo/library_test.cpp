// The algorithms that libomemo-c gets, by its own test and by known vectors; points of small order.

#include "xmpp/omemo/library.h"

#include <gtest/gtest.h>

namespace xmpp::omemo {
namespace {

TEST(OmemoLibrary, ItsOwnTestsOfTheCurveSucceed) { EXPECT_EQ(curve_internal_fast_tests(1), 0); }

TEST(OmemoLibrary, PointsOfSmallOrderAreWeak) {
    const Context context = new_context();
    const auto is_weak_key = [&](std::string bytes) {
        const auto key = public_key('\5' + bytes, context.get());
        return key && is_weak(key.get());
    };
    const std::string zero(32, '\0'), one = '\1' + std::string(31, '\0');
    std::string minus_one(32, '\xFF'), prime(32, '\xFF');  // p - 1 and p, where p is 2^255 - 19
    minus_one.front() = '\xEC';
    prime.front() = '\xED';
    minus_one.back() = prime.back() = '\x7F';
    for (const auto& each : {zero, one, minus_one, prime}) EXPECT_TRUE(is_weak_key(each));
    EXPECT_FALSE(is_weak_key('\x9' + std::string(31, '\0'))) << "the base point";
}

TEST(OmemoLibrary, OnlyKeysOf33BytesAreRead) {
    const Context context = new_context();
    EXPECT_TRUE(public_key('\5' + std::string(32, 'x'), context.get()));
    EXPECT_FALSE(public_key(std::string(32, 'x'), context.get())) << "the library would read it as another form";
    EXPECT_FALSE(public_key('\6' + std::string(32, 'x'), context.get()));
    EXPECT_FALSE(public_key("", context.get()));
    EXPECT_FALSE(private_key(std::string(31, 'x'), context.get()));
}

}  // namespace
}  // namespace xmpp::omemo
