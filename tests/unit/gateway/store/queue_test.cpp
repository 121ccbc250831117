// The queue's operations: what ends or moves an entry, together with what its sender is told.

#include "gateway/store/queue.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/store/operations.h"

namespace gateway::queue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct QueueOperationsTest : testing::Test, Operations {
    Entry put_one(const std::string& name) {
        return wait<Entry>([&](auto done) { put(store, entry(name), done); });
    }
    std::optional<Entry> find_one(std::int64_t id) {
        return wait<std::optional<Entry>>([&](auto done) { find(store, id, done); });
    }
};

TEST_F(QueueOperationsTest, a_failure_is_told_once) {
    const auto failed = put_one("m1");
    const auto refuse_it = [&] {
        return wait<std::vector<Entry>>([&](auto done) { refuse(store, failed, {entry("notice")}, done); });
    };
    EXPECT_NE(refuse_it().at(0).id, 0);
    EXPECT_THAT(refuse_it(), IsEmpty());
    EXPECT_THAT(queued(), ElementsAre("notice"));
}

TEST_F(QueueOperationsTest, a_delay_is_told_of_mail_that_still_waits) {
    const auto waiting = put_one("m1");
    const auto tell = [&] {
        return wait<std::optional<Entry>>([&](auto done) { tell_delay(store, waiting.id, entry("notice"), done); });
    };
    EXPECT_TRUE(tell());
    EXPECT_TRUE(find_one(waiting.id).value().delay_told);
    finish_later(store, waiting.id);
    EXPECT_FALSE(tell());
    EXPECT_THAT(queued(), ElementsAre("notice"));
}

TEST_F(QueueOperationsTest, what_waits_of_a_message_is_itself_and_its_corrections) {
    remember(known("m1", "s1", true));
    for (const char* name : {"m2", "m3"}) {
        auto correction = known(name, name, true);
        correction.corrects = {"m1"};
        remember(correction);
    }
    for (const char* name : {"other", "m1", "m3"}) put_one(name);
    auto elsewhere = entry("m1");
    elsewhere.contact = "carol@example.org";
    wait<Entry>([&](auto done) { put(store, elsewhere, done); });
    auto to_jabber = entry("m2");
    to_jabber.direction = Direction::jabber;
    wait<Entry>([&](auto done) { put(store, to_jabber, done); });
    const auto found = wait<std::vector<Entry>>([&](auto done) { waiting(store, alice, bob, {"m1"}, done); });
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "m1");
    EXPECT_EQ(found[1].name, "m3");
    EXPECT_EQ(found[0].payload, "");
}

TEST_F(QueueOperationsTest, the_admin_makes_entries_due) {
    const auto one = put_one("m1"), other = put_one("m2");
    const Time later(std::chrono::hours(2)), now(std::chrono::hours(1));
    for (const auto& each : {one, other}) postpone(store, each.id, later, 3, "450 greylisted", false);
    const auto retry_one = [&](std::int64_t id) {
        return wait<Retried>([&](auto done) { retry(store, id, now, done); });
    };
    EXPECT_EQ(retry_one(one.id), Retried::yes);
    EXPECT_EQ(find_one(one.id).value().next, now);
    EXPECT_EQ(find_one(one.id).value().attempts, 3);
    EXPECT_EQ(find_one(other.id).value().next, later);
    EXPECT_EQ(retry_one(99), Retried::unknown);
    EXPECT_EQ(wait<std::int64_t>([&](auto done) { retry_all(store, now, done); }), 2);
    EXPECT_EQ(find_one(other.id).value().next, now);
}

}  // namespace
}  // namespace gateway::queue
