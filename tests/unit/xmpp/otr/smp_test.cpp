// Verifying by a shared secret, against libotr's own client side.

#include <gmock/gmock.h>

#include <ctime>

#include "tests/support/otr_client.h"
#include "xmpp/otr/sessions.h"

namespace xmpp::otr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum Notice::Kind;

const std::string phone = "alice@jabber.test/phone";

class OtrSmpTest : public testing::Test {
  protected:
    OtrSmpTest() {
        alice.out.push_back("?OTRv3?");
        talk();
    }
    static const Identity& identity(int which) {
        static const std::array<Identity, 2> made{Identity::generate(), Identity::generate()};
        return made.at(static_cast<std::size_t>(which));
    }
    /// `bodies` go to the client, its answers come back, until nobody has anything to say; the notices.
    std::vector<Notice> talk(std::vector<std::string> bodies = {}) {
        std::vector<Notice> notices;
        do {
            for (const auto& body : bodies) EXPECT_FALSE(alice.receives(body));
            bodies.clear();
            std::vector<std::string> going;
            going.swap(alice.out);
            for (const auto& body : going) {
                Received received = sessions.receive(phone, body, Sessions::Time{});
                notices.insert(notices.end(), received.notices.begin(), received.notices.end());
                bodies.insert(bodies.end(), received.replies.begin(), received.replies.end());
                keys_changed |= received.keys_changed;
            }
        } while (!bodies.empty());
        return notices;
    }
    static std::vector<Notice::Kind> kinds(const std::vector<Notice>& notices) {
        std::vector<Notice::Kind> found;
        for (const auto& notice : notices) found.push_back(notice.kind);
        return found;
    }
    bool verified() const { return sessions.known_keys().at(0).verified; }

    Sessions sessions{identity(0), {}};
    OtrClient alice{identity(1)};
    bool keys_changed = false;
};

TEST_F(OtrSmpTest, TheClientAsksAndTheSecretIsTheSame) {
    keys_changed = false;
    alice.wants_smp("the blue house");
    const auto asked = talk();
    ASSERT_THAT(kinds(asked), ElementsAre(smp_asked));
    EXPECT_EQ(asked[0].text, "");
    const auto done = talk(sessions.smp_answer(phone, Wiped("the blue house")));
    ASSERT_THAT(kinds(done), ElementsAre(smp_succeeded));
    EXPECT_TRUE(done[0].verified);
    EXPECT_EQ(done[0].fingerprint, identity(1).fingerprint());
    EXPECT_TRUE(keys_changed);
    EXPECT_TRUE(verified());
    EXPECT_TRUE(alice.trusts());
    EXPECT_TRUE(sessions.key_of(phone)->verified);
}

TEST_F(OtrSmpTest, TheClientAsksAQuestion) {
    alice.wants_smp("blue", "What colour is the house?");
    const auto asked = talk();
    ASSERT_THAT(kinds(asked), ElementsAre(smp_asked));
    EXPECT_EQ(asked[0].text, "What colour is the house?");
    const auto done = talk(sessions.smp_answer(phone, Wiped("blue")));
    ASSERT_THAT(kinds(done), ElementsAre(smp_succeeded));
    EXPECT_FALSE(done[0].verified) << "she knows us now, we do not know her";
    EXPECT_FALSE(verified());
    EXPECT_TRUE(alice.trusts());
}

TEST_F(OtrSmpTest, AnotherSecret) {
    alice.wants_smp("blue");
    talk();
    EXPECT_THAT(kinds(talk(sessions.smp_answer(phone, Wiped("green")))), ElementsAre(smp_failed));
    EXPECT_FALSE(verified());
    EXPECT_FALSE(alice.trusts());
    EXPECT_THAT(sessions.smp_answer(phone, Wiped("blue")), IsEmpty()) << "nothing is asked any more";
}

