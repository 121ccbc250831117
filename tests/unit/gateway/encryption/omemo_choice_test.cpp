// What begins and ends OMEMO in a conversation, against those who write stanzas in the user's name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    for (const std::string start : {"?OTRv23?", "?OTR?", "?OTR Error: x"}) EXPECT_TRUE(omemo->take(*by_otr(start))) << start;
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

}  // namespace
}  // namespace gateway
