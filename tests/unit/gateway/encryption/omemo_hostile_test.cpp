// OMEMO against those who mean harm: servers that invent devices, keys and answers, users who flood, writers of mail
// who want a text to pass in the clear. And what other programs were reported to send.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/encryption/omemo_talk.h"
#include "tests/support/omemo_room.h"
#include "xmpp/omemo/library.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Trust = keys::OmemoDevice::Trust;
using News = OmemoDevices::News;

struct OmemoHostile : OmemoRoom {
    OmemoClient alice;
    void SetUp() override {
        OmemoRoom::SetUp();
        listed = {&alice};
        meets(alice);
        writes(alice, "hello");
        sent.clear();
    }
    void takes(const xmpp::xep0384::Encrypted& encrypted) {
        omemo->take(*message(encrypted));
        settle();
    }
    static xmpp::xep0384::Encrypted broken(xmpp::xep0384::Encrypted encrypted) {
        encrypted.keys[0].data[encrypted.keys[0].data.size() / 2] ^= 1;
        return encrypted;
    }
};

// --- what is stored

TEST_F(OmemoHostile, AMessageThatIsCommittedLateDoesNotBringBackAnEarlierStateOfTheSession) {
    pipeline_commits = false;
    writes(alice, "its mail is encrypted for a while");
    EXPECT_EQ(alice.reads(*sends("meanwhile").stanzas.at(0)), "meanwhile");
    ASSERT_THAT(uncommitted, SizeIs(1));
    keys::save(store, uncommitted[0], [](const Store::Failure&) {});
    settle();
    begin();
    EXPECT_EQ(alice.reads(*sends("after a restart").stanzas.at(0)), "after a restart");
}

TEST_F(OmemoHostile, AConversationIsNotForgottenWhileItsChangeIsNotCommitted) {
    OmemoTalk talk({id, bobs}, workers);
    EXPECT_TRUE(talk.is_idle());
    {
        keys::OmemoChange change;
        talk.number(change);
        EXPECT_FALSE(talk.is_idle());
    }
    EXPECT_TRUE(talk.is_idle());
}

