// Mails that cannot be read: how often they are tried, when they are set aside, what is kept of them; and what was in
// hand when the gateway ended.

#include "gateway/transport/stuck_mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/store/accounts.h"
#include "gateway/store/stuck_mails.h"
#include "gateway/transport/crash_guard.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct StuckTest : testing::Test {
    StuckMails::Clock::time_point now = StuckMails::Clock::now();
    StuckMails mails;

    std::optional<Stuck> fails(std::uint32_t uid, bool final = false) {
        return mails.failed({"INBOX", 7, uid, 0, false, false, "closed"}, final, now);
    }
};

TEST_F(StuckTest, a_mail_is_tried_three_times_where_others_pass) {
    EXPECT_EQ(fails(2)->tries, 1);
    EXPECT_TRUE(mails.holds("INBOX", 2));
    EXPECT_THAT(mails.due("INBOX", now), IsEmpty());
    EXPECT_FALSE(mails.passed("INBOX", 3));
    for (int tries = 2; tries <= 3; ++tries) {
        now = *mails.next("INBOX");
        EXPECT_THAT(mails.due("INBOX", now), ElementsAre(2));
        const auto failed = fails(2);
        EXPECT_EQ(failed->tries, tries);
        EXPECT_EQ(failed->aside, tries == 3);
    }
    EXPECT_FALSE(mails.next("INBOX"));
    EXPECT_EQ(mails.set_aside(), 1u);
    EXPECT_TRUE(mails.holds("INBOX", 2)) << "it is not read again by itself";
}

TEST_F(StuckTest, a_server_that_gives_no_mail_at_all_has_longer) {
    for (int tries = 1; tries < StuckMails::most_tries; ++tries) {
        EXPECT_FALSE(fails(2)->aside);
        EXPECT_GT(*mails.next("INBOX"), now);
        now = *mails.next("INBOX");
    }
    EXPECT_TRUE(fails(2)->aside);
}

TEST_F(StuckTest, the_fewest_tries_go_first_and_a_mail_that_is_read_is_free) {
    fails(2), fails(2), fails(3), fails(4);
    now += 1h;
    EXPECT_THAT(mails.due("INBOX", now), ElementsAre(3, 4, 2));
    EXPECT_EQ(mails.passed("INBOX", 3)->tries, 1);
    EXPECT_THAT(mails.due("INBOX", now), ElementsAre(4, 2));
    mails.renumbered("INBOX", 8);
    EXPECT_THAT(mails.due("INBOX", now), IsEmpty());
}

TEST_F(StuckTest, what_cannot_end_otherwise_is_set_aside_at_once_and_there_are_bounds) {
    EXPECT_TRUE(fails(2, true)->aside);
    for (std::uint32_t uid = 3; uid < 3 + StuckMails::most - 1; ++uid) ASSERT_TRUE(fails(uid));
    EXPECT_FALSE(fails(5000));
    EXPECT_TRUE(fails(3)) << "one that is known";
}

struct StumbleTest : testing::Test {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("stumble-" + std::to_string(::getpid()));
    std::string file = (folder / "in-hand").string();
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Time time{1'000'000'000ms};

    StumbleTest() { std::filesystem::create_directory(folder); }
    ~StumbleTest() override { std::filesystem::remove_all(folder); }

    /// A process that has these in hand, and ends as a crash does.
    template <class Work>
    void crash(Work work) {
        const pid_t child = ::fork();
        if (child == 0) {
            work();
            ::_exit(0);  // no destructor runs
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
    }
};

TEST_F(StumbleTest, what_was_in_hand_at_three_ends_is_not_worked_on) {
    const std::string what = CrashGuard::mail("From: mallory\r\n");
    for (int ends = 1; ends <= 3; ++ends) {
        crash([&] {
            InHand in_hand(file);
            static auto hold = in_hand.take(what);
            ::_exit(1);
        });
        EXPECT_EQ(CrashGuard(file, store, time).may(what), ends < 3) << ends;
    }
    EXPECT_TRUE(CrashGuard(file, store, time).may(CrashGuard::mail("From: bob\r\n")));
    EXPECT_FALSE(CrashGuard(file, store, time).may(what)) << "a clean end forgets nothing";
    EXPECT_TRUE(CrashGuard(file, store, time + std::chrono::days(31)).may(what));
}

TEST_F(StumbleTest, what_is_worked_through_is_forgotten) {
    const std::string what = CrashGuard::stanza("alice@jabber.test/phone", "m1");
    for (int ends = 0; ends < 2; ++ends) {
        crash([&] {
            InHand in_hand(file);
            static auto hold = in_hand.take(what);
            ::_exit(1);
        });
        CrashGuard(file, store, time);
    }
    CrashGuard(file, store, time).passed(what);
    loop.flush(store);
    crash([&] {
        InHand in_hand(file);
        static auto hold = in_hand.take(what);
        ::_exit(1);
    });
    EXPECT_TRUE(CrashGuard(file, store, time).may(what));
}

TEST_F(StumbleTest, a_mail_of_a_mailbox_is_counted_where_its_owner_sees_it) {
    Account account;
    account.kind = Account::Kind::mailbox;
    account.jid = "alice@jabber.test";
    AccountId id{};
    store.now([&](Database& db) { id = accounts::save(db, account); });
    std::vector<Stuck> known;
    for (int ends = 1; ends <= 3; ++ends) {
        crash([&] {
            InHand in_hand(file);  // as CrashGuard::take() names it
            static auto hold =
                in_hand.take("mailbox " + std::to_string(static_cast<std::int64_t>(id)) + " 7 42 INBOX/My folder");
            ::_exit(1);
        });
        const CrashGuard crash_guard(file, store, time);
        store.now([&](Database& db) { known = stuck_mails::all(db, id); });
        ASSERT_EQ(known.size(), 1u);
        EXPECT_EQ(known[0].tries, ends);
        EXPECT_EQ(known[0].aside, ends == 3);
    }
    EXPECT_EQ(known[0].folder, "INBOX/My folder");
    EXPECT_EQ(known[0].uid, 42u);
    EXPECT_FALSE(known[0].reason.empty());
    store.now([&](Database& db) {
        stuck_mails::try_again(db, id);
        known = stuck_mails::all(db, id);
        EXPECT_EQ(known[0].tries, 0);
        EXPECT_FALSE(known[0].aside);
        stuck_mails::renumbered(db, id, "INBOX/My folder", 8);
        EXPECT_THAT(stuck_mails::all(db, id), IsEmpty());
        stuck_mails::save(db, AccountId{999}, known[0]);
        accounts::remove(db, id);
    });
}

TEST_F(StumbleTest, slots_are_bounded_and_a_file_that_cannot_be_is_no_harm) {
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
