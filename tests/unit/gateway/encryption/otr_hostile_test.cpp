// What must not happen, whatever comes: OTR in a mail, texts lost by a failing store, floods.

#include "gateway/encryption/otr.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/otr_room.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const std::string tag_v23 = " \t  \t\t\t\t \t \t \t    \t\t  \t   \t\t  \t\t";
const std::string late = "<delay xmlns='urn:xmpp:delay' stamp='2026-06-01T10:00:00Z'/>";

struct OtrHostileTest : OtrRoom {
    OtrClient alice{otr_test_identity(1)};
};

TEST_F(OtrHostileTest, the_tag_of_those_who_know_otr_reaches_nobody) {
    writes(phone, "hello" + tag_v23);
    start(alice);
    writes(desk, "again" + tag_v23 + "!");
    writes("carol@jabber.example/x", "from somebody new" + tag_v23);
    alice.says("inside" + tag_v23);
    talk(alice);
    ASSERT_EQ(taken.size(), 4u);
    for (const auto& each : taken) EXPECT_THAT(each.text, Not(testing::HasSubstr("\t"))) << each.text;
}

TEST_F(OtrHostileTest, nothing_of_otr_reaches_the_outbox_undecrypted) {
    const std::string bodies[] = {"?OTR",
                                  "?OTR?",
                                  "?OTRv2?",
                                  "?OTR?v23? please",
                                  "<p>?OTRv23?\n</p>",
                                  "  ?OTRv3?",
                                  "?OTR:AAMDAAAA.",
                                  "?OTR:AAMD",
                                  "?OTR:AAIDAAAAAAEAAAABAAAAwA==.",
                                  "?OTR|00000100|00000000,1,3,abc,",
                                  "?OTR,1,3,abc,",
                                  "look: ?OTR:AAMDAAAA.",
                                  "?OTR Error: no",
                                  "?OTRx"};
    for (const bool with_session : {false, true}) {
        if (with_session) start(alice);
        for (const auto& body : bodies) {
            writes(phone, body);
            writes(phone, body, late);
            settle();
            EXPECT_THAT(taken, IsEmpty()) << body;
        }
    }
    alice.says("?OTRv2? within OTR");
    alice.says("<b>?OTR:AAMDAAAA.</b>");
    talk(alice);
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(OtrHostileTest, what_was_in_offline_storage_is_asked_for_again_and_starts_nothing) {
    start(alice);
    alice.says("long ago");
    const std::string body = alice.out.at(0);
    begin();
    sent.clear();
    writes(phone, "?OTRv23?", late);
    writes(phone, body, late);
    settle();
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_EQ(told("could not be read and was not sent. Please resend it"), 1u);
}

TEST_F(OtrHostileTest, copies_errors_and_groups_are_nobodys_session) {
    const std::string copy = "<sent xmlns='urn:xmpp:carbons:2'/>";
    writes(phone, "?OTRv23?", copy);
    auto error = message(phone, "?OTRv23?");
    error->addAttribute("type", "error");
    otr->take(*error);
    settle();
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(said, IsEmpty());
}

TEST_F(OtrHostileTest, a_flood_of_starts_is_answered_a_few_times_and_told_once) {
    for (int i = 0; i < 100; ++i) writes(phone, "?OTRv23?");
    settle();
    EXPECT_GE(sent.size(), 1u);
    EXPECT_LE(sent.size(), 3u);
    EXPECT_EQ(told("started too often"), 1u);
    sent.clear();
    for (int i = 0; i < 100; ++i) writes(phone, "?OTRv23?", "", "b" + std::to_string(i) + "\\40x.example@coi.example");
    settle();
    EXPECT_LE(sent.size(), 30u) << "nor by contacts without end";
    EXPECT_EQ(told("started too often"), 1u);
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(OtrHostileTest, errors_answer_errors_no_second_time) {
    start(alice);
    sent.clear();
    for (int i = 0; i < 20; ++i) writes(phone, "?OTR Error: I cannot read this");
    settle();
    EXPECT_EQ(sent.size(), 1u);
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(OtrHostileTest, many_conversations_end_the_one_silent_longest) {
    settings.conversations = 3;
    begin();
    std::vector<std::unique_ptr<OtrClient>> users;
    const auto contact = [](int i) { return "b" + std::to_string(i) + "\\40x.example@coi.jabber.example"; };
    for (int i = 0; i < 5; ++i) {
        users.push_back(std::make_unique<OtrClient>(otr_test_identity(1)));
        // As one client that has a conversation with each: here each has a resource.
        start(*users.back(), user + "/" + std::to_string(i), contact(i));
    }
    std::vector<bool> finished;
    for (const auto& each : users) finished.push_back(each->is_finished());
    EXPECT_THAT(finished, ElementsAre(true, true, false, false, false));
    users[4]->says("still here");
    talk(*users[4], user + "/4", contact(4));
    EXPECT_THAT(taken, ElementsAre(Taken{"still here", true}));
}

TEST_F(OtrHostileTest, waiting_mail_of_many_contacts_ends_no_session) {
    settings.conversations = 3;
    begin();
    start(alice);
    for (int i = 0; i < 6; ++i) {
        const Contact& contact = directory.change(id, {"", "b" + std::to_string(i), "x.example"},
                                                  [](Contact& each) { each.privacy.spoken = EndToEnd::otr; });
        for (int again = 0; again < 2; ++again)
            EXPECT_EQ(sends("held", "", contact.canonical).kind, Outgoing::Kind::held);
    }
    EXPECT_EQ(told("A message from"), 6u) << "one line each";
    EXPECT_EQ(reads(alice, "sealed"), "sealed");
}

TEST_F(OtrHostileTest, a_store_that_fails_loses_nothing) {
    start(alice);
    begin();
    sent.clear();
    Transactions(store).now([](Database& db) { db.execute("DROP TABLE otr_peer"); });
    writes(phone, "?OTRv23?");
    writes(phone, "a text behind it");
    EXPECT_EQ(sends("mail").kind, Outgoing::Kind::held);
    ASSERT_GE(sent.size(), 2u);
    for (const auto& stanza : sent) {
        const auto error = xmpp::error_of(*stanza);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->condition, "resource-constraint");
        EXPECT_EQ(xmpp::attribute(*stanza, "id"), "s1");
    }
    EXPECT_THAT(taken, IsEmpty());
}

}  // namespace
}  // namespace gateway