TEST_F(OtrSmpTest, WeAsk) {
    talk(sessions.smp_start(phone, Wiped("blue"), "What colour?"));
    EXPECT_THAT(alice.smp, ElementsAre("asked What colour?"));
    alice.answers_smp("blue");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_succeeded));
    EXPECT_TRUE(verified());
    talk(sessions.smp_start(phone, Wiped("blue")));
    alice.answers_smp("red");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_failed));
    EXPECT_TRUE(verified()) << "a slip of the tongue takes nothing back";
    EXPECT_THAT(alice.smp, ElementsAre("asked What colour?", "succeeded", "asked ", "failed"));
}

TEST_F(OtrSmpTest, GivenUp) {
    alice.wants_smp("blue");
    talk();
    talk(sessions.smp_abort(phone));
    EXPECT_THAT(alice.smp, ElementsAre("aborted"));
    EXPECT_THAT(sessions.smp_abort(phone), IsEmpty());
    talk(sessions.smp_start(phone, Wiped("one")));
    talk(sessions.smp_start(phone, Wiped("two")));
    EXPECT_THAT(alice.smp, ElementsAre("aborted", "asked ", "aborted", "asked "));
    alice.answers_smp("two");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_succeeded));
}

TEST_F(OtrSmpTest, AskedTwice) {
    alice.wants_smp("blue");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_asked));
    alice.wants_smp("green");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_asked));
    EXPECT_THAT(kinds(talk(sessions.smp_answer(phone, Wiped("green")))), ElementsAre(smp_succeeded))
        << "the last counts";
}

TEST_F(OtrSmpTest, BothAskAtOnce) {  // [OTR v3 "Socialist Millionaires' Protocol (SMP)"] both abort
    const auto ours = sessions.smp_start(phone, Wiped("blue"));
    alice.wants_smp("blue");  // crosses ours on the way
    EXPECT_THAT(kinds(talk(ours)), ElementsAre(smp_aborted)) << "told once";
    EXPECT_FALSE(verified());
    alice.smp.clear();
    talk(sessions.smp_start(phone, Wiped("blue")));
    alice.answers_smp("blue");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_succeeded)) << "the next one is as ever";
    EXPECT_THAT(alice.smp, ElementsAre("asked ", "succeeded"));
}

TEST_F(OtrSmpTest, TheClientAsksWhileOursRuns) {
    talk(sessions.smp_start(phone, Wiped("blue"), "What colour?"));
    alice.wants_smp("blue", "Which colour?");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_aborted));
    EXPECT_THAT(sessions.smp_answer(phone, Wiped("blue")), IsEmpty());
    alice.wants_smp("blue");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_asked));
    EXPECT_THAT(kinds(talk(sessions.smp_answer(phone, Wiped("blue")))), ElementsAre(smp_succeeded));
}

TEST_F(OtrSmpTest, WeAskWhileTheClientsRuns) {
    alice.wants_smp("blue");
    talk();
    talk(sessions.smp_start(phone, Wiped("green")));
    EXPECT_THAT(alice.smp, ElementsAre("aborted", "asked ")) << "hers is aborted first";
    alice.answers_smp("green");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_succeeded));
}

/// As OTR writes it: the size in four octets, then the number.
std::string number(const std::string& octets) {
    const auto size = octets.size();
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
    return out + octets;
}

TEST_F(OtrSmpTest, NumbersThatCostASecondAreNotCalculatedWith) {
    const std::string small = number("\x04"), exponent(30'000, '\xff');
    const std::string smp1 =
        std::string("\0\0\0\6", 4) + small + number(exponent) + small + small + number(exponent) + small;
    OtrlTLV* tlv = otrl_tlv_new(OTRL_TLV_SMP1, static_cast<unsigned short>(smp1.size()),
                                reinterpret_cast<const unsigned char*>(smp1.data()));
    alice.sends_tlv(tlv);
    otrl_tlv_free(tlv);
    const auto before = std::clock();
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_aborted));
    EXPECT_LT(double(std::clock() - before) / CLOCKS_PER_SEC, 0.15);
    alice.wants_smp("blue");
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_asked)) << "the next one is as ever";
    EXPECT_THAT(kinds(talk(sessions.smp_answer(phone, Wiped("blue")))), ElementsAre(smp_succeeded));
}

