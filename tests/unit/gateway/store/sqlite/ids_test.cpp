// The id map: duplicates, aliases, reused client ids, forgetting.

#include "gateway/store/sqlite/ids.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/store/test_store.h"

namespace gateway::ids {
namespace {

Known known_as(const std::string& message, const std::string& stanza) {
    Known known;
    known.account = AccountId{1};
    known.contact = "bob@example.org";
    known.message = {message};
    known.stanza = {stanza};
    known.from_jabber = true;
    known.jid = "alice@jabber.example/phone";
    known.lang = "de";
    known.wants_receipt = true;
    known.when = Time(std::chrono::seconds(100));
    return known;
}

class IdsTest : public testing::Test {
  protected:
    Database db{":memory:", test_seal()};
    const AccountId alice{1}, carol{2};
};

TEST_F(IdsTest, what_was_remembered_is_found_by_either_id) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    for (const auto& found : {by_message(db, alice, {"m1@example.org"}), by_message(db, {"m1@example.org"}),
                              by_stanza(db, alice, "bob@example.org", {"s1"})}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->message.value, "m1@example.org");
        EXPECT_EQ(found->stanza.value, "s1");
        EXPECT_EQ(found->contact, "bob@example.org");
        EXPECT_EQ(found->jid, "alice@jabber.example/phone");
        EXPECT_EQ(found->lang, "de");
        EXPECT_TRUE(found->from_jabber);
        EXPECT_TRUE(found->wants_receipt);
        EXPECT_EQ(found->when, Time(std::chrono::seconds(100)));
    }
    EXPECT_FALSE(by_message(db, carol, {"m1@example.org"}));
    EXPECT_FALSE(by_stanza(db, alice, "dan@example.org", {"s1"}));
}

TEST_F(IdsTest, whoever_repeats_an_id_hides_nobody_elses_message) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    Known bobs = known_as("b1@example.org", "s2");
    bobs.from_jabber = false;
    ASSERT_TRUE(remember(db, bobs));
    for (const char* repeated : {"m1@example.org", "b1@example.org"}) {
        Known thief = known_as(repeated, "s3");
        thief.from_jabber = false;
        thief.contact = "mallory@example.net";
        EXPECT_TRUE(remember(db, thief));
    }
    ASSERT_TRUE(own_message(db, alice, {"m1@example.org"}));
    EXPECT_EQ(own_message(db, alice, {"m1@example.org"})->stanza.value, "s1");
    EXPECT_FALSE(own_message(db, alice, {"b1@example.org"})) << "it came from mail";
    ASSERT_TRUE(contact_message(db, alice, "bob@example.org", {"b1@example.org"}));
    EXPECT_EQ(contact_message(db, alice, "bob@example.org", {"b1@example.org"})->stanza.value, "s2");
    EXPECT_FALSE(contact_message(db, alice, "bob@example.org", {"m1@example.org"})) << "alice wrote it";
    alias(db, alice, {"m1@example.org"}, {"rewritten@example.org"});
    EXPECT_TRUE(own_message(db, alice, {"rewritten@example.org"}));
}

TEST_F(IdsTest, the_same_message_is_known_and_changes_nothing) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    EXPECT_FALSE(remember(db, known_as("m1@example.org", "s2")));
    EXPECT_EQ(by_message(db, alice, {"m1@example.org"})->stanza.value, "s1");
}

TEST_F(IdsTest, other_direction_contact_or_account_is_another_message) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    auto other = known_as("m1@example.org", "s2");
    other.from_jabber = false;
    EXPECT_TRUE(remember(db, other));
    other.contact = "dan@example.org";
    EXPECT_TRUE(remember(db, other));
    other.account = carol;
    EXPECT_TRUE(remember(db, other));
}

TEST_F(IdsTest, a_rewritten_id_leads_to_its_message_and_is_a_duplicate) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    alias(db, alice, {"m1@example.org"}, {"rewritten@provider.example"});
    alias(db, alice, {"m1@example.org"}, {"rewritten@provider.example"});
    ASSERT_TRUE(by_message(db, alice, {"rewritten@provider.example"}));
    EXPECT_EQ(by_message(db, alice, {"rewritten@provider.example"})->message.value, "m1@example.org");
    EXPECT_EQ(by_message(db, {"rewritten@provider.example"})->message.value, "m1@example.org");
    EXPECT_FALSE(remember(db, known_as("rewritten@provider.example", "s2")));
}

TEST_F(IdsTest, of_a_reused_client_id_the_newest_message_is_meant) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "1")));
    ASSERT_TRUE(remember(db, known_as("m2@example.org", "1")));
    EXPECT_EQ(by_stanza(db, alice, "bob@example.org", {"1"})->message.value, "m2@example.org");
}

