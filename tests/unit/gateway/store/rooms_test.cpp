// A room is made with the first mail of its group, and keeps the newest of what is said in it.

#include "gateway/store/rooms.h"

#include <gmock/gmock.h>

#include "gateway/store/accounts.h"
#include "gateway/store/mailbox_reading.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct RoomsTest : testing::Test, Operations {
    rooms::Taken take(rooms::Take what) {
        return wait<rooms::Taken>([&](auto done) { rooms::take(store, std::move(what), std::move(done)); });
    }
    Room room(const std::string& local, const std::string& group) const {
        Room made;
        made.account = alice;
        made.local = local;
        made.kind = coi::Group::Kind::chatmail;
        made.group = group;
        made.name = "Sailing ⛵";
        made.named = std::chrono::sys_seconds(std::chrono::seconds(7));
        made.description = "Every Sunday";
        made.user.address = {"Alice", "alice", "example.org"};
        made.others = {{{"Bob", "bob", "example.org"}, {}, {}, "AAAA"},
                       {{"", "carol", "example.org"},
                        std::chrono::sys_seconds(std::chrono::seconds(3)),
                        std::chrono::sys_seconds(std::chrono::seconds(5)),
                        ""}};
        return made;
    }
    rooms::Take mail(Room in, const std::string& message, const std::string& xml) const {
        rooms::Take made;
        made.known = known(message, "s-" + message, false);
        made.known->contact = in.local;
        made.room = std::move(in);
        made.said = {{0, Time(std::chrono::milliseconds(1)), {"s-" + message}, xml}};
        made.kept = 2;
        return made;
    }
    std::vector<std::string> history(RoomId id, std::size_t most = 100) {
        std::vector<std::string> xml;
        for (auto& each : wait<std::vector<rooms::Said>>([&](auto done) { rooms::history(store, id, most, done); }))
            xml.push_back(std::move(each.xml));
        return xml;
    }
    std::optional<Room> of_group(AccountId account, const std::string& group) {
        return wait<std::optional<Room>>(
            [&](auto done) { rooms::of_group(store, account, coi::Group::Kind::chatmail, group, done); });
    }
};

TEST_F(RoomsTest, is_made_with_the_first_mail_and_read_as_it_was_written) {
    const Room made = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    EXPECT_NE(made.id, RoomId{});
    EXPECT_EQ(of_group(alice, "Xk3"), made);
    EXPECT_EQ(of_group(alice, "xk3"), std::nullopt) << "ids are case-sensitive";
    EXPECT_EQ(wait<std::optional<Room>>([&](auto done) { rooms::by_local(store, "group.1", done); }), made);
    EXPECT_THAT(wait<std::vector<Room>>([&](auto done) { rooms::all(store, alice, done); }), ElementsAre(made));
}

TEST_F(RoomsTest, groups_of_two_accounts_are_two_rooms) {
    const AccountId other = make_account("anna@jabber.example");
    Room theirs = room("group.2", "Xk3");
    theirs.account = other;
    take(mail(room("group.1", "Xk3"), "m1", "<one/>"));
    take(mail(theirs, "m1", "<one/>"));
    EXPECT_EQ(of_group(alice, "Xk3")->local, "group.1");
    EXPECT_EQ(of_group(other, "Xk3")->local, "group.2");
}

TEST_F(RoomsTest, keeps_the_newest_in_their_order) {
    Room in = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    take(mail(in, "m2", "<two/>"));
    const auto third = take(mail(in, "m3", "<three/>"));
    EXPECT_EQ(third.said.front().number, 3);
    EXPECT_THAT(history(in.id), ElementsAre("<two/>", "<three/>"));
    EXPECT_THAT(history(in.id, 1), ElementsAre("<three/>"));
}

TEST_F(RoomsTest, a_mail_is_taken_once) {
    Room in = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    auto copy = mail(in, "m1", "<one/>");
    copy.cursor = Cursor{"INBOX", 7, 4};
    copy.room.name = "Boats";
    copy.is_changed = true;
    EXPECT_TRUE(take(copy).is_duplicate);
    EXPECT_THAT(history(in.id), ElementsAre("<one/>"));
    EXPECT_EQ(of_group(alice, "Xk3")->name, in.name);
    const auto reading = wait<mailbox_reading::State>([&](auto done) { mailbox_reading::load(store, alice, done); });
    EXPECT_THAT(reading.cursors, ElementsAre(Cursor{"INBOX", 7, 4}));
}

TEST_F(RoomsTest, a_mail_is_taken_once_under_each_of_its_names) {
    auto first = mail(room("group.1", "Xk3"), "m1", "<one/>");
    first.proven = {"hash@proven.invalid"};
    Room in = take(first).room;
    auto replayed = mail(in, "m2", "<one/>");
    replayed.proven = first.proven;
    EXPECT_TRUE(take(replayed).is_duplicate);
}

TEST_F(RoomsTest, changes_are_saved_with_the_mail_that_brings_them) {
    Room in = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    in.others.pop_back();
    auto changed = mail(in, "m2", "<two/>");
    changed.is_changed = true;
    changed.entry = entry("chat$1@example.org");
    changed.entry->contact = in.local;
    const auto taken = take(changed);
    EXPECT_NE(taken.entry->id, 0);
    EXPECT_EQ(of_group(alice, "Xk3")->others.size(), 1u);
    EXPECT_THAT(queued(), ElementsAre("chat$1@example.org"));
}

TEST_F(RoomsTest, go_with_their_account) {
    const Room in = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    Transactions(store).now([&](Database& db) { db.query("DELETE FROM account").run(); });
    EXPECT_EQ(of_group(alice, "Xk3"), std::nullopt);
    EXPECT_THAT(history(in.id), IsEmpty());
}

TEST_F(RoomsTest, what_is_not_sealed_by_us_is_not_used) {
    const Room in = take(mail(room("group.1", "Xk3"), "m1", "<one/>")).room;
    take(mail(room("group.2", "Yk3"), "m2", "<two/>"));
    Transactions(store).now([&](Database& db) {
        db.execute("UPDATE said SET xml = (SELECT xml FROM said WHERE number = 1 AND room <> 1) WHERE room = 1");
        db.execute("UPDATE room SET name_in_mail = 'Zk3' WHERE local = 'group.2'");
    });
    EXPECT_THAT(history(in.id), IsEmpty());
    EXPECT_EQ(of_group(alice, "Zk3"), std::nullopt) << "a room led to another group";
}

}  // namespace
}  // namespace gateway
