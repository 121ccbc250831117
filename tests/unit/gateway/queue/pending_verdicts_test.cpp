// LMTP deliveries that wait for the Jabber server: each is told once, and what was refused leaves nothing.

#include "gateway/queue/pending_verdicts.h"

#include <gmock/gmock.h>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/faulty_disk.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = DeliveryResult::Kind;

Time at(int milli) { return Time(milliseconds(milli)); }

class PendingVerdictsTest : public testing::Test {
  protected:
    /// A stanza that waits in the queue for its verdict, with its row in the id map.
    queue::Entry put(const std::string& name) {
        queue::Entry entry;
        entry.direction = queue::Direction::jabber;
        entry.account = AccountId{1};
        entry.contact = "bob@mail.example";
        entry.name = name;
        entry.tentative = true;
        Transactions(store).now([&](Database& db) {
            entry.id = queue::put(db, entry);
            ids::Known known;
            known.account = entry.account;
            known.contact = entry.contact;
            known.message = {name + "@mail.example"};
            known.stanza = {name};
            ids::remember(db, known);
        });
        return entry;
    }
    PendingVerdicts::Done told(const std::string& who) {
        return [this, who](const DeliveryResult& result) {
            outcomes.push_back(who + " " + std::to_string(static_cast<int>(result.kind)) + " " + result.reason);
        };
    }
    static std::string line(const std::string& who, Kind kind, const std::string& reason = "") {
        return who + " " + std::to_string(static_cast<int>(kind)) + " " + reason;
    }
    /// What the store still has of it: "queue", "id".
    std::vector<std::string> kept(const queue::Entry& entry) {
        std::vector<std::string> kept;
        Transactions(store).now([&](Database& db) {
            if (queue::find(db, entry.id)) kept.emplace_back("queue");
            if (ids::by_stanza(db, entry.account, entry.contact, {entry.name})) kept.emplace_back("id");
        });
        return kept;
    }
    static coi::Error no_such_user() { return {coi::ErrorKind::refused, true, "item-not-found", 0, "5.1.1"}; }

    FaultyDisk disk;
    TestFolder folder;
    StoreLoop loop;
    Store store{"sqlite:" + folder.file("coigate.db"), test_seal(), loop.post()};
    PendingVerdicts verdicts{store};
    std::vector<std::string> outcomes;
};

TEST_F(PendingVerdictsTest, AllWhoWaitForAnEntryHearThatItWasTaken) {
    const auto entry = put("s1"), other = put("s2");
    verdicts.wait_for(entry.id, at(0), told("first"));
    verdicts.wait_for(entry.id, at(1), told("second"));
    verdicts.wait_for(other.id, at(1), told("other"));
    EXPECT_TRUE(verdicts.waits_for(entry.id));
    verdicts.taken(entry);
    EXPECT_THAT(outcomes, ElementsAre(line("first", Kind::taken), line("second", Kind::taken)));
    EXPECT_FALSE(verdicts.waits_for(entry.id));
    EXPECT_TRUE(verdicts.waits_for(other.id));
    verdicts.taken(entry);
    EXPECT_FALSE(verdicts.refused(entry, no_such_user()));
    EXPECT_THAT(outcomes, testing::SizeIs(2)) << "once";
}

TEST_F(PendingVerdictsTest, WhatWasRefusedIsGoneBeforeItsSenderHearsOfIt) {
    const auto entry = put("s1");
    std::vector<std::string> kept_then{"nothing heard"};
    verdicts.wait_for(entry.id, at(0), [&](const DeliveryResult&) { kept_then = kept(entry); });
    verdicts.wait_for(entry.id, at(0), told("sender"));
    EXPECT_TRUE(verdicts.refused(entry, no_such_user()));
    EXPECT_FALSE(verdicts.waits_for(entry.id));
    EXPECT_THAT(outcomes, IsEmpty()) << "not before the commit";
    loop.flush(store);
    EXPECT_THAT(outcomes, ElementsAre(line("sender", Kind::refused, "item-not-found")));
    EXPECT_THAT(kept_then, IsEmpty()) << "the same mail, sent again, is no duplicate";
}

