// The picture and status of a mail's author, learnt once the mail is taken.

#include "tests/support/pictures.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

const std::string key = "0123456789ABCDEF";

struct IncomingProfileTest : IncomingPlay {
    const Picture sea = *picture_of(png(64, 48, "the sea"));

    IncomingProfileTest() {
        peers.opened = [this](coi::Message mail) {
            mail.avatar = sea.bytes;
            Decrypted opened{.mail = std::move(mail)};
            opened.protection.encrypted = true;
            opened.protection.signature = coi::openpgp::Signature::good;
            opened.author = {true, coi::openpgp::Signature::good, key};
            opened.counted = key;
            return opened;
        };
    }
    Profile bobs(AccountId id) {
        const Contact* bob = directory.contact(id, "bob@example.net");
        return bob ? bob->profile : Profile{};
    }
};

TEST_F(IncomingProfileTest, IsLearntWithTheMessage) {
    EXPECT_EQ(take(mail("1@x", "Chat-Version: 1.0\r\n", "Hi\r\n-- \r\nAt the sea")), Kind::taken);
    EXPECT_EQ(bobs(alice).picture, sea.info);
    EXPECT_EQ(bobs(alice).status, "At the sea");
    ASSERT_EQ(peers.changed_profiles.size(), 1u);
    std::optional<std::optional<Picture>> stored;
    peers.profiles.back()->read(alice, "bob@example.net", [&](std::optional<Picture> picture) { stored = picture; });
    loop.flush(store);
    EXPECT_EQ(stored, std::optional(std::optional(sea)));
}

TEST_F(IncomingProfileTest, IsLearntOnlyOfAMailThatIsTaken) {
    std::optional<DeliveryResult> verdict;
    incoming.take(arrival(mail("1@x"), true), [&](DeliveryResult given) { verdict = std::move(given); });
    for (int i = 0; i < 3; ++i) loop.flush(store);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(bobs(alice), Profile{}) << "the Jabber server has not said yet whether there is such a user";
    pending.refused(committed[0], {coi::ErrorKind::refused, true, "no such user", 0, {}});
    for (int i = 0; i < 3; ++i) loop.flush(store);
    EXPECT_EQ(bobs(alice), Profile{});
    EXPECT_TRUE(peers.changed_profiles.empty());
}

TEST_F(IncomingProfileTest, IsNotLearntWhereTheUserSpeaksOtr) {
    directory.change(alice, {"", "bob", "example.net"},
                     [](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });
    EXPECT_EQ(take(mail("1@x", "Chat-Version: 1.0\r\n", "Hi\r\n-- \r\nAt the sea")), Kind::taken);
    EXPECT_EQ(bobs(alice), Profile{}) << "presence passes the server readable";
}

TEST_F(IncomingProfileTest, IsLearntForTheAccountThroughWhichTheUserSees) {
    const AccountId relay = save(IncomingFilter::all, Account::Kind::relay);
    IncomingMail arriving = arrival(mail("1@x"));
    arriving.account = relay;
    EXPECT_EQ(take(std::move(arriving)).value().kind, Kind::taken);
    EXPECT_EQ(bobs(relay).picture, sea.info);
    EXPECT_EQ(bobs(alice).picture, sea.info);
}

}  // namespace
}  // namespace gateway
