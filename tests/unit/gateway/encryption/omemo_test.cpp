// OMEMO between the gateway and the devices of its user: how it begins, what it carries, when it holds back, how a lost
// session comes back.

#include "gateway/encryption/omemo.h"

#include "tests/support/omemo_room.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Trust = keys::OmemoDevice::Trust;

struct OmemoTest : OmemoRoom {
    OmemoClient alice, tablet;
    void SetUp() override {
        OmemoRoom::SetUp();
        listed = {&alice};
        meets(alice);
    }
};

TEST_F(OmemoTest, AFirstMessageComesToThePipelineWithItsMarkAndTheUserIsToldOnce) {
    writes(alice, "Grüße");
    EXPECT_THAT(taken, ElementsAre(Taken{"Grüße", EndToEnd::omemo}));
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
    EXPECT_EQ(told("OMEMO protects your conversation with bob@example.net up to this gateway"), 1u);
    writes(alice, "again");
    EXPECT_EQ(taken.size(), 2u);
    EXPECT_EQ(said.size(), 1u) << "one line, once";
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoTest, ItsBodyIsNeverTakenForTheText) {
    writes(alice, "the text");
    EXPECT_EQ(taken.at(0).text, "the text");
    EXPECT_EQ(xmpp::print(*outgoing[0]).find("I sent you"), std::string::npos);
    EXPECT_EQ(xmpp::print(*outgoing[0]).find("encrypted"), std::string::npos);
}

TEST_F(OmemoTest, WhatTellsHowToHandleTheTextGoesAlongAndNothingElse) {
    writes(alice, "a",
           "<request xmlns='urn:xmpp:receipts'/><replace xmlns='urn:xmpp:message-correct:0' id='s0'/>"
           "<subject>clear</subject><x xmlns='jabber:x:oob'><url>https://a.example/</url></x>");
    EXPECT_TRUE(xmpp::xep0184::requests(*outgoing.at(0)));
    EXPECT_TRUE(xmpp::xep0308::replaces(*outgoing[0]));
    EXPECT_EQ(xmpp::print(*outgoing[0]).find("clear"), std::string::npos);
    EXPECT_EQ(xmpp::print(*outgoing[0]).find("a.example"), std::string::npos);
}

TEST_F(OmemoTest, AnAnswerIsForAllDevicesOfTheUser) {
    listed = {&alice, &tablet};
    writes(alice, "hello");
    const auto out = sends("the answer", "<request xmlns='urn:xmpp:receipts'/><subject>clear</subject>");
    ASSERT_EQ(out.kind, Outgoing::Kind::encrypted_for_all);
    const xmpp::Tag& stanza = *out.stanzas.at(0);
    EXPECT_EQ(xmpp::attribute(stanza, "to"), user);
    EXPECT_EQ(xmpp::attribute(stanza, "from"), bob);
    EXPECT_EQ(xmpp::attribute(stanza, "id"), "m1");
    EXPECT_EQ(xmpp::xep0380::encryption(stanza), xmpp::xep0380::omemo);
    EXPECT_TRUE(xmpp::child(stanza, "store", xmpp::xep0334::ns));
    EXPECT_TRUE(xmpp::xep0184::requests(stanza));
    EXPECT_EQ(xmpp::print(stanza).find("the answer"), std::string::npos);
    EXPECT_EQ(xmpp::print(stanza).find("clear"), std::string::npos);
    EXPECT_EQ(alice.reads(stanza), "the answer");
    EXPECT_EQ(tablet.reads(stanza), "the answer");
    EXPECT_EQ(told("Another program of yours reads along"), 1u);
    sends("and more");
    EXPECT_EQ(told("Another program of yours reads along"), 1u) << "told once";
}

