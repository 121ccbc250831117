// Whose message a notice is: the contact's where it goes by OTR, and otherwise nobody's, so that it waits for nothing.

#include "gateway/service/notices.h"

#include "tests/unit/gateway/service/service_play.h"

namespace gateway {
namespace {

struct NoticesTest : ServicePlay {};

TEST_F(NoticesTest, WhatIsToldByOtrIsAMessageOfTheContact) {
    const Account account = *directory.find(link());
    const std::string bob = "bob\\40example.org@coi.jabber.example";
    notices.tell_in(account, bob, "waits");
    notices.tell_end_to_end(account, "bob@example.org", bob, "not sent");
    ASSERT_TRUE(loop.run_until([&] { return jabber.entries.size() == 2; }));
    EXPECT_EQ(jabber.entries[0].contact, "");
    EXPECT_EQ(jabber.entries[1].contact, "bob@example.org");
    EXPECT_EQ(jabber.entries[1].from, bob);
    EXPECT_NE(jabber.entries[1].payload.find("<body>⟦not sent⟧</body>"), std::string::npos);
}

TEST_F(NoticesTest, AnAutomaticAnswerIsToldWithoutEncryptionOnlyWhereTheUserHasNone) {
    const Account account = *directory.find(link());
    Contact bob;
    bob.address = {"", "bob", "example.org"};
    bob.canonical = "bob@example.org";
    coi::Message answer;
    answer.text = "I am on a secret journey";
    notices.away(account, bob, answer);
    bob.address = {"", "carol", "example.org"};
    bob.canonical = "carol@example.org";
    bob.privacy.spoken = EndToEnd::omemo;
    notices.away(account, bob, answer);
    ASSERT_TRUE(loop.run_until([&] { return jabber.entries.size() == 2; }));
    EXPECT_EQ(jabber.entries[0].contact, "");
    EXPECT_EQ(jabber.entries[1].contact, "carol@example.org") << "so it goes by OMEMO";
    EXPECT_NE(jabber.entries[1].payload.find("secret journey"), std::string::npos);
}

}  // namespace
}  // namespace gateway
