// The scheduling of a leg: order, destinations, retries, restarts. Time is an argument; the store is real, in memory.

#include "gateway/queue/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct SchedulerTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Time time{1'000'000'000ms};
    std::size_t capacity = 10;
    bool at_once = false;  // every attempt ends well where it begins
    int strikes_most = 0;
    struct Attempt {
        std::string payload;
        std::function<void(AttemptResult)> finished;
    };
    std::vector<Attempt> flying;
    std::vector<std::string> tried, done, refused;
    std::unique_ptr<Scheduler> direction = make();

    std::unique_ptr<Scheduler> make() {
        Scheduler::Calls calls;
        calls.attempt = [this](const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
            tried.push_back(entry.payload);
            if (at_once) return finished(AttemptResult{});
            flying.push_back({entry.payload, std::move(finished)});
        };
        calls.done = [this](const queue::Entry& entry) { done.push_back(entry.payload); };
        calls.refused = [this](const queue::Entry& entry, const coi::Error&) {
            refused.push_back(entry.payload);
            store.commit([id = entry.id](Database& db) { queue::done(db, id); }, {});
        };
        calls.destination = [](const queue::Entry&) { return 0; };
        calls.capacity = [this](Scheduler::DestinationId) { return capacity; };
        calls.now = [this] { return time; };
        calls.wake_changed = [] {};
        Scheduler::Limits limits;
        limits.ready_entries = 3;
        limits.strikes_most = strikes_most;
        return std::make_unique<Scheduler>(queue::Direction::mail, store, std::move(calls), limits);
    }

    queue::Entry commit(const std::string& contact, const std::string& payload, std::chrono::seconds wait = 0s) {
        queue::Entry entry;
        entry.account = AccountId{1};
        entry.contact = contact;
        entry.name = entry.payload = payload;
        entry.taken = time;
        entry.next = time + wait;
        entry.expires = time + 24h;
        store.now([&](Database& db) { entry.id = queue::put(db, entry); });
        direction->committed(entry);
        return entry;
    }
    void finish(const std::string& payload, AttemptResult::Kind kind = AttemptResult::Kind::done) {
        const auto at =
            std::find_if(flying.begin(), flying.end(), [&](const Attempt& a) { return a.payload == payload; });
        ASSERT_NE(at, flying.end()) << payload << " is not in flight";
        const auto finished = std::move(at->finished);
        flying.erase(at);
        finished(AttemptResult{kind, {coi::ErrorKind::refused, false, "no", 0, {}}});
    }
    bool flies(const std::string& payload) const {
        return std::ranges::any_of(flying, [&](const Attempt& a) { return a.payload == payload; });
    }
    queue::Entry on_disk(const std::string& payload) {
        loop.flush(store);
        queue::Entry found;
        store.now([&](Database& db) {
            for (auto& entry : queue::list(db, 0, 1000))
                if (entry.name == payload) found = entry;
        });
        return found;
    }
    /// The next time at which something is due.
    void go_on() {
        loop.flush(store);
        ASSERT_TRUE(direction->next_wake());
        time = std::max(time, *direction->next_wake());
        direction->tick(time);
        loop.flush(store);
    }
    void wait_for_attempts(std::size_t count) {
        loop.run_until([&] { return tried.size() >= count; });
    }
    std::int64_t on_disk() {
        std::int64_t count = 0;
        store.now([&](Database& db) { count = queue::count(db, queue::Direction::mail); });
        return count;
    }
};

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
    store.now([&](Database& db) { first = queue::heads(db, queue::Direction::mail, 0, 1).front().id; });
    queue::Entry entry;
    entry.account = AccountId{1};
    entry.contact = "bob";
    entry.id = first;
    EXPECT_FALSE(direction->forget(entry)) << "in flight";
    entry.id = first + 1;
    store.now([&](Database& db) { queue::done(db, first + 1); });
    EXPECT_TRUE(direction->forget(entry));
    finish("a");
    EXPECT_THAT(tried, ElementsAre("a"));
    commit("bob", "c");
    wait_for_attempts(2);
    EXPECT_THAT(tried, ElementsAre("a", "c"));
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
    store.now([&](Database& db) { head = queue::heads(db, queue::Direction::mail, 0, 1).front(); });
    EXPECT_TRUE(direction->forget(head));
    store.now([&](Database& db) { queue::done(db, head.id); });
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
    ASSERT_TRUE(direction->forget(held));
    loop.flush(store);
    direction->committed(held);
    go_on();
    EXPECT_THAT(tried, ElementsAre("a"));
}

TEST_F(SchedulerTest, an_entry_that_is_being_read_cannot_be_taken_away) {
    commit("bob", "a");
    finish("a", AttemptResult::Kind::later);
    time = *direction->next_wake();
    direction->tick(time);
    queue::Entry head;
    store.now([&](Database& db) { head = queue::heads(db, queue::Direction::mail, 0, 1).front(); });
    EXPECT_FALSE(direction->forget(head)) << "it would be sent and given up";
    wait_for_attempts(2);
}