TEST_F(OmemoTest, TheDevicesWithASessionReadWhenTheServerDoesNotTellTheList) {
    writes(alice, "hello");
    server_answers = false;
    std::optional<Outgoing> out;
    auto stanza = xmpp::parse_stanza("<message type='chat' id='m1' from='" + bob + "' to='" + user +
                                     "'><body>hi</body></message>");
    omemo->send(entry(), *stanza, [&](Outgoing outgoing) { out = std::move(outgoing); });
    settle();
    EXPECT_FALSE(out);
    timer.pass();
    settle();
    ASSERT_TRUE(out);
    ASSERT_EQ(out->kind, Outgoing::Kind::encrypted_for_all);
    EXPECT_EQ(alice.reads(*out->stanzas.at(0)), "hi");
}

TEST_F(OmemoTest, WithoutADeviceAMessageWaitsAndTheUserIsTold) {
    writes(alice, "hello");
    listed = {};
    announces();
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::held);
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::held);
    EXPECT_EQ(told("A message from bob@example.net waits"), 1u);
    listed = {&alice};
    jabber.unblocked.clear();
    announces();
    EXPECT_THAT(jabber.unblocked, ElementsAre(bobs));
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::encrypted_for_all);
}

TEST_F(OmemoTest, WhatWaitsIsTriedAgainWhenAClientComes) {
    writes(alice, "hello");
    listed = {};
    announces();
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::held);
    listed = {&alice};
    jabber.unblocked.clear();
    omemo->available(phone);
    EXPECT_THAT(jabber.unblocked, ElementsAre(bobs));
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::encrypted_for_all);
    jabber.unblocked.clear();
    omemo->available(phone);
    EXPECT_THAT(jabber.unblocked, IsEmpty());
}

TEST_F(OmemoTest, ADeviceWithForgedKeysGetsNothingAndIsNotAskedForEachMessage) {
    writes(alice, "hello");
    listed = {&alice, &tablet};
    announces();
    forged = tablet.keys.device();
    const auto out = sends("for alice");
    EXPECT_EQ(alice.reads(*out.stanzas.at(0)), "for alice");
    asked.clear();
    sends("and more");
    EXPECT_THAT(asked, IsEmpty());
    forged = 0;
    announces();
    EXPECT_EQ(tablet.reads(*sends("for both").stanzas.at(0)), "for both");
}

TEST_F(OmemoTest, OffLetsMessagesComeInTheClear) {
    writes(alice, "hello");
    EXPECT_TRUE(omemo->concerns(entry()));
    omemo->off(*directory.find(id), bobs);
    EXPECT_FALSE(omemo->concerns(entry()));
    EXPECT_EQ(privacy().spoken, EndToEnd::none);
    EXPECT_THAT(jabber.unblocked, testing::Contains(bobs));
}

TEST_F(OmemoTest, AClearMessageSwitchesNothingOffAndIsToldOnce) {
    writes(alice, "hello");
    const auto clear =
        xmpp::parse_stanza("<message type='chat' from='" + phone + "' to='" + bob + "'><body>clear</body></message>");
    EXPECT_FALSE(omemo->take(*clear));
    EXPECT_FALSE(omemo->take(*clear));
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
    EXPECT_EQ(told("reached this gateway without OMEMO"), 1u);
}

TEST_F(OmemoTest, AfterARestartTheSessionStands) {
    writes(alice, "hello");
    begin();
    writes(alice, "and again");
    EXPECT_EQ(taken.back(), (Taken{"and again", EndToEnd::omemo}));
    const auto out = sends("answer");
    EXPECT_EQ(alice.reads(*out.stanzas.at(0)), "answer");
}

TEST_F(OmemoTest, WhatWasNotCommittedIsReadAgainAfterAKill) {
    writes(alice, "hello");
    pipeline_commits = false;
    const auto encrypted = alice.writes("never committed");
    omemo->take(*message(encrypted));
    settle();
    pipeline_commits = true;
    begin();
    omemo->take(*message(encrypted));
    settle();
    EXPECT_EQ(taken.size(), 3u);
    EXPECT_EQ(taken.back(), (Taken{"never committed", EndToEnd::omemo}));
}