TEST_F(OtrSmpTest, OutOfStep) {
    for (const auto type : {OTRL_TLV_SMP2, OTRL_TLV_SMP3, OTRL_TLV_SMP4}) {
        OtrlTLV* tlv =
            otrl_tlv_new(static_cast<unsigned short>(type), 4, reinterpret_cast<const unsigned char*>("junk"));
        alice.sends_tlv(tlv);
        otrl_tlv_free(tlv);
        EXPECT_THAT(kinds(talk()), ElementsAre(smp_aborted)) << type;
    }
    for (const auto type : {OTRL_TLV_SMP1, OTRL_TLV_SMP1Q}) {
        OtrlTLV* tlv =
            otrl_tlv_new(static_cast<unsigned short>(type), 4, reinterpret_cast<const unsigned char*>("junk"));
        alice.sends_tlv(tlv);
        otrl_tlv_free(tlv);
        EXPECT_THAT(kinds(talk()), ElementsAre(smp_aborted)) << type;
        EXPECT_THAT(sessions.smp_answer(phone, Wiped("blue")), IsEmpty());
    }
}

TEST_F(OtrSmpTest, AnEndInTheMiddleAndAStepWithIt) {
    talk(sessions.smp_start(phone, Wiped("blue")));
    OtrlTLV* tlv = otrl_tlv_new(OTRL_TLV_DISCONNECTED, 0, nullptr);
    tlv->next = otrl_tlv_new(OTRL_TLV_SMP2, 4, reinterpret_cast<const unsigned char*>("junk"));
    alice.sends_tlv(tlv);
    otrl_tlv_free(tlv);
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_aborted, ended_by_peer));
    EXPECT_THAT(sessions.smp_start(phone, Wiped("blue")), IsEmpty());
    EXPECT_EQ(sessions.state(phone), SessionState::finished);
}

TEST_F(OtrSmpTest, NothingWithoutASessionOrASecret) {
    EXPECT_THAT(sessions.smp_start(phone, Wiped("")), IsEmpty());
    EXPECT_THAT(sessions.smp_answer(phone, Wiped("x")), IsEmpty());
    EXPECT_THAT(sessions.smp_start("alice@jabber.test/other", Wiped("x")), IsEmpty());
    EXPECT_THAT(sessions.smp_abort("alice@jabber.test/other"), IsEmpty());
}

TEST_F(OtrSmpTest, TheExtraSymmetricKeyIsTold) {
    OtrlTLV* tlv = otrl_tlv_new(OTRL_TLV_SYMKEY, 8, reinterpret_cast<const unsigned char*>("\0\0\0\1file"));
    alice.sends_tlv(tlv);
    otrl_tlv_free(tlv);
    EXPECT_THAT(kinds(talk()), ElementsAre(symmetric_key));
}

TEST_F(OtrSmpTest, ComparedByEye) {
    EXPECT_TRUE(sessions.verify(identity(1).fingerprint()));
    EXPECT_FALSE(sessions.verify(identity(0).fingerprint()));
    EXPECT_TRUE(sessions.key_of(phone)->verified);
    alice.says("it is me");
    EXPECT_TRUE(sessions.receive(phone, alice.out.at(0), Sessions::Time{}).verified);
    Sessions later(*Identity::load(identity(0).save().bytes()), sessions.known_keys());
    alice.out.clear();
    alice.receives("?OTRv3?");
    const auto key = later.receive(phone, alice.out.at(0), Sessions::Time{}).replies;
    alice.out.clear();
    alice.receives(key.at(0));
    const Received began = later.receive(phone, alice.out.at(0), Sessions::Time{});
    ASSERT_THAT(kinds(began.notices), ElementsAre(started));
    EXPECT_TRUE(began.notices[0].verified);
    EXPECT_FALSE(began.notices[0].is_new);
}

}  // namespace
}  // namespace xmpp::otr
