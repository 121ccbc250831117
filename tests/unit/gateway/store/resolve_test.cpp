// Which earlier message a reference names: only in its conversation, only by whom it may be, and the first of a chain.

#include "gateway/store/resolve.h"

#include <gtest/gtest.h>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway::ids {
namespace {

struct StoreResolveTest : testing::Test, Operations {
    using Found = std::optional<Reference>;
    Found mail(const std::string& message, RefersTo allowed, const std::string& contact = "bob@example.org") {
        return wait<std::vector<Found>>([&](auto done) { resolve(store, alice, contact, {{message}}, allowed, done); })
            .at(0);
    }
    Found stanza(const std::string& id, RefersTo allowed) {
        return wait<Found>([&](auto done) { resolve(store, alice, bob, StanzaId{id}, allowed, done); });
    }
};

TEST_F(StoreResolveTest, only_messages_that_the_event_may_be_about) {
    remember(known("hers", "s1", true));
    remember(known("his", "s2", false));
    EXPECT_EQ(mail("hers", RefersTo::own), std::nullopt) << "a mail of his does not correct what she wrote";
    EXPECT_EQ(mail("his", RefersTo::own).value().stanza, StanzaId{"s2"});
    EXPECT_EQ(mail("hers", RefersTo::any).value().stanza, StanzaId{"s1"});
    EXPECT_EQ(mail("his", RefersTo::nothing), std::nullopt);
    EXPECT_EQ(stanza("s2", RefersTo::own), std::nullopt);
    EXPECT_EQ(stanza("s1", RefersTo::own).value().message, coi::MessageId{"hers"});
    EXPECT_EQ(stanza("s2", RefersTo::others).value().message, coi::MessageId{"his"});
}

TEST_F(StoreResolveTest, only_messages_of_the_conversation) {
    remember(known("hers", "s1", true));
    EXPECT_EQ(mail("hers", RefersTo::any, "carol@example.org"), std::nullopt);
}

TEST_F(StoreResolveTest, a_chain_of_corrections_names_the_first_message_and_the_last_correction) {
    remember(known("m1", "s1", true));
    for (const char* id : {"m2", "m3"}) {
        auto correction = known(id, std::string("s") + id[1], true);
        correction.corrects = {"m1"};
        remember(correction);
    }
    const auto found = stanza("s3", RefersTo::own).value();
    EXPECT_EQ(found.message, coi::MessageId{"m1"});
    EXPECT_EQ(found.latest, coi::MessageId{"m3"});
    EXPECT_TRUE(found.by_user);
}

TEST_F(StoreResolveTest, a_retraction_is_one_of_its_authors_message_only) {
    remember(known("m1", "hers", true));
    remember(known("m1", "his", false));  // a contact who repeats the id
    auto correction = known("m2", "s2", false);
    correction.corrects = {"m1"};
    remember(correction);
    Transactions(store).now([&](Database& db) { retract(db, known("m1", "", false), Time{}); });
    EXPECT_TRUE(mail("m1", RefersTo::own).value().is_retracted);
    EXPECT_TRUE(mail("m2", RefersTo::own).value().is_retracted) << "with its corrections";
    EXPECT_FALSE(stanza("hers", RefersTo::own).value().is_retracted);
}

TEST_F(StoreResolveTest, each_of_several_messages_is_found_in_its_place) {
    remember(known("m1", "s1", false));
    remember(known("m3", "s3", false));
    const auto found = wait<std::vector<Found>>(
        [&](auto done) { resolve(store, alice, "bob@example.org", {{"m3"}, {"m2"}, {"m1"}}, RefersTo::own, done); });
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].value().stanza, StanzaId{"s3"});
    EXPECT_EQ(found[1], std::nullopt);
    EXPECT_EQ(found[2].value().stanza, StanzaId{"s1"});
}

}  // namespace
}  // namespace gateway::ids
