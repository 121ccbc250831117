// Where mail to a person with several addresses goes, and which addresses lead to them.

#include "gateway/model/relays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::ElementsAre;

const coi::Address own{"", "alice", "jabber.example"};

Contact dora() {
    Contact contact;
    contact.address = {"Dora", "dora", "one.example"};
    contact.canonical = contact.address.canonical();
    contact.relays.all = {{{"", "dora", "two.example"}}, {{"", "dora", "one.example"}}};
    return contact;
}

TEST(Relays, MailGoesToAllAddressesTheFirstMetFirst) {
    Contact contact = dora();
    contact.relays.bound = true;
    EXPECT_THAT(relays::recipients(contact, own), ElementsAre("dora@one.example", "dora@two.example"));
}

TEST(Relays, MailGoesToTheContactAloneWhileNothingBindsTheKeyToThatAddress) {
    EXPECT_THAT(relays::recipients(dora(), own), ElementsAre("dora@one.example"));
}

TEST(Relays, MailDoesNotGoToAnAddressThatWasGivenUp) {
    Contact contact = dora();
    contact.relays.all.pop_back();
    contact.relays.bound = true;
    EXPECT_THAT(relays::recipients(contact, own), ElementsAre("dora@two.example"));
}

TEST(Relays, MailDoesNotComeBackToItsWriter) {
    Contact contact = dora();
    contact.relays.all.push_back({own});
    contact.relays.bound = true;
    EXPECT_THAT(relays::recipients(contact, own), ElementsAre("dora@one.example", "dora@two.example"));
    contact.relays.all = {{own}};
    EXPECT_THAT(relays::recipients(contact, own), ElementsAre("dora@one.example"));
}

TEST(Relays, OnlyAnAddressThatWasVouchedForLeadsToTheContact) {
    Contact contact = dora();
    contact.relays.bound = true;
    EXPECT_FALSE(relays::leads(contact, "dora@two.example", nullptr)) << "anybody can list a stranger's address";
    contact.relays.all.front().vouched = true;
    EXPECT_TRUE(relays::leads(contact, "dora@two.example", nullptr));
    EXPECT_FALSE(relays::leads(contact, "dora@one.example", nullptr)) << "their own";
    EXPECT_FALSE(relays::leads(contact, "dora@three.example", nullptr));
}

TEST(Relays, WhoeverHasAKeyOfTheirOwnStaysWhoTheyAre) {
    Contact contact = dora(), met;
    contact.relays.all.front().vouched = true;
    EXPECT_TRUE(relays::leads(contact, "dora@two.example", &met));
    met.privacy.has_key = true;
    EXPECT_FALSE(relays::leads(contact, "dora@two.example", &met));
}

}  // namespace
}  // namespace gateway
