// The queue on disk: lines in order, payloads sealed, and queries that stay cheap however much waits.

#include "gateway/store/sqlite/queue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/gateway/store/test_store.h"

namespace gateway::queue {
namespace {

Entry entry_for(AccountId account, const std::string& contact, const std::string& name,
                Direction direction = Direction::mail) {
    Entry entry;
    entry.direction = direction;
    entry.account = account;
    entry.contact = contact;
    entry.name = name;
    entry.origin = "alice@jabber.example/phone";
    entry.origin_id = "stanza-" + name;
    entry.lang = "de";
    entry.from = "alice@jabber.example";
    entry.to = contact;
    entry.payload = std::string("bytes of ") + '\0' + name;
    entry.taken = Time(std::chrono::seconds(1000));
    entry.next = Time(std::chrono::seconds(2000));
    entry.expires = Time(std::chrono::seconds(3000));
    return entry;
}

std::vector<std::string> names(const std::vector<Entry>& entries) {
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
}

using Names = std::vector<std::string>;

class QueueTest : public testing::Test {
  protected:
    Database db{":memory:", test_seal()};
    const AccountId alice{1}, carol{2};
};

TEST_F(QueueTest, an_entry_comes_back_as_it_was_put) {
    auto entry = entry_for(alice, "bob@example.org", "chat$1@jabber.example", Direction::jabber);
    entry.attempts = 3;
    entry.delay_told = true;
    entry.tentative = true;
    entry.last_error = "451 4.3.0 later";
    entry.id = put(db, entry);

    const auto found = find(db, entry.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->direction, entry.direction);
    EXPECT_EQ(found->account, entry.account);
    EXPECT_EQ(found->contact, entry.contact);
    EXPECT_EQ(found->name, entry.name);
    EXPECT_EQ(found->origin, entry.origin);
    EXPECT_EQ(found->origin_id, entry.origin_id);
    EXPECT_EQ(found->lang, entry.lang);
    EXPECT_EQ(found->from, entry.from);
    EXPECT_EQ(found->to, entry.to);
    EXPECT_EQ(found->payload, entry.payload);
    EXPECT_EQ(found->taken, entry.taken);
    EXPECT_EQ(found->next, entry.next);
    EXPECT_EQ(found->expires, entry.expires);
    EXPECT_EQ(found->attempts, 3);
    EXPECT_TRUE(found->delay_told);
    EXPECT_TRUE(found->tentative);
    EXPECT_EQ(found->last_error, entry.last_error);
}

TEST_F(QueueTest, heads_are_the_oldest_of_each_line_held_ones_too) {
    put(db, entry_for(alice, "bob@example.org", "b1"));
    put(db, entry_for(alice, "bob@example.org", "b2"));
    put(db, entry_for(alice, "bob@example.org", "in", Direction::jabber));
    auto held = entry_for(alice, "dan@example.org", "d1");
    held.tentative = true;
    put(db, held);
    put(db, entry_for(carol, "bob@example.org", "c1"));
    EXPECT_EQ(names(heads(db, Direction::mail, 0, 10)), (Names{"b1", "d1", "c1"}));
    EXPECT_EQ(names(heads(db, Direction::jabber, 0, 10)), (Names{"in"}));
}

TEST_F(QueueTest, heads_are_paged_by_their_id) {
    for (int i = 0; i < 7; ++i) put(db, entry_for(alice, "c" + std::to_string(i), "n" + std::to_string(i)));
    Names seen;
    for (std::int64_t after = 0;;) {
        const auto page = heads(db, Direction::mail, after, 3);
        if (page.empty()) break;
        for (const auto& entry : page) seen.push_back(entry.name);
        after = page.back().id;
    }
    EXPECT_EQ(seen, (Names{"n0", "n1", "n2", "n3", "n4", "n5", "n6"}));
}

TEST_F(QueueTest, next_follows_one_line_in_order) {
    const auto first = put(db, entry_for(alice, "bob@example.org", "b1"));
    put(db, entry_for(carol, "bob@example.org", "other account"));
    put(db, entry_for(alice, "bob@example.org", "b2"));
    put(db, entry_for(alice, "bob@example.org", "other leg", Direction::jabber));
    put(db, entry_for(alice, "bob@example.org", "b3"));
    EXPECT_EQ(names(next(db, Direction::mail, alice, "bob@example.org", 0, 2)), (Names{"b1", "b2"}));
    EXPECT_EQ(names(next(db, Direction::mail, alice, "bob@example.org", first, 9)), (Names{"b2", "b3"}));
}

TEST_F(QueueTest, done_removes_the_entry_and_its_payload_and_its_id_is_never_used_again) {
    const auto first = put(db, entry_for(alice, "bob@example.org", "b1"));
    done(db, first);
    EXPECT_FALSE(find(db, first));
    auto payloads = db.query("SELECT count(*) FROM payload");
    ASSERT_TRUE(payloads.step());
    EXPECT_EQ(payloads.integer(0), 0);
    EXPECT_GT(put(db, entry_for(alice, "bob@example.org", "b2")), first);
}

TEST_F(QueueTest, a_room_is_for_one_account_and_has_place_again_when_entries_are_done) {
    Quota room(2);
    std::vector<std::int64_t> ids;
    const auto take = [&](AccountId account) {
        if (!room.take(account, [&] { return count(db, account); })) return false;
        ids.push_back(put(db, entry_for(account, "bob@example.org", "b")));
        return true;
    };
    EXPECT_TRUE(take(alice));
    EXPECT_TRUE(take(alice));
    EXPECT_FALSE(take(alice));
    EXPECT_TRUE(take(carol));
    done(db, ids[1]);
    EXPECT_TRUE(take(alice));
    EXPECT_FALSE(take(alice));
}

TEST_F(QueueTest, a_room_counts_what_waited_before) {
    put(db, entry_for(alice, "bob@example.org", "b1"));
    put(db, entry_for(alice, "carol@example.org", "c1", Direction::jabber));
    const auto counted = [this] { return count(db, alice); };
    EXPECT_FALSE(Quota(2).take(alice, counted));
    EXPECT_TRUE(Quota(3).take(alice, counted));
    EXPECT_FALSE(Quota(1).take(alice, counted));
}

TEST_F(QueueTest, retry_changes_the_schedule_and_nothing_else) {
    const auto id = put(db, entry_for(alice, "bob@example.org", "b1"));
    retry(db, id, Time(std::chrono::seconds(9000)), 4, "no connection", true);
    const auto entry = find(db, id);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->next, Time(std::chrono::seconds(9000)));
    EXPECT_EQ(entry->attempts, 4);
    EXPECT_EQ(entry->last_error, "no connection");
    EXPECT_TRUE(entry->delay_told);
    EXPECT_EQ(entry->payload, entry_for(alice, "bob@example.org", "b1").payload);