TEST_F(IdsTest, a_missing_client_id_finds_nothing) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "")));
    EXPECT_FALSE(by_stanza(db, alice, "bob@example.org", {""}));
}

TEST_F(IdsTest, forgotten_and_expired_ids_are_gone_with_their_aliases) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    alias(db, alice, {"m1@example.org"}, {"a1@example.org"});
    auto later = known_as("m2@example.org", "s2");
    later.when = Time(std::chrono::seconds(500));
    ASSERT_TRUE(remember(db, later));

    expire(db, Time(std::chrono::seconds(200)));
    EXPECT_FALSE(by_message(db, alice, {"m1@example.org"}));
    EXPECT_FALSE(by_message(db, alice, {"a1@example.org"}));
    EXPECT_TRUE(by_message(db, alice, {"m2@example.org"}));

    forget(db, alice, "bob@example.org", StanzaId{"s2"});
    EXPECT_TRUE(by_message(db, alice, {"m2@example.org"})) << "the other direction";
    auto theirs = known_as("m3@example.org", "s3");
    theirs.from_jabber = false;
    ASSERT_TRUE(remember(db, theirs));
    forget(db, alice, "bob@example.org", StanzaId{"s3"});
    EXPECT_FALSE(by_message(db, alice, {"m3@example.org"}));
}

TEST_F(IdsTest, one_clients_messages_under_an_id_are_counted_since_a_time) {
    for (int second : {100, 200, 300}) {
        auto known = known_as("m" + std::to_string(second) + "@example.org", "1");
        known.when = Time(std::chrono::seconds(second));
        remember(db, known);
    }
    const auto count = [&](const std::string& stanza, const std::string& jid, int since) {
        return count_from(db, alice, "bob@example.org", {stanza}, jid, Time(std::chrono::seconds(since)));
    };
    EXPECT_EQ(count("1", "alice@jabber.example/phone", 0), 3);
    EXPECT_EQ(count("1", "alice@jabber.example/phone", 200), 2);
    EXPECT_EQ(count("1", "alice@jabber.example/laptop", 0), 0);
    EXPECT_EQ(count("", "alice@jabber.example/phone", 0), 0);
}

TEST_F(IdsTest, who_was_active_is_told_with_the_latest_first) {
    auto known = known_as("m1@example.org", "1");
    remember(db, known);
    known.account = carol;
    known.when = Time(std::chrono::seconds(200));
    remember(db, known);
    EXPECT_EQ(active(db, Time(std::chrono::seconds(100)), 10), (std::vector{carol, alice}));
    EXPECT_EQ(active(db, Time(std::chrono::seconds(101)), 10), (std::vector{carol}));
    EXPECT_EQ(active(db, Time(), 1), (std::vector{carol}));
}

TEST_F(IdsTest, a_correction_leads_to_its_original_and_the_original_to_the_newest) {
    const Known original = known_as("m1@example.org", "s1");
    ASSERT_TRUE(remember(db, original));
    EXPECT_FALSE(newest_correction(db, original));
    for (const char* id : {"m2@example.org", "m3@example.org"}) {
        Known correction = known_as(id, id);
        correction.corrects = original.message;
        ASSERT_TRUE(remember(db, correction));
    }
    Known bobs = known_as("m1@example.org", "b1");  // a contact who repeats the id, and corrects it
    bobs.from_jabber = false;
    ASSERT_TRUE(remember(db, bobs));
    EXPECT_EQ(newest_correction(db, original)->message.value, "m3@example.org");
    EXPECT_FALSE(newest_correction(db, bobs));
    const auto last = by_message(db, alice, {"m3@example.org"});
    ASSERT_TRUE(last);
    EXPECT_EQ(original_of(db, *last)->stanza.value, "s1");
    EXPECT_EQ(original_of(db, original)->stanza.value, "s1");
}

TEST_F(IdsTest, whom_a_correction_corrects_is_under_its_mark) {
    ASSERT_TRUE(remember(db, known_as("m1@example.org", "s1")));
    Known correction = known_as("m2@example.org", "s2");
    correction.corrects = {"m1@example.org"};
    ASSERT_TRUE(remember(db, correction));
    db.execute("UPDATE known SET corrects = 'm0@example.org' WHERE message = 'm2@example.org'");
    db.execute("UPDATE known SET corrects = 'm2@example.org' WHERE message = 'm1@example.org'");
    EXPECT_FALSE(by_message(db, alice, {"m2@example.org"}));
    EXPECT_FALSE(by_message(db, alice, {"m1@example.org"}));
}

}  // namespace
}  // namespace gateway::ids
