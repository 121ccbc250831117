// The user's picture goes with the next message to a contact who has not had it, in encrypted mail only.

#include "gateway/accounts/contact_profiles.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"
#include "xmpp/base64.h"

namespace gateway {
namespace {

struct OutgoingPictureTest : OutgoingPipelineTest {
    const coi::Address bob{"", "bob", "example.net"};
    const Picture sea = *picture_of(png(64, 48, "the sea")), hills = *picture_of(png(64, 64, "the hills"));
    UserProfiles& profiles = *peers.user_profiles.back();
    bool encrypts = true;

    OutgoingPictureTest() {
        peers.on_closed = [this](EncryptResult letter, const std::function<void(EncryptResult)>& done) {
            letter.encrypted = encrypts;
            done(std::move(letter));
        };
        take("<body>Hello</body>");
        settle();
        directory.change(id(), bob, [](Contact& contact) {
            contact.dialect = Dialect::chatmail;
            contact.privacy.has_key = true;
        });
    }
    AccountId id() { return directory.of_user("alice@jabber.example")->id; }
    void publishes(const Picture* picture) {
        const auto info = picture ? info_of(picture->info) : xmpp::xep0084::Info{};
        profiles.take_event(*xmpp::xep0084::event("alice@jabber.example", "coi.jabber.example", info));
        settle();
        if (picture == nullptr) return;
        profiles.take_answer(*xmpp::parse_stanza(
            "<iq type='result' id='user-picture' from='alice@jabber.example'><pubsub "
            "xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'><item id='" +
            info.id + "'><data xmlns='urn:xmpp:avatar:data'>" + xmpp::base64::encode(picture->bytes) +
            "</data></item></items></pubsub></iq>"));
        settle();
    }
    std::string given() { return directory.contact(id(), bob.canonical())->profile.given; }
    std::optional<std::string> sent_with(const std::string& children) {
        committed.clear();
        take(children);
        settle();
        EXPECT_EQ(committed.size(), 1u);
        return committed.empty() ? std::nullopt : mail(0).avatar;
    }
};

TEST_F(OutgoingPictureTest, GoesOnceWithTheNextMessage) {
    EXPECT_EQ(sent_with("<body>There is none</body>"), std::nullopt);
    publishes(&sea);
    EXPECT_EQ(sent_with("<body>The sea</body>"), sea.bytes);
    EXPECT_EQ(given(), sea.info.id);
    EXPECT_EQ(sent_with("<body>Again</body>"), std::nullopt);
    publishes(&hills);
    EXPECT_EQ(sent_with("<body>The hills</body>"), hills.bytes);
    publishes(nullptr);
    EXPECT_EQ(sent_with("<body>None any more</body>"), "");
    EXPECT_EQ(given(), "");
    EXPECT_EQ(sent_with("<body>And none</body>"), std::nullopt);
}

TEST_F(OutgoingPictureTest, IsGivenOnlyWhereTheMailWasEncrypted) {
    publishes(&sea);
    encrypts = false;
    sent_with("<body>In the clear</body>");
    EXPECT_EQ(given(), "");
    encrypts = true;
    EXPECT_EQ(sent_with("<body>Encrypted</body>"), sea.bytes);
    EXPECT_EQ(given(), sea.info.id);
}

TEST_F(OutgoingPictureTest, IsNotGivenByAMailThatWasNotTaken) {
    publishes(&sea);
    OutgoingPipeline::Settings settings{"coi.jabber.example", "jabber.example"};
    settings.most_waiting = 0;
    outgoing.reload(settings);
    committed.clear();
    take("<body>Refused</body>");
    EXPECT_EQ(condition(), "resource-constraint");
    EXPECT_EQ(given(), "");
    settings.most_waiting = 10;
    outgoing.reload(settings);
    EXPECT_EQ(sent_with("<body>Taken</body>"), sea.bytes);
}

TEST_F(OutgoingPictureTest, GoesOnlyWithWhatAPersonWrote) {
    publishes(&sea);
    committed.clear();
    take("<reactions id='s1' xmlns='urn:xmpp:reactions:0'><reaction>👍</reaction></reactions>");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(mail(0).avatar, std::nullopt);
    EXPECT_EQ(given(), "");
}

TEST_F(OutgoingPictureTest, GoesToNoMailProgram) {
    publishes(&sea);
    for (const Dialect dialect : {Dialect::mail, Dialect::unknown}) {
        directory.change(id(), bob, [&](Contact& contact) { contact.dialect = dialect; });
        EXPECT_EQ(sent_with("<body>Hi</body>"), std::nullopt);
        EXPECT_EQ(mail(0).card, std::nullopt);
    }
}

TEST_F(OutgoingPictureTest, GoesToACoiProgramInAnHCard) {
    publishes(&sea);
    directory.change(id(), bob, [&](Contact& contact) { contact.dialect = Dialect::coi; });
    EXPECT_EQ(sent_with("<body>Hi</body>"), std::nullopt) << "not in Delta Chat's field";
    EXPECT_EQ(mail(0).card, (coi::Card{sea.bytes, ""}));
    EXPECT_EQ(given(), sea.info.id);
    sent_with("<body>Again</body>");
    EXPECT_EQ(mail(0).card, std::nullopt);
}

}  // namespace
}  // namespace gateway