    retry_all_now(db, Time(std::chrono::seconds(5)));
    EXPECT_EQ(find(db, id)->next, Time(std::chrono::seconds(5)));
    EXPECT_EQ(find(db, id)->attempts, 4);
}

TEST_F(QueueTest, find_stanza_looks_at_one_leg) {
    put(db, entry_for(alice, "carol@example.org", "same", Direction::mail));
    put(db, entry_for(alice, "bob@example.org", "same", Direction::jabber));
    ASSERT_TRUE(find_stanza(db, "same"));
    EXPECT_EQ(find_stanza(db, "same")->contact, "bob@example.org");
}

TEST_F(QueueTest, list_shows_both_legs_without_payload) {
    put(db, entry_for(alice, "bob@example.org", "one"));
    put(db, entry_for(carol, "dan@example.org", "two", Direction::jabber));
    const auto all = list(db, 0, 10);
    EXPECT_EQ(names(all), (Names{"one", "two"}));
    EXPECT_TRUE(all[0].payload.empty());
    EXPECT_EQ(names(list(db, all[0].id, 10)), (Names{"two"}));
    EXPECT_EQ(count(db, Direction::mail), 1);
    EXPECT_EQ(count(db, Direction::jabber), 1);
}

TEST_F(QueueTest, forget_account_leaves_the_others) {
    put(db, entry_for(alice, "bob@example.org", "one"));
    put(db, entry_for(carol, "dan@example.org", "two"));
    forget_account(db, alice);
    EXPECT_EQ(names(list(db, 0, 10)), (Names{"two"}));
}

TEST(QueueOnDisk, payloads_are_sealed_and_gone_after_done) {
    const TestFolder folder;
    const auto path = folder.file("coigate.db");
    const std::string secret = "what bob must not read, forty-two";
    const auto on_disk = [&] {
        std::string bytes;
        for (const auto& suffix : {"", "-wal"}) {
            std::FILE* file = std::fopen((path + suffix).c_str(), "rb");
            if (file == nullptr) continue;
            char block[4096];
            for (std::size_t got; (got = std::fread(block, 1, sizeof block, file)) > 0;) bytes.append(block, got);
            std::fclose(file);
        }
        return bytes;
    };
    std::string sealed;
    {
        Database db(path, test_seal());
        auto entry = entry_for(AccountId{1}, "bob@example.org", "b1");
        entry.payload = secret;
        const auto id = put(db, entry);
        auto row = db.query("SELECT bytes FROM payload");
        ASSERT_TRUE(row.step());
        sealed = row.blob(0);
        row.run();
        EXPECT_EQ(on_disk().find(secret), std::string::npos);
        EXPECT_NE(on_disk().find(sealed), std::string::npos);
        done(db, id);
        db.checkpoint();
        EXPECT_EQ(on_disk().find(sealed), std::string::npos) << "the sealed payload outlives done";
    }
}

TEST(QueueOnDisk, a_payload_moved_to_another_row_does_not_open) {
    Database db(":memory:", test_seal());
    const auto one = put(db, entry_for(AccountId{1}, "bob@example.org", "one"));
    const auto two = put(db, entry_for(AccountId{1}, "bob@example.org", "two"));
    db.query("UPDATE payload SET bytes = (SELECT bytes FROM payload WHERE id = ?) WHERE id = ?")
        .bind(one)
        .bind(two)
        .run();
    EXPECT_EQ(find(db, one)->direction, Direction::mail);
    EXPECT_EQ(find(db, two)->direction, Direction::aside);
    EXPECT_EQ(find(db, two)->payload, "");
}

}  // namespace
}  // namespace gateway::queue