TEST_F(OmemoTest, ARepetitionFromAnArchiveIsDroppedInSilence) {
    const auto encrypted = alice.writes("hello");
    omemo->take(*message(encrypted));
    settle();
    omemo->take(*message(encrypted, "<delay xmlns='urn:xmpp:delay' stamp='2026-11-01T00:00:00Z'/>"));
    settle();
    EXPECT_EQ(taken.size(), 1u);
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoTest, MessagesOutOfOrderAreRead) {
    writes(alice, "one");
    const auto second = alice.writes("two"), third = alice.writes("three");
    omemo->take(*message(third));
    omemo->take(*message(second));
    settle();
    EXPECT_THAT(taken, ElementsAre(Taken{"one", EndToEnd::omemo}, Taken{"three", EndToEnd::omemo},
                                   Taken{"two", EndToEnd::omemo}));
}

TEST_F(OmemoTest, MessagesDoNotOvertakeEachOtherWhileTheFirstOneWaitsForTheStore) {
    std::vector<xmpp::xep0384::Encrypted> all;
    for (int i = 0; i < 5; ++i) all.push_back(alice.writes(std::to_string(i)));
    for (const auto& each : all) {
        omemo->take(*message(each));
        loop.drain();
    }
    settle();
    ASSERT_EQ(taken.size(), 5u);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)].text, std::to_string(i));
}