TEST_F(OmemoHostile, AConversationIsNotForgottenWhileAMessageWaitsForTheUsersServer) {
    omemo = std::make_unique<Omemo>(
        Omemo::Modules{directory, store, workers, relay_accounts, openpgp, *otr, receiver, jabber, stream, notices,
                       timer.timer(), [] { return Time(std::chrono::seconds(1'700'000'000)); }},
        Omemo::Settings{"coi.jabber.example", 1});
    server_answers = false;
    std::optional<Outgoing> first;
    omemo->send(entry(),
                *xmpp::parse_stanza("<message type='chat' id='m1' from='" + bob + "' to='" + user +
                                    "'><body>first</body></message>"),
                [&](Outgoing out) { first = std::move(out); });
    settle();
    OmemoClient with_carol = alice;
    with_carol.session = {};
    const auto to_carol = message(with_carol.writes("hello Carol"));
    to_carol->addAttribute("to", "carol\\40example.net@coi.jabber.example");
    omemo->take(*to_carol);
    settle();
    writes(alice, "to Bob");
    EXPECT_FALSE(first);
    timer.pass();
    settle();
    server_answers = true;
    EXPECT_EQ(alice.reads(*first.value().stanzas.at(0)), "first");
    EXPECT_EQ(alice.reads(*sends("second").stanzas.at(0)), "second") << "by a key that was not used yet";
}

TEST_F(OmemoHostile, OfManyInventedDevicesOnlyTheKnownOnesStayInMemory) {
    OmemoTalk::Sessions sessions;
    for (OmemoTalk::DeviceId device = 1; device <= 100; ++device) sessions[device].identity_key = "a";
    drop_others(sessions, {1, 2, 3});
    EXPECT_THAT(sessions, SizeIs(100)) << "so many are kept";
    sessions[101].identity_key = "a";
    drop_others(sessions, {1, 2, 3}, 101);
    EXPECT_THAT(sessions, SizeIs(4));
    EXPECT_TRUE(sessions.contains(101)) << "the one that has just written";
}

// --- trust

TEST_F(OmemoHostile, AForgedKeyOfTheVerifiedDeviceDoesNotOpenTheDoorForTheNextDevice) {
    EXPECT_TRUE(omemo->set_trust(id, alice.keys.device(), Trust::verified));
    OmemoClient forger, next;
    meets(forger);
    meets(next);
    auto forged = forger.writes("under the number of the verified one");
    forged.sid = alice.keys.device();
    takes(forged);
    takes(next.writes("from a new device"));
    EXPECT_THAT(taken, SizeIs(1)) << "neither";
    listed = {&alice, &next};
    announces();
    EXPECT_EQ(sends("for nobody, before the user says something").kind, Outgoing::Kind::held);
}

struct OmemoHostileDevices : OmemoRoom {
    std::shared_ptr<OmemoDevices> devices =
        std::make_shared<OmemoDevices>(directory, store, stream, timer.timer(), "coi.jabber.example");
    void load() {
        devices->load(id, [](bool loaded) { EXPECT_TRUE(loaded); });
        loop.flush(store);
    }
    /// What the gateway has asked for last, answered with these items.
    xmpp::Stanza answer(const std::string& items, const std::string& from = user) {
        const std::string id = xmpp::attribute(*stream.sent.back(), "id");
        return xmpp::parse_stanza("<iq type='result' id='" + id + "' from='" + from + "' to='" + bob +
                                  "'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items "
                                  "node='eu.siacs.conversations.axolotl.devicelist'>" +
                                  items + "</items></pubsub></iq>");
    }
    static std::string item(const std::string& item_id, const std::string& devices) {
        return "<item id='" + item_id + "'><list xmlns='eu.siacs.conversations.axolotl'>" + devices + "</list></item>";
    }
    std::optional<std::optional<OmemoDevices::List>> told;
    void ask() {
        devices->list({user, bob}, [this](std::optional<OmemoDevices::List> list) { told = std::move(list); });
    }
};

TEST_F(OmemoHostileDevices, AFloodOfDevicesDoesNotMakeTheGatewayForgetTheUsersWord) {
    load();
    for (OmemoDevices::DeviceId device : {1, 2}) devices->note(id, device, "key");
    EXPECT_TRUE(devices->set_trust(id, 1, Trust::verified));
    EXPECT_TRUE(devices->set_trust(id, 2, Trust::revoked));
    devices->take_event(*xmpp::xep0384::event(user, bob, {7}));  // it lists neither
    for (OmemoDevices::DeviceId device = 10; device < 400; ++device) devices->note(id, device, "key");
    EXPECT_LE(devices->of(id).size(), 100u);
    ASSERT_TRUE(devices->find(id, 1) && devices->find(id, 2) && devices->find(id, 399));
    EXPECT_EQ(devices->find(id, 1)->trust, Trust::verified);
    EXPECT_EQ(devices->find(id, 2)->trust, Trust::revoked);
    EXPECT_EQ(devices->find(id, 399)->trust, Trust::undecided);
}

TEST_F(OmemoHostileDevices, AnotherKeyOfADistrustedDeviceIsNotTrustedEither) {
    load();
    devices->note(id, 1, "key");
    EXPECT_TRUE(devices->set_trust(id, 1, Trust::revoked));
    EXPECT_EQ(devices->note(id, 1, "other key"), News::key);
    EXPECT_EQ(devices->find(id, 1)->trust, Trust::revoked);
}

TEST_F(OmemoHostileDevices, WithAHundredVerifiedOnesThereIsNoRoomForAnother) {
    load();
    for (OmemoDevices::DeviceId device = 1; device <= 100; ++device) {
        devices->note(id, device, "key");
        devices->set_trust(id, device, Trust::verified);
    }
    EXPECT_EQ(devices->note(id, 101, "key"), News::none);
    EXPECT_FALSE(devices->find(id, 101)) << "so it is not trusted";
    EXPECT_EQ(devices->of(id).size(), 100u);
}

TEST_F(OmemoHostileDevices, WhatIsNotLoadedIsNotTakenForAUserWithoutDevices) {
    EXPECT_EQ(devices->note(id, 1, "key"), News::none);
    EXPECT_FALSE(devices->find(id, 1));
    EXPECT_FALSE(devices->set_trust(id, 1, Trust::verified));
}

TEST_F(OmemoHostileDevices, OnlyTheUsersServerAnswers) {
    ask();
    const std::string list = item("current", "<device id='666'/>");
    for (const std::string from : {"mallory@jabber.example", "alice@jabber.example/phone", "jabber.example", ""})
        devices->take_answer(*answer(list, from));
    EXPECT_FALSE(told);
    devices->take_answer(*answer(item("current", "<device id='17'/>")));
    EXPECT_THAT(told.value().value(), ElementsAre(17));
    for (const std::string from : {"mallory@jabber.example", "alice@jabber.example/phone"})
        devices->take_event(*xmpp::xep0384::event(from, bob, {666}));
    ask();
    EXPECT_THAT(told.value().value(), ElementsAre(17));
}

// github.com/profanity-im/profanity/issues/1329 and pull/1385: several items, or one with another id.
TEST_F(OmemoHostileDevices, OfSeveralItemsTheCurrentOneCounts) {
    ask();
    devices->take_answer(*answer(item("5F2A", "<device id='1'/>") + item("current", "<device id='2'/>") +
                                 item("0B11", "<device id='3'/>")));
    EXPECT_THAT(told.value().value(), ElementsAre(2));
    devices->offline();
    ask();
    devices->take_answer(*answer(item("5F2A", "<device id='1'/>")));
    EXPECT_THAT(told.value().value(), ElementsAre(1));
}

// github.com/omemo/gajim-omemo/issues/70: a device stands in the list many times; and numbers that are none.
TEST_F(OmemoHostileDevices, ADeviceCountsOnceAndWhatIsNoNumberIsNone) {
    ask();
    devices->take_answer(
        *answer(item("current",
                     "<device id='321776365'/><device id='321776365'/><device id='0'/><device id='-1'/>"
                     "<device id='2147483648'/><device/><device id='17 '/><device id='2147483647'/>")));
    EXPECT_THAT(told.value().value(), ElementsAre(321776365, 2147483647));
}

// --- texts in the clear

TEST_F(OmemoHostile, ATextThatLooksLikeOtrIsEncryptedLikeAnyOther) {
    for (const std::string text :
         {"?OTR:AAMD. and what was said yesterday: the code is 4711", "?OTRv3?", "?OTR Error: x"}) {
        const auto out = sends(text);
        ASSERT_EQ(out.kind, Outgoing::Kind::encrypted_for_all) << text;
        EXPECT_EQ(alice.reads(*out.stanzas.at(0)), text);
    }
}

TEST_F(OmemoHostile, ATextThatIsTooLongForOmemoIsCut) {
    std::string text;
    while (text.size() < 300'000) text += "ß";
    const auto out = sends(text);
    ASSERT_EQ(out.kind, Outgoing::Kind::encrypted_for_all);
    const auto read = alice.reads(*out.stanzas.at(0)).value_or("");
    EXPECT_LE(read.size(), xmpp::omemo::max_text);
    EXPECT_GT(read.size(), 190'000u);
    EXPECT_TRUE(read.ends_with("ß\n⟦The message was too long and is cut here.⟧")) << read.substr(read.size() - 60);
}

TEST_F(OmemoHostile, TheStartOfOtrIsNotToldAsAMessageInTheClear) {
    EXPECT_FALSE(omemo->take(*xmpp::parse_stanza("<message type='chat' from='" + phone + "' to='" + bob +
                                                 "'><body>?OTRv23?</body></message>")));
    EXPECT_EQ(told("reached this gateway without OMEMO"), 0u);
}

TEST_F(OmemoHostile, WhatWasWrittenForAKeyIsNotSentAgainToAnotherKey) {
    sends("for alice's key");
    OmemoClient forger;
    meets(forger);
    auto forged = forger.writes("I am alice's device");
    forged.sid = alice.keys.device();
    takes(forged);
    for (const auto& stanza : sent) EXPECT_NE(xmpp::attribute(*stanza, "id"), "m1");
}

// --- costs

TEST_F(OmemoHostile, WhoSendsManyForgedMessagesIsNotTriedForEachOne) {
    const auto good = alice.writes("good"), later = alice.writes("later");
    const auto forged = broken(alice.writes("forged"));
    for (int i = 0; i < 25; ++i) takes(forged);
    sent.clear();
    takes(good);
    EXPECT_THAT(taken, SizeIs(1)) << "not tried";
    EXPECT_THAT(error().value_or(""), HasSubstr("Please try again later"));
    omemo->tick();
    takes(later);
    EXPECT_EQ(taken.back().text, "later");
}

TEST_F(OmemoHostile, ForgedMessagesToManyContactsCountTogetherAndForTheirAccountOnly) {
    Account account;
    account.jid = "carol@jabber.example";
    account.address = {"", "carol", "jabber.example"};
    AccountId of_carol{};
    directory.save(account, [&](const Store::Failure&, AccountId saved) { of_carol = saved; });
    settle();
    OmemoOwnKeys::Keys towards_carol;
    omemo->own_keys(of_carol, [&](const OmemoOwnKeys::Keys& found) { towards_carol = found; });
    settle();
    const auto good = alice.writes("good");
    const auto forged = broken(alice.writes("forged"));
    for (int i = 0; i < 25; ++i) {
        const auto stanza = message(forged);
        stanza->addAttribute("to", "bob" + std::to_string(i) + "\\40example.net@coi.jabber.example");
        EXPECT_TRUE(omemo->take(*stanza));
        settle();
    }
    sent.clear();
    takes(good);
    EXPECT_THAT(taken, SizeIs(1)) << "not tried";
    EXPECT_THAT(error().value_or(""), HasSubstr("Please try again later"));
    OmemoClient carol;
    carol.knows(*towards_carol);
    const auto hers = message(carol.writes("of Carol"));
    hers->addAttribute("from", "carol@jabber.example/phone");
    EXPECT_TRUE(omemo->take(*hers));
    settle();
    EXPECT_EQ(taken.back().text, "of Carol");
}

TEST_F(OmemoHostile, RepetitionsDoNotCountAsForged) {
    const auto first = alice.writes("first");
    for (int i = 0; i < 30; ++i) takes(first);
    writes(alice, "second");
    EXPECT_EQ(taken.back().text, "second");
}

TEST_F(OmemoHostile, AServerThatDoesNotAnswerHoldsUpNoReading) {
    server_answers = false;
    takes(broken(alice.writes("x")));
    EXPECT_EQ(omemo->waiting(), 0u) << "the session is renewed beside";
    EXPECT_TRUE(error());
    omemo->offline();
}

// --- what other programs send

// github.com/profanity-im/profanity/pull/2147: a key without a tag where there is nothing to decrypt (Monal).
TEST_F(OmemoHostile, AnEmptyMessageMayHaveAKeyOfAnySize) {
    for (const std::size_t size : {16, 32, 48}) {
        auto empty = alice.writes(std::nullopt);
        empty.keys = {*xmpp::omemo::encrypt(alice.keys, alice.session, alice.peer, std::string(size, 'k'))};
        takes(empty);
    }
    EXPECT_THAT(sent, IsEmpty());
    writes(alice, "and on");
    EXPECT_EQ(taken.back().text, "and on");
}

// github.com/profanity-im/profanity/pull/2171: an empty message that is not for every device.
TEST_F(OmemoHostile, AnEmptyMessageForOtherDevicesIsNoError) {
    auto empty = alice.writes(std::nullopt);
    empty.keys[0].rid ^= 1;
    takes(empty);
    EXPECT_THAT(sent, IsEmpty());
}

// github.com/iNPUTmice/Conversations/issues/1799: a program was restored from a backup, and its session goes back.
TEST_F(OmemoHostile, ARestoredBackupIsToldAndTheSessionIsRenewed) {
    const OmemoClient backup = alice;
    writes(alice, "one");
    alice.reads(*sends("answer").stanzas.at(0));
    writes(alice, "two");
    alice = backup;
    takes(alice.writes("from the backup"));
    EXPECT_THAT(error().value_or(""), HasSubstr("could not be read here"));
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(alice.reads(*sent[1]), "") << "the new session";
    writes(alice, "again");
    EXPECT_EQ(taken.back().text, "again");
    EXPECT_EQ(alice.reads(*sends("back").stanzas.at(0)), "back");
}

// github.com/profanity-im/profanity/issues/1239: base64 in Python's quotes in a bundle. issues/1247: prekey="1".
TEST_F(OmemoHostile, BrokenBundlesAreNoneAndOneIsTrue) {
    const auto bundle = xmpp::parse_stanza(
        "<bundle xmlns='eu.siacs.conversations.axolotl'><signedPreKeyPublic "
        "signedPreKeyId='34980'>b&apos;BR4qa16J7e2LhVcUhjsjkosCD9HAqrKo0H3ZIYWVjnVU&apos;</signedPreKeyPublic></"
        "bundle>");
    EXPECT_FALSE(xmpp::xep0384::bundle_of(*bundle));
    const auto of_psi = xmpp::parse_stanza(
        "<message><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='5'><key rid='6' prekey='1'>QUJD\n"
        " RA==</key><key rid='6' "
        "prekey='false'>QUJD</key><iv>AAAAAAAAAAAAAAAAAAAAAA==</iv></header></encrypted></message>");
    const auto read = xmpp::xep0384::encrypted_of(*of_psi);
    ASSERT_TRUE(read);
    EXPECT_THAT(read->keys, ElementsAre(xmpp::xep0384::Key{6, true, "ABCD"}, xmpp::xep0384::Key{6, false, "ABC"}));
    EXPECT_THAT(read->iv, SizeIs(16)) << "as before 2020";
    EXPECT_FALSE(read->payload);
}

// github.com/igniterealtime/Smack/pull/341: prekeys from number 0 on (converse.js), and a signed one with that number.
TEST_F(OmemoHostile, APreKeyMayHaveTheNumberZero) {
    auto bundle = alice.keys.bundle();
    bundle.signed_pre_key_id = 0;
    bundle.pre_keys = {{0, bundle.pre_keys.front().key}};
    xmpp::Tag item("item");
    xmpp::xep0384::add_bundle(item, bundle);
    const auto read = xmpp::xep0384::bundle_of(*item.findChild("bundle"));
    ASSERT_EQ(read, bundle);
    const auto own = xmpp::omemo::OwnKeys::generate(std::chrono::system_clock::now());
    auto session = *xmpp::omemo::start(own, *read);
    const auto key = *xmpp::omemo::encrypt(own, session, alice.keys.device(), std::string(32, 'k'));
    EXPECT_TRUE(key.is_prekey);
    const auto context = xmpp::omemo::new_context();
    const auto written = xmpp::omemo::made<pre_key_signal_message>([&](pre_key_signal_message** out) {
        return pre_key_signal_message_deserialize(out, xmpp::omemo::bytes(key.data), key.data.size(), context.get());
    });
    ASSERT_TRUE(written);
    ASSERT_EQ(pre_key_signal_message_has_pre_key_id(written.get()), 1);
    EXPECT_EQ(pre_key_signal_message_get_pre_key_id(written.get()), 0u);
    EXPECT_EQ(pre_key_signal_message_get_signed_pre_key_id(written.get()), 0u);
}

// github.com/gkdr/lurch/issues/122, github.com/profanity-im/profanity/issues/1552: another program has emptied the
// list. github.com/iNPUTmice/Conversations/issues/3032: and it is not asked for again.
TEST_F(OmemoHostile, AListThatAnotherProgramHasEmptiedIsAskedForAgainWhenADeviceWrites) {
    listed = {};
    announces();
    EXPECT_EQ(sends("waits").kind, Outgoing::Kind::held);
    listed = {&alice};  // without a notification
    jabber.unblocked.clear();
    writes(alice, "I am still here");
    EXPECT_THAT(jabber.unblocked, testing::Contains(bobs));
    EXPECT_EQ(alice.reads(*sends("waits").stanzas.at(0)), "waits");
}

// github.com/movim/movim/issues/1592: the range of a quotation is that of the readable body, not of the text.
TEST_F(OmemoHostile, ARangeOfTheReadableBodyCutsNothingFromTheText) {
    auto encrypted = alice.writes("the whole text");
    omemo->take(*message(encrypted,
                         "<reply xmlns='urn:xmpp:reply:0' id='m0' to='bob@example.net'/><fallback "
                         "xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='30'/></fallback>"));
    settle();
    EXPECT_EQ(taken.back().text, "the whole text");
    EXPECT_EQ(xmpp::print(*outgoing.back()).find("fallback"), std::string::npos);
}

}  // namespace
}  // namespace gateway