TEST_F(PendingVerdictsTest, WhatTheServerCannotTakeNowIsBusyAndNotKeptEither) {
    const auto entry = put("s1");
    verdicts.wait_for(entry.id, at(0), told("sender"));
    EXPECT_TRUE(verdicts.refused(entry, {coi::ErrorKind::refused, false, "resource-constraint", 0, "4.2.0"}));
    loop.flush(store);
    EXPECT_THAT(outcomes, ElementsAre(line("sender", Kind::busy, "resource-constraint")));
    EXPECT_THAT(kept(entry), IsEmpty());
}

TEST_F(PendingVerdictsTest, ARefusalForWhichNobodyWaitsIsTheQueues) {
    const auto entry = put("s1");
    EXPECT_FALSE(verdicts.refused(entry, no_such_user()));
    loop.flush(store);
    EXPECT_THAT(kept(entry), ElementsAre("queue", "id"));
}

TEST_F(PendingVerdictsTest, ARefusalThatTheStoreCannotKeepIsBusyAndKeptLater) {
    const auto entry = put("s1");
    bool is_well = true;
    store.on_health([&](bool well, const std::string&) { is_well = well; });
    verdicts.wait_for(entry.id, at(0), told("sender"));
    disk.fail(FaultyDisk::Fault::full);
    EXPECT_TRUE(verdicts.refused(entry, no_such_user()));
    ASSERT_TRUE(loop.run_until([&] { return !outcomes.empty() && !is_well; }));
    EXPECT_THAT(outcomes, ElementsAre(line("sender", Kind::busy, "the store is not available")));
    disk.heal();
    ASSERT_TRUE(loop.run_until([&] { return is_well; }));
    loop.flush(store);
    EXPECT_THAT(kept(entry), IsEmpty());
}

TEST_F(PendingVerdictsTest, WhoHasWaitedLongEnoughHearsThatItIsOpen) {
    const auto old = put("s1"), young = put("s2");
    verdicts.wait_for(old.id, at(10), told("old"));
    verdicts.wait_for(young.id, at(11), told("young"));
    verdicts.give_up(at(9));
    EXPECT_THAT(outcomes, IsEmpty());
    verdicts.give_up(at(10));
    EXPECT_THAT(outcomes, ElementsAre(line("old", Kind::open, "the Jabber server has not answered yet")));
    EXPECT_FALSE(verdicts.refused(old, no_such_user())) << "a later verdict is the queue's";
    loop.flush(store);
    EXPECT_THAT(kept(old), ElementsAre("queue", "id"));
    verdicts.taken(young);
    EXPECT_EQ(outcomes.back(), line("young", Kind::taken));
}

TEST_F(PendingVerdictsTest, TheWaitForAnEntryCountsFromWhoCameFirst) {
    const auto entry = put("s1");
    verdicts.wait_for(entry.id, at(10), told("first"));
    verdicts.wait_for(entry.id, at(20), told("second"));
    verdicts.give_up(at(10));
    EXPECT_THAT(outcomes, testing::SizeIs(2));
}

TEST_F(PendingVerdictsTest, WhoIsToldMayWaitAgainOrEndAnothersWait) {
    const auto entry = put("s1"), other = put("s2");
    const auto again = [&](const DeliveryResult& result) {
        told("first")(result);
        verdicts.wait_for(entry.id, at(100), told("again"));
        verdicts.taken(other);
    };
    verdicts.wait_for(entry.id, at(0), again);
    verdicts.wait_for(other.id, at(50), told("other"));
    verdicts.taken(entry);
    EXPECT_THAT(outcomes, ElementsAre(line("first", Kind::taken), line("other", Kind::taken)));
    verdicts.wait_for(entry.id, at(0), again);
    verdicts.wait_for(other.id, at(0), told("other"));
    verdicts.give_up(at(100));
    EXPECT_THAT(outcomes, testing::SizeIs(5)) << "one more for each of the three";
    EXPECT_TRUE(verdicts.waits_for(entry.id));
}

}  // namespace
}  // namespace gateway
