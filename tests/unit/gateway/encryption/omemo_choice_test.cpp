// What begins and ends OMEMO in a conversation, against those who write stanzas in the user's name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/otr_keys.h"
#include "tests/support/omemo_room.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct OmemoChoice : OmemoRoom {
    OmemoClient alice;
    void SetUp() override {
        OmemoRoom::SetUp();
        listed = {&alice};
        meets(alice);
        writes(alice, "hello");
        sent.clear();
    }
    xmpp::Stanza by_otr(const std::string& text) {
        return xmpp::parse_stanza("<message type='chat' id='o1' from='" + phone + "' to='" + bob + "'><body>" + text +
                                  "</body></message>");
    }
};

struct OmemoVerified : OmemoChoice {
    void SetUp() override {
        OmemoChoice::SetUp();
        EXPECT_TRUE(omemo->set_trust(id, alice.keys.device(), keys::OmemoDevice::Trust::verified));
        loop.flush(store);
    }
};

TEST_F(OmemoVerified, AForgedStartOfOtrDoesNotEndOmemo) {
    for (const std::string start : {"?OTRv23?", "?OTR?", "?OTR Error: x"})
        EXPECT_TRUE(omemo->take(*by_otr(start))) << start;
    settle();
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
    EXPECT_THAT(sent, IsEmpty()) << "no answer of OTR";
    EXPECT_EQ(told("omemo bob@example.net off"), 1u) << "one line";
}

TEST_F(OmemoVerified, ATextByOtrComesBackWithWhatToDo) {
    EXPECT_TRUE(omemo->take(*by_otr("?OTR:AAMDJ")));
    EXPECT_TRUE(omemo->take(*by_otr("?OTR:AAMDJ")));
    settle();
    EXPECT_THAT(sent, SizeIs(2));
    EXPECT_THAT(error().value_or(""), HasSubstr("omemo bob@example.net off"));
}

TEST_F(OmemoVerified, SoItIsAfterARestart) {
    begin();
    EXPECT_TRUE(omemo->take(*by_otr("?OTRv23?")));
    settle();
    EXPECT_EQ(told("OTR was not started"), 1u);
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OmemoVerified, ThatTheVerifiedKeyWasReplacedOpensNoDoor) {
    OmemoClient forger;
    meets(forger);
    auto forged = forger.writes("under the number of the verified one");
    forged.sid = alice.keys.device();
    omemo->take(*message(forged));
    settle();
    EXPECT_TRUE(omemo->take(*by_otr("?OTRv23?")));
}

TEST_F(OmemoVerified, AfterOffOtrMayStart) {
    omemo->off(*directory.find(id), bobs);
    EXPECT_FALSE(omemo->take(*by_otr("?OTRv23?")));
}

TEST_F(OmemoChoice, WithoutAVerifiedDeviceTheNewerChoiceCounts) {
    const auto start = by_otr("?OTRv23?");
    EXPECT_FALSE(omemo->take(*start)) << "it is Otr's";
    begin();
    EXPECT_TRUE(omemo->take(*start));
    settle();
    EXPECT_THAT(sent, SizeIs(1)) << "Otr's answer, once the devices are read";
    EXPECT_EQ(told("OTR was not started"), 0u);
}

struct OmemoAgainstOtr : OmemoChoice {
    void SetUp() override {
        OmemoChoice::SetUp();
        taken.clear();
        directory.change(id, {"", "bob", "example.net"},
                         [](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });
        keys::note(store, id, bobs, {{std::string(40, 'A'), "verified"}});
        loop.flush(store);
    }
};

TEST_F(OmemoAgainstOtr, AnInventedDeviceDoesNotEndOtrThatWasVerified) {
    OmemoClient forger;
    meets(forger);
    writes(forger, "forged");
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_EQ(privacy().spoken, EndToEnd::otr);
    EXPECT_THAT(error().value_or(""), HasSubstr("otr bob@example.net off"));
    otr->off(*directory.find(id), bobs);
    writes(forger, "by the user's word");
    EXPECT_THAT(taken, SizeIs(1));
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
}

TEST_F(OmemoAgainstOtr, ADeviceThatWasVerifiedDoes) {
    EXPECT_TRUE(omemo->set_trust(id, alice.keys.device(), keys::OmemoDevice::Trust::verified));
    writes(alice, "OMEMO again");
    EXPECT_THAT(taken, SizeIs(1));
    EXPECT_EQ(privacy().spoken, EndToEnd::omemo);
}

// --- files that were encrypted for OMEMO

struct OmemoFile : OmemoChoice {
    inline static const std::string link = "aesgcm://files.example/1/a.jpg#0123456789abcdef",
                                    file = "<x xmlns='jabber:x:oob'><url>" + link +
                                           "</url></x><file-sharing xmlns='urn:xmpp:sfs:0'/><thread>t</thread>";
    queue::Entry queued(const std::string& payload) const {
        auto queued = entry();
        queued.payload = payload;
        return queued;
    }
    void SetUp() override {
        OmemoChoice::SetUp();
        omemo->off(*directory.find(id), bobs);
    }
};

TEST_F(OmemoFile, AKeyThatWasQueuedGoesByOmemoAlsoAfterOff) {
    EXPECT_TRUE(omemo->concerns(queued("<message><body>" + link + "</body></message>")));
    const auto out = sends(link, file);
    ASSERT_EQ(out.kind, Outgoing::Kind::encrypted_for_all);
    EXPECT_EQ(xmpp::print(*out.stanzas.at(0)).find("aesgcm"), std::string::npos);
    EXPECT_EQ(alice.reads(*out.stanzas[0]), link);
}

TEST_F(OmemoFile, WhereNoProgramCanGetItWordsComeInsteadOfTheKey) {
    listed = {};
    announces();
    const auto out = sends(link, file);
    ASSERT_EQ(out.stanzas.size(), 1u) << "nothing waits";
    const std::string printed = xmpp::print(*out.stanzas[0]);
    EXPECT_EQ(printed.find("aesgcm"), std::string::npos) << printed;
    EXPECT_EQ(xmpp::attribute(*out.stanzas[0], "id"), "m1");
    EXPECT_THAT(xmpp::body_of(*out.stanzas[0])->cdata(), HasSubstr("A file from bob@example.net is not shown"));
    EXPECT_TRUE(out.stanzas[0]->findChild("thread"));
}

TEST_F(OmemoFile, ATextComesInTheClearAlsoOneThatNamesSuchALink) {
    EXPECT_FALSE(omemo->concerns(queued("<message><body>a text</body></message>")));
    EXPECT_EQ(sends(link).kind, Outgoing::Kind::as_is);
}

TEST_F(OmemoFile, UnderOtrItIsOtrs) {
    directory.change(id, {"", "bob", "example.net"}, [](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });
    EXPECT_FALSE(omemo->concerns(queued("<message><body>" + link + "</body></message>")));
}

}  // namespace
}  // namespace gateway