TEST_F(OmemoTest, AMessageThatIsNotForTheGatewayIsRefusedWithWhatToDo) {
    auto encrypted = alice.writes("for somebody else");
    encrypted.keys[0].rid += 1;
    omemo->take(*message(encrypted));
    settle();
    EXPECT_THAT(error().value_or(""), HasSubstr("did not encrypt it for the key of bob@example.net"));
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(OmemoTest, WhatCannotBeReadIsToldAndTheSessionIsRenewedOnce) {
    writes(alice, "hello");
    auto encrypted = alice.writes("broken");
    encrypted.keys[0].data[encrypted.keys[0].data.size() / 2] ^= 1;
    omemo->take(*message(encrypted));
    settle();
    EXPECT_THAT(error().value_or(""), HasSubstr("could not be read here"));
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(xmpp::attribute(*sent[1], "to"), phone);
    EXPECT_FALSE(xmpp::body_of(*sent[1])) << "an empty message of a new session";
    EXPECT_EQ(alice.reads(*sent[1]), "");
    writes(alice, "read again");
    EXPECT_EQ(taken.back().text, "read again");
    sent.clear();
    omemo->take(*message(encrypted));
    settle();
    EXPECT_EQ(sent.size(), 1u) << "the error; no second renewal";
}

TEST_F(OmemoTest, WhatADeviceCouldNotReadIsSentAgainInItsNewSession) {
    writes(alice, "hello");
    sends("lost");
    alice.session = {};  // the program was installed anew, and does not read it
    writes(alice, "who are you");
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(xmpp::attribute(*sent.back(), "to"), phone);
    EXPECT_EQ(xmpp::attribute(*sent.back(), "id"), "m1") << "under its own id";
    EXPECT_EQ(alice.reads(*sent.back()), "lost");
    sent.clear();
    writes(alice, "thanks");
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoTest, WhatTheDeviceHasAnsweredIsNotSentAgain) {
    writes(alice, "hello");
    alice.reads(*sends("read").stanzas.at(0));
    writes(alice, "an answer");
    alice.session = {};
    writes(alice, "a new session");
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoTest, ADeviceThatTheUserDistrustsNeitherWritesNorReads) {
    listed = {&alice, &tablet};
    writes(alice, "hello");
    meets(tablet);
    writes(tablet, "hello from the tablet");
    EXPECT_TRUE(omemo->set_trust(id, tablet.keys.device(), Trust::revoked));
    writes(tablet, "not me");
    EXPECT_EQ(taken.size(), 2u);
    EXPECT_THAT(error().value_or(""), HasSubstr("which you do not trust"));
    const auto out = sends("for alice");
    EXPECT_EQ(alice.reads(*out.stanzas.at(0)), "for alice");
    EXPECT_FALSE(tablet.reads(*out.stanzas[0]));
}

TEST_F(OmemoTest, OnceADeviceIsVerifiedAnotherOneWaitsForTheUsersWord) {
    writes(alice, "hello");
    EXPECT_TRUE(omemo->set_trust(id, alice.keys.device(), Trust::verified));
    listed = {&alice, &tablet};
    announces();
    auto out = sends("for alice");
    EXPECT_FALSE(tablet.reads(*out.stanzas.at(0)));
    EXPECT_EQ(told("this one gets nothing until"), 1u);
    EXPECT_TRUE(omemo->set_trust(id, tablet.keys.device(), Trust::verified));
    out = sends("for both");
    EXPECT_EQ(tablet.reads(*out.stanzas.at(0)), "for both");
}

TEST_F(OmemoTest, AnotherKeyOfADeviceIsToldAndUsedUnlessTheFormerWasVerified) {
    writes(alice, "hello");
    OmemoClient other;
    other.knows(other.keys);
    meets(other);
    auto forged = other.writes("with another key");
    forged.sid = alice.keys.device();
    omemo->take(*message(forged));
    settle();
    EXPECT_EQ(told("The key of a program of yours has changed"), 1u);
    EXPECT_EQ(taken.size(), 2u);
    omemo->set_trust(id, alice.keys.device(), Trust::verified);
    OmemoClient third;
    meets(third);
    forged = third.writes("with a third key");
    forged.sid = alice.keys.device();
    omemo->take(*message(forged));
    settle();
    EXPECT_EQ(taken.size(), 2u) << "the verified key counts";
    EXPECT_EQ(told("A key of yours is new"), 1u);
}

TEST_F(OmemoTest, CopiesForOtherDevicesAreIgnored) {
    EXPECT_FALSE(omemo->take(*xmpp::parse_stanza(
        "<message type='chat' from='" + phone + "' to='" + bob +
        "'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message><encrypted "
        "xmlns='eu.siacs.conversations.axolotl'/></message></forwarded></sent></message>")));
}

TEST_F(OmemoTest, ABrokenElementIsRefused) {
    omemo->take(*xmpp::parse_stanza("<message type='chat' id='s1' from='" + phone + "' to='" + bob +
                                    "'><body>x</body><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>"));
    settle();
    EXPECT_TRUE(error());
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(OmemoTest, SessionsAreStartedAtALimitedPace) {
    for (int i = 0; i < 40; ++i) {
        OmemoClient stranger;
        meets(stranger);
        omemo->take(*message(stranger.writes("x")));
    }
    settle();
    EXPECT_EQ(taken.size(), 30u);
    EXPECT_EQ(sent.size(), 10u);
}

TEST_F(OmemoTest, WhoStartsOmemoEndsOtr) {
    directory.change(id, {"", "bob", "example.net"}, [](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });
    writes(alice, "hello");
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
    EXPECT_THAT(jabber.unblocked, ElementsAre(bobs));
    EXPECT_THAT(unblocked_while, ElementsAre(EndToEnd::omemo)) << "what waited for OTR is not sent in between";
}

TEST_F(OmemoTest, WhatHasNoTextOrIsOtrsGoesAsItIs) {
    writes(alice, "hello");
    std::optional<Outgoing> out;
    const auto done = [&](Outgoing outgoing) { out = std::move(outgoing); };
    omemo->send(entry(),
                *xmpp::parse_stanza("<message type='chat'><reactions xmlns='urn:xmpp:reactions:0'/></message>"), done);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->kind, Outgoing::Kind::as_is);
    EXPECT_EQ(sends("?OTR:AAMD.", "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>").kind,
              Outgoing::Kind::as_is);
}

}  // namespace
}  // namespace gateway
