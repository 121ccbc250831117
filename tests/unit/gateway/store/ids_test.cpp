// The id map's operations: what reports are about, what is told once, what archives are compared with.

#include "gateway/store/ids.h"

#include <gtest/gtest.h>

#include "gateway/store/clean_shutdown.h"
#include "gateway/store/notify_author.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway::ids {
namespace {

struct IdsOperationsTest : testing::Test, Operations {
    using Found = std::optional<Reported>;
    Found reported(std::vector<coi::MessageId> named, News news) {
        return wait<Found>([&](auto done) { find_reported(store, alice, std::move(named), news, done); });
    }
};

TEST_F(IdsOperationsTest, a_report_is_about_the_first_of_her_messages_that_it_names) {
    remember(known("m1", "s1", true));
    remember(known("m2", "s2", true));
    remember(known("his", "s3", false));
    const auto found = reported({{}, {"unknown"}, {"his"}, {"m2"}, {"m1"}}, News::failed).value();
    EXPECT_EQ(found.known.message, coi::MessageId{"m2"});
    EXPECT_EQ(found.named, 3u);
    EXPECT_EQ(reported({{"his"}}, News::failed), std::nullopt);
}

TEST_F(IdsOperationsTest, each_news_of_a_message_is_told_once) {
    remember(known("m1", "s1", true));
    EXPECT_FALSE(reported({{"m1"}}, News::failed).value().is_told);
    remember(told(known("m1", "s1", true), News::failed, Time{}, store.seal()));
    EXPECT_TRUE(reported({{"m1"}}, News::failed).value().is_told);
    EXPECT_FALSE(reported({{"m1"}}, News::displayed).value().is_told);
}

TEST_F(IdsOperationsTest, an_author_is_notified_once) {
    remember(known("m1", "s1", false));
    const auto message = wait<std::optional<Known>>([&](auto done) { by_stanza(store, alice, bob, {"s1"}, done); });
    const auto notify = [&] {
        return wait<std::optional<queue::Entry>>(
            [&](auto done) { notify_author(store, message.value(), entry("dsn"), done); });
    };
    EXPECT_NE(notify().value().id, 0);
    EXPECT_EQ(notify(), std::nullopt);
    EXPECT_EQ(queued().size(), 1u);
}

TEST_F(IdsOperationsTest, sent_messages_are_counted_by_client_contact_and_id) {
    auto message = known("m1", "s1", true);
    message.when = Time(std::chrono::seconds(10));
    remember(message);
    const Sent same{message.jid, bob, "s1"}, other{message.jid, bob, "s2"};
    const auto counted = wait<std::map<Sent, std::int64_t>>(
        [&](auto done) { count_sent(store, alice, {{same, 1}, {other, 0}}, Time{}, done); });
    EXPECT_EQ(counted, (std::map<Sent, std::int64_t>{{same, 2}, {other, 0}}));
}

TEST_F(IdsOperationsTest, a_stop_is_unclean_until_the_mark_is_written_again) {
    using namespace std::chrono_literals;
    const Time first(10min);
    auto message = known("m1", "s1", true);
    message.when = first;
    remember(message);
    EXPECT_FALSE(clean_shutdown::start(store, first, 1h, 10)) << "the first start";
    const auto unclean = clean_shutdown::start(store, first + 5min, 1h, 10).value();
    EXPECT_EQ(unclean.last_alive, first);
    EXPECT_EQ(unclean.active, std::vector{alice});
    EXPECT_EQ(clean_shutdown::start(store, first + 6min, 1h, 10).value().last_alive, first) << "it still counts";
    const auto stop = [&](bool is_unclean) {
        bool is_over = false;
        clean_shutdown::stop(store, is_unclean, [&](const Store::Failure&) { is_over = true; });
        loop.run_until([&] { return is_over; });
    };
    stop(true);
    EXPECT_TRUE(clean_shutdown::start(store, first, 1h, 10));
    stop(false);
    EXPECT_FALSE(clean_shutdown::start(store, first, 1h, 10));
}

}  // namespace
}  // namespace gateway::ids
