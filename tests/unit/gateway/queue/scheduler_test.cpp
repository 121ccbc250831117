// The scheduling of one direction: order, destinations, retries, restarts. Time is an argument; the store is real, in
// memory.

#include "gateway/queue/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/queue/scheduler_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct SchedulerTest : SchedulerPlay {};

TEST_F(SchedulerTest, whose_mail_waits_is_known_until_it_is_done_and_after_a_restart) {
    const auto holds = [&](const char* contact) { return direction->holds(AccountId{1}, contact); };
    EXPECT_FALSE(holds("bob"));
    commit("bob", "a");
    commit("carol", "c");
    EXPECT_TRUE(holds("bob"));
    finish("a", AttemptResult::Kind::later);
    finish("c");
    loop.flush(store);
    EXPECT_TRUE(holds("bob")) << "it sleeps";
    EXPECT_FALSE(holds("carol"));
    direction = make();
    direction->start();
    EXPECT_TRUE(holds("bob"));
    EXPECT_FALSE(holds("carol"));
}

TEST_F(SchedulerTest, one_line_sends_one_at_a_time_in_order) {
    for (const char* text : {"a", "b", "c", "d", "e", "f"}) commit("bob", text);
    EXPECT_THAT(tried, ElementsAre("a"));
    for (const char* text : {"a", "b", "c", "d", "e", "f"}) {
        loop.run_until([&] { return !flying.empty(); });
        ASSERT_EQ(flying.size(), 1u);
        finish(text);
    }
    EXPECT_THAT(done, ElementsAre("a", "b", "c", "d", "e", "f"));
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(SchedulerTest, what_was_sent_is_marked_before_the_next_of_its_line_goes) {
    for (const char* text : {"a", "b"}) commit("bob", text);
    finish("a");
    EXPECT_THAT(tried, ElementsAre("a")) << "a kill now would repeat one message";
    wait_for_attempts(2);
    EXPECT_EQ(on_disk(), 1);
}

TEST_F(SchedulerTest, lines_do_not_wait_for_each_other_within_the_capacity) {
    capacity = 2;
    commit("bob", "b1");
    commit("bob", "b2");
    commit("carol", "c1");
    commit("dave", "d1");
    EXPECT_THAT(tried, ElementsAre("b1", "c1"));
    finish("c1");
    EXPECT_THAT(tried, ElementsAre("b1", "c1", "d1"));
}

TEST_F(SchedulerTest, a_permanent_failure_frees_the_next) {
    commit("bob", "a");
    commit("bob", "b");
    finish("a", AttemptResult::Kind::refused);
    EXPECT_THAT(refused, ElementsAre("a"));
    wait_for_attempts(2);
    finish("b");
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(SchedulerTest, a_message_refused_for_now_is_tried_again_later_and_its_line_waits) {
    commit("bob", "a");
    commit("bob", "b");
    finish("a", AttemptResult::Kind::later);
    commit("bob", "c");
    EXPECT_THAT(tried, ElementsAre("a"));
    ASSERT_TRUE(direction->next_wake());
    EXPECT_GT(*direction->next_wake(), time);
    time = *direction->next_wake();
    direction->tick(time);
    wait_for_attempts(2);
    EXPECT_THAT(tried, ElementsAre("a", "a"));
    finish("a");
    loop.run_until([&] { return tried.size() == 3; });
    finish("b");
    loop.run_until([&] { return tried.size() == 4; });
    finish("c");
    EXPECT_THAT(done, ElementsAre("a", "b", "c"));
}

TEST_F(SchedulerTest, an_unreachable_server_is_tried_by_one_line_and_costs_no_attempt) {
    commit("bob", "b");
    commit("carol", "c");
    finish("b", AttemptResult::Kind::unreachable);
    finish("c", AttemptResult::Kind::unreachable);
    commit("dave", "d");
    EXPECT_EQ(tried.size(), 2u);
    time = *direction->next_wake();
    direction->tick(time);
    wait_for_attempts(3);
    EXPECT_EQ(flying.size(), 1u) << "one probe";
    finish(flying.front().payload);
    wait_for_attempts(5);
    while (!flying.empty()) finish(flying.front().payload);
    EXPECT_THAT(done, testing::UnorderedElementsAre("b", "c", "d"));
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(SchedulerTest, lane_up_ends_the_waiting) {
    commit("bob", "b");
    finish("b", AttemptResult::Kind::unreachable);
    direction->destination_up(0);
    wait_for_attempts(2);
    finish("b");
    EXPECT_THAT(done, ElementsAre("b"));
}

TEST_F(SchedulerTest, after_a_restart_everything_committed_is_sent_in_order) {
    for (const char* text : {"b1", "b2", "b3", "b4", "b5"}) commit("bob", text);
    commit("carol", "c1");
    flying.clear();
    tried.clear();
    direction = make();
    direction->start();
    wait_for_attempts(2);
    EXPECT_THAT(tried, testing::UnorderedElementsAre("b1", "c1"));
    for (const char* text : {"b1", "b2", "b3", "b4", "b5"}) {
        loop.run_until(
            [&] { return std::any_of(flying.begin(), flying.end(), [&](auto& a) { return a.payload == text; }); });
        finish(text);
    }
    EXPECT_THAT(done, ElementsAre("b1", "b2", "b3", "b4", "b5"));
}

TEST_F(SchedulerTest, a_message_that_comes_while_its_line_is_read_does_not_fly_twice) {
    for (const char* text : {"a", "b", "c", "d", "e"}) commit("bob", text);
    for (const char* text : {"a", "b", "c"}) {  // what was in memory
        loop.run_until([&] { return !flying.empty(); });
        finish(text);
    }
    commit("bob", "f");  // while the conversation is being read
    for (const char* text : {"d", "e", "f"}) {
        loop.run_until([&] { return !flying.empty(); });
        ASSERT_EQ(flying.size(), 1u);
        finish(text);
    }
    EXPECT_THAT(tried, ElementsAre("a", "b", "c", "d", "e", "f"));
    EXPECT_EQ(direction->in_flight(), 0u);
}

TEST_F(SchedulerTest, a_stopped_leg_finishes_and_starts_nothing) {
    commit("bob", "a");
    commit("bob", "b");
    direction->stop();
    finish("a");
    EXPECT_THAT(tried, ElementsAre("a"));
    EXPECT_EQ(direction->in_flight(), 0u);
    EXPECT_EQ(on_disk(), 1);
}

TEST_F(SchedulerTest, a_forgotten_entry_is_not_sent) {
    commit("bob", "a");
    commit("bob", "b");
    std::int64_t first = 0;
    Transactions(store).now([&](Database& db) { first = queue::heads(db, queue::Direction::mail, 0, 1).front().id; });
    queue::Entry entry;
    entry.account = AccountId{1};
    entry.contact = "bob";
    entry.id = first;
    EXPECT_FALSE(direction->withdraw(entry)) << "in flight";
    entry.id = first + 1;
    Transactions(store).now([&](Database& db) { queue::done(db, first + 1); });
    EXPECT_TRUE(direction->withdraw(entry));
    finish("a");
    EXPECT_THAT(tried, ElementsAre("a"));
    commit("bob", "c");
    wait_for_attempts(2);
    EXPECT_THAT(tried, ElementsAre("a", "c"));
}

TEST_F(SchedulerTest, what_is_in_flight_stays_where_it_is_when_what_waits_behind_it_is_withdrawn) {
    commit("bob", "a");
    const auto second = commit("bob", "b");
    const auto third = commit("bob", "c");
    for (const auto& entry : {second, third}) {
        Transactions(store).now([&](Database& db) { queue::done(db, entry.id); });
        EXPECT_TRUE(direction->withdraw(entry));
        EXPECT_EQ(flying.at(0).entry->payload, "a");
    }
    finish("a");
    EXPECT_THAT(done, ElementsAre("a"));
}

TEST_F(SchedulerTest, what_is_committed_while_its_line_is_read_flies_once) {
    capacity = 1;
    direction->stop();  // so that the conversation stands on disk only
    commit("bob", "a");
    direction = make();
    direction->start();
    commit("bob", "b");  // a is being read this moment
    commit("carol", "c");
    capacity = 3;
    wait_for_attempts(2);
    EXPECT_THAT(tried, testing::UnorderedElementsAre("a", "c"));
    finish("a");
    wait_for_attempts(3);
    finish("b");
    finish("c");
    loop.flush(store);
    EXPECT_THAT(tried, testing::UnorderedElementsAre("a", "b", "c"));
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(SchedulerTest, a_dropped_head_wakes_its_line) {
    commit("bob", "a");
    commit("bob", "b");
    finish("a", AttemptResult::Kind::later);
    queue::Entry head;
    Transactions(store).now([&](Database& db) { head = queue::heads(db, queue::Direction::mail, 0, 1).front(); });
    EXPECT_TRUE(direction->withdraw(head));
    Transactions(store).now([&](Database& db) { queue::done(db, head.id); });
    wait_for_attempts(2);
    EXPECT_THAT(tried, ElementsAre("a", "b"));
}

TEST_F(SchedulerTest, what_is_due_later_waits_and_all_behind_it) {
    for (const auto wait : {0s, 15s, 0s}) commit("bob", std::to_string(wait.count()), wait);
    finish("0");
    for (int i = 0; i < 2; ++i) loop.flush(store);
    go_on();
    finish("15");
    wait_for_attempts(3);
    EXPECT_THAT(tried, ElementsAre("0", "15", "0"));
}

TEST_F(SchedulerTest, what_was_withdrawn_and_comes_back_is_read_again) {
    auto held = commit("bob", "a", 15s);
    loop.flush(store);
    ASSERT_TRUE(direction->withdraw(held));
    loop.flush(store);
    direction->committed(held);
    go_on();
    EXPECT_THAT(tried, ElementsAre("a"));
}

TEST_F(SchedulerTest, what_comes_back_while_others_fly_is_sent_after_them) {
    auto held = commit("bob", "a", 15s);
    commit("bob", "b");
    loop.flush(store);
    ASSERT_TRUE(direction->withdraw(held));
    wait_for_attempts(1);
    direction->committed(held);
    finish("b");
    loop.flush(store);
    go_on();
    wait_for_attempts(2);
    EXPECT_THAT(tried, ElementsAre("b", "a"));
}

TEST_F(SchedulerTest, an_entry_that_is_being_read_cannot_be_taken_away) {
    commit("bob", "a");
    finish("a", AttemptResult::Kind::later);
    time = *direction->next_wake();
    direction->tick(time);
    queue::Entry head;
    Transactions(store).now([&](Database& db) { head = queue::heads(db, queue::Direction::mail, 0, 1).front(); });
    EXPECT_FALSE(direction->withdraw(head)) << "it would be sent and given up";
    wait_for_attempts(2);
}

TEST_F(SchedulerTest, what_may_have_left_is_not_kept) {
    const auto first = commit("bob", "a"), second = commit("bob", "b");
    const auto is_kept = [&](const queue::Entry& entry) { return direction->is_kept(entry); };
    const auto fail = [&](AttemptResult::Kind kind, bool kept) {
        std::exchange(flying, {}).front().finished({kind, {coi::ErrorKind::closed, false, "", 0, {}}, kept});
    };
    const auto again = [&] {
        while (flying.empty()) go_on();
    };
    EXPECT_FALSE(is_kept(first)) << "in flight";
    EXPECT_TRUE(is_kept(second)) << "one after the other";
    fail(AttemptResult::Kind::later, true);
    EXPECT_TRUE(is_kept(first));
    again();
    EXPECT_FALSE(is_kept(first));
    fail(AttemptResult::Kind::broken, false);
    EXPECT_FALSE(is_kept(first));
    again();
    fail(AttemptResult::Kind::later, true);
    EXPECT_FALSE(is_kept(first)) << "the attempt before may have been enough";
    direction = make();
    direction->start();
    EXPECT_FALSE(is_kept(first)) << "before a kill it may have been in flight";
    EXPECT_TRUE(is_kept(second));
    queue::Entry unknown;
    unknown.account = AccountId{1};
    unknown.contact = "carol";
    EXPECT_FALSE(is_kept(unknown));
}

TEST_F(SchedulerTest, attempts_that_end_at_once_do_not_pile_up_on_the_stack) {
    capacity = 0;
    constexpr int conversations = 20'000;
    for (int i = 0; i < conversations; ++i) {
        queue::Entry entry;
        entry.id = i + 1;
        entry.account = AccountId{1};
        entry.contact = std::to_string(i);
        entry.payload = "bytes";
        direction->committed(entry);
    }
    at_once = true;
    capacity = 1;
    direction->destination_up(0);
    EXPECT_EQ(done.size(), static_cast<std::size_t>(conversations));
}

TEST_F(SchedulerTest, a_held_line_waits_for_its_word_without_counting_attempts) {
    commit("bob", "a");
    commit("bob", "b");
    commit("carol", "c");
    finish("a", AttemptResult::Kind::blocked);
    EXPECT_THAT(tried, ElementsAre("a", "c")) << "others go on";
    direction->tick(time);
    EXPECT_EQ(flying.size(), 1u);
    direction->unblock(AccountId{1}, "nobody");
    direction->unblock(AccountId{1}, "bob");
    wait_for_attempts(3);
    EXPECT_THAT(tried, ElementsAre("a", "c", "a"));
    finish("a");
    wait_for_attempts(4);
    finish("b");
    finish("c");
    EXPECT_THAT(done, ElementsAre("a", "b", "c"));
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(SchedulerTest, a_held_line_is_tried_again_after_a_minute) {
    commit("bob", "a");
    finish("a", AttemptResult::Kind::blocked);
    ASSERT_EQ(direction->next_wake(), time + 60s);
    time += 60s;
    direction->tick(time);
    wait_for_attempts(2);
    std::vector<queue::Entry> heads;
    Transactions(store).now([&](Database& db) { heads = queue::heads(db, queue::Direction::mail, 0, 10); });
    ASSERT_EQ(heads.size(), 1u);
    EXPECT_EQ(heads[0].attempts, 0);
}

TEST_F(SchedulerTest, a_word_that_comes_while_the_attempt_is_under_way_counts) {
    commit("bob", "a");
    direction->unblock(AccountId{1}, "bob");
    finish("a", AttemptResult::Kind::blocked);
    wait_for_attempts(2);
    finish("a", AttemptResult::Kind::blocked);
    EXPECT_TRUE(direction->next_wake()) << "but only for that attempt";
}

/// Writes another payload, and when it is due, as gateway/pipeline/outgoing_files does.
struct ScheduledChangeTest : SchedulerTest {
    void change(const queue::Entry& entry, const std::string& payload) {
        Transactions(store).now([&](Database& db) {
            auto changed = entry;
            changed.payload = payload;
            changed.next = time;
            queue::release(db, changed, time);
        });
        direction->unblock(entry.account, entry.contact);
        loop.flush(store);
    }
};

TEST_F(ScheduledChangeTest, a_held_entry_leaves_as_it_is_then_and_before_what_follows) {
    const auto held = commit("bob", "a", 60s);
    commit("bob", "b");
    commit("carol", "c");
    loop.flush(store);
    EXPECT_THAT(tried, ElementsAre("c"));
    change(held, "a with its file");
    EXPECT_THAT(tried, ElementsAre("c", "a with its file"));
    finish("a with its file");
    loop.flush(store);
    EXPECT_THAT(tried, ElementsAre("c", "a with its file", "b"));
}

TEST_F(ScheduledChangeTest, what_was_read_ahead_is_read_again) {
    commit("bob", "a");
    const auto held = commit("bob", "b", 10h);
    commit("bob", "c");
    finish("a", AttemptResult::Kind::later);  // all are read when it is due
    go_on();
    ASSERT_TRUE(flies("a"));
    change(held, "b with its file");
    ASSERT_TRUE(flies("a"));
    finish("a");
    ASSERT_TRUE(loop.run_until([this] { return flies("b with its file"); }));
    finish("b with its file");
    ASSERT_TRUE(loop.run_until([this] { return flies("c"); }));
    finish("c");
    loop.flush(store);
    EXPECT_EQ(on_disk(), 0);
}

TEST_F(ScheduledChangeTest, what_is_being_read_is_read_again) {
    const auto held = commit("bob", "a", 60s);
    loop.flush(store);
    time += 60s;
    direction->tick(time);  // it is being read
    Transactions(store).now([&](Database& db) {
        auto changed = held;
        changed.payload = "a with its file";
        queue::release(db, changed, time - 1s);
    });
    direction->unblock(held.account, held.contact);
    loop.flush(store);
    EXPECT_THAT(tried, ElementsAre("a with its file"));
}

TEST_F(ScheduledChangeTest, a_held_entry_leaves_by_itself_in_the_end) {
    commit("bob", "a", 60s);
    loop.flush(store);
    EXPECT_THAT(tried, IsEmpty());
    EXPECT_EQ(direction->next_wake(), time + 60s);
    go_on();
    EXPECT_THAT(tried, ElementsAre("a"));
}

}  // namespace
}  // namespace gateway
