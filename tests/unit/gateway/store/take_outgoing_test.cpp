// What a user wrote is committed as a whole, or not at all.

#include "gateway/store/take_outgoing.h"

#include <gmock/gmock.h>

#include "gateway/store/resolve.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway {
namespace {

using testing::ElementsAre;

struct TakeOutgoingTest : testing::Test, Operations {
    std::shared_ptr<queue::Quota> quota = std::make_shared<queue::Quota>(2);
    TakenOutgoing take(TakeOutgoing what) {
        return wait<TakenOutgoing>([&](auto done) { take_outgoing(store, quota, std::move(what), std::move(done)); });
    }
    bool is_known(const std::string& message) {
        return wait<bool>([&](auto done) { ids::knows_any_of(store, alice, {{message}}, done); });
    }
};

TEST_F(TakeOutgoingTest, the_mail_and_its_ids_are_one_commit) {
    const auto before = store.commits();
    const auto taken = take({entry("m1"), known("m1", "s1", true)});
    EXPECT_FALSE(taken.too_many);
    EXPECT_NE(taken.entry.id, 0);
    EXPECT_EQ(taken.entry.payload, "bytes of m1");
    EXPECT_TRUE(is_known("m1"));
    EXPECT_EQ(store.commits(), before + 1);
}

TEST_F(TakeOutgoingTest, above_the_quota_nothing_is_stored) {
    take({entry("m1")});
    take({entry("m2")});
    EXPECT_TRUE(take({entry("m3"), known("m3", "s3", true)}).too_many);
    EXPECT_THAT(queued(), ElementsAre("m1", "m2"));
    EXPECT_FALSE(is_known("m3"));
}

TEST_F(TakeOutgoingTest, a_correction_takes_the_place_of_the_one_that_waits) {
    const auto first = take({entry("m1")}).entry;
    const auto second = take({entry("m2")}).entry;
    EXPECT_FALSE(take({entry("m3"), known("m3", "s3", true), {second.id}}).too_many) << "it needs no place of its own";
    EXPECT_THAT(queued(), ElementsAre("m1", "m3"));
    EXPECT_LT(first.id, second.id);
}

TEST_F(TakeOutgoingTest, a_message_makes_corrections_due_that_wait) {
    auto waiting = entry("m1");
    waiting.next = Time(std::chrono::hours(1));
    waiting = take({waiting}).entry;
    auto next = entry("m2");
    next.taken = Time(std::chrono::minutes(1));
    take({next, std::nullopt, {}, {waiting.id}});
    const auto due = wait<std::optional<queue::Entry>>([&](auto done) { queue::find(store, waiting.id, done); });
    EXPECT_EQ(due.value().next, next.taken);
}

TEST_F(TakeOutgoingTest, what_never_left_and_its_retraction_need_not_leave) {
    const auto first = take({entry("m1"), known("m1", "s1", true)}).entry;
    const auto retract = [&](const std::string& name, std::int64_t never_left) {
        return take({entry(name), known(name, "s" + name, true), {never_left}, {}, {"m1"}, never_left});
    };
    EXPECT_EQ(retract("m2", first.id).entry.id, 0);
    EXPECT_THAT(queued(), ElementsAre());
    EXPECT_TRUE(is_known("m2")) << "it was taken";
    EXPECT_NE(retract("m3", first.id).entry.id, 0) << "the message has gone meanwhile";
    EXPECT_THAT(queued(), ElementsAre("m3"));
}

TEST_F(TakeOutgoingTest, a_retraction_is_known_with_its_message) {
    using Found = std::optional<Reference>;
    const auto find = [&] {
        return wait<Found>([&](auto done) { ids::resolve(store, alice, bob, StanzaId{"s1"}, RefersTo::own, done); });
    };
    take({entry("m1"), known("m1", "s1", true)});
    EXPECT_FALSE(find().value().is_retracted);
    take({entry("m2"), known("m2", "s2", true), {}, {}, {"m1"}});
    EXPECT_TRUE(find().value().is_retracted);
}

}  // namespace
}  // namespace gateway