TEST_F(SchedulerTest, attempts_that_end_at_once_do_not_pile_up_on_the_stack) {
    capacity = 0;
    constexpr int conversations = 20'000;
    for (int i = 0; i < conversations; ++i) {
        queue::Entry entry;
        entry.id = i + 1;
        entry.account = AccountId{1};
        entry.contact = std::to_string(i);
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
    store.now([&](Database& db) { heads = queue::heads(db, queue::Direction::mail, 0, 10); });
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

TEST_F(SchedulerTest, a_message_at_which_the_session_ends_is_set_aside_and_others_go_at_once) {
    capacity = 1;
    commit("mallory", "poison");
    commit("bob", "b");
    commit("carol", "c");
    finish("poison", AttemptResult::Kind::broken);
    EXPECT_THAT(tried, ElementsAre("poison", "b")) << "without a pause";
    const auto entry = on_disk("poison");
    EXPECT_EQ(entry.attempts, 1);
    EXPECT_EQ(entry.last_error, "no");
    EXPECT_GT(entry.next, time);
    finish("b");
    finish("c");
    EXPECT_THAT(done, ElementsAre("b", "c"));
    for (int i = 2; i < 10; ++i) {  // in the usual steps, however often
        while (!flies("poison")) go_on();
        const Time before = time;
        finish("poison", AttemptResult::Kind::broken);
        EXPECT_EQ(on_disk("poison").attempts, i);
        EXPECT_GE(on_disk("poison").next, before + 4s);
        EXPECT_THAT(refused, IsEmpty());
    }
}

TEST_F(SchedulerTest, a_server_that_ends_every_session_is_asked_one_by_one_and_slowly) {
    for (int i = 0; i < 20; ++i) commit("c" + std::to_string(i), "m" + std::to_string(i));
    EXPECT_EQ(flying.size(), 10u);
    while (!flying.empty()) finish(flying.front().payload, AttemptResult::Kind::broken);
    EXPECT_EQ(tried.size(), 12u) << "two went before it was clear";
    const Time before = time;
    for (std::size_t i = 13; i <= 20; ++i) {
        go_on();
        ASSERT_EQ(flying.size(), 1u);
        finish(flying.front().payload, AttemptResult::Kind::broken);
        EXPECT_EQ(tried.size(), i);
    }
    EXPECT_GE(time - before, 4s);
    while (flying.empty()) go_on();
    finish(flying.front().payload);
    loop.flush(store);
    time += 10s;
    direction->tick(time);
    loop.flush(store);
    EXPECT_EQ(flying.size(), 10u) << "all is well again";
}

TEST_F(SchedulerTest, of_those_in_flight_when_the_stream_ended_each_is_tried_alone) {
    strikes_most = 3;
    direction = make();
    for (const char* text : {"a", "poison", "b", "c"}) commit(text, text);
    ASSERT_EQ(flying.size(), 4u);
    for (const char* text : {"a", "poison", "b", "c"}) finish(text, AttemptResult::Kind::lost);
    EXPECT_EQ(on_disk("a").attempts, 0) << "nobody knows which it was";
    commit("dave", "d");
    direction->destination_up(0);
    for (int broken = 1; broken <= 3;) {
        loop.flush(store);
        if (flying.empty()) {
            go_on();
            continue;
        }
        if (on_disk("poison").attempts == 0) EXPECT_EQ(flying.size(), 1u);
        if (flies("poison")) {
            finish("poison", AttemptResult::Kind::lost);
            if (broken++ < 3) direction->destination_up(0);
            commit("eve", "e" + std::to_string(broken));  // what passes between
        } else {
            finish(flying.front().payload);
        }
    }
    EXPECT_THAT(refused, ElementsAre("poison"));
    loop.flush(store);
    while (!flying.empty()) {
        finish(flying.front().payload);
        loop.flush(store);
    }
    EXPECT_THAT(done, testing::IsSupersetOf({"a", "b", "c", "d", "e2", "e3"}));
    EXPECT_EQ(std::ranges::count(tried, "poison"), 4) << "once with others, three times alone";
}

TEST_F(SchedulerTest, a_message_alone_is_not_given_up_because_the_stream_ends_often) {
    strikes_most = 3;
    direction = make();
    commit("bob", "a");
    for (int i = 0; i < 6; ++i) {
        finish("a", AttemptResult::Kind::lost);
        loop.flush(store);
        direction->destination_up(0);
        loop.flush(store);
        while (flying.empty()) go_on();
    }
    finish("a");
    EXPECT_THAT(done, ElementsAre("a"));
}

TEST_F(SchedulerTest, it_is_said_why_a_lane_waits) {
    commit("bob", "a");
    EXPECT_FALSE(direction->trouble(on_disk("a")));
    finish("a", AttemptResult::Kind::unreachable);
    const auto trouble = direction->trouble(on_disk("a"));
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->error.text, "no");
    EXPECT_EQ(trouble->next, time + 1s);
    go_on();
    finish("a");
    EXPECT_FALSE(direction->trouble(queue::Entry{}));
}

TEST_F(SchedulerTest, slow_messages_do_not_keep_the_places_of_others) {
    capacity = 1;
    commit("mallory", "slow");
    commit("bob", "b");
    EXPECT_EQ(flying.size(), 1u);
    time += 10s;
    direction->tick(time);
    ASSERT_TRUE(flies("b"));
    finish("b");
    finish("slow");
    EXPECT_FALSE(direction->next_wake() && *direction->next_wake() > time + 10s);
}

}  // namespace
}  // namespace gateway
