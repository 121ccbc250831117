// What was in hand when the gateway ended uncleanly is counted, and refused at the third time.

#include "gateway/transport/crash_guard.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

struct CrashGuardTest : testing::Test {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("stumble-" + std::to_string(::getpid()));
    std::string file = (folder / "in-hand").string();
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Time time{1'000'000'000ms};

    CrashGuardTest() { std::filesystem::create_directory(folder); }
    ~CrashGuardTest() override { std::filesystem::remove_all(folder); }

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

TEST_F(CrashGuardTest, what_was_in_hand_at_three_ends_is_not_worked_on) {
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

TEST_F(CrashGuardTest, what_is_worked_through_is_forgotten) {
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

TEST_F(CrashGuardTest, a_mail_of_a_mailbox_is_counted_where_its_owner_sees_it) {
    Account account;
    account.kind = Account::Kind::mailbox;
    account.jid = "alice@jabber.test";
    AccountId id{};
    Transactions(store).now([&](Database& db) { id = accounts::save(db, account); });
    std::vector<Stuck> known;
    for (int ends = 1; ends <= 3; ++ends) {
        crash([&] {
            InHand in_hand(file);  // as CrashGuard::take() names it
            static auto hold =
                in_hand.take("mailbox " + std::to_string(static_cast<std::int64_t>(id)) + " 7 42 INBOX/My folder");
            ::_exit(1);
        });
        const CrashGuard crash_guard(file, store, time);
        Transactions(store).now([&](Database& db) { known = stuck_mails::all(db, id); });
        ASSERT_EQ(known.size(), 1u);
        EXPECT_EQ(known[0].tries, ends);
        EXPECT_EQ(known[0].aside, ends == 3);
    }
    EXPECT_EQ(known[0].folder, "INBOX/My folder");
    EXPECT_EQ(known[0].uid, 42u);
    EXPECT_FALSE(known[0].reason.empty());
    Transactions(store).now([&](Database& db) {
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

}  // namespace
}  // namespace gateway
