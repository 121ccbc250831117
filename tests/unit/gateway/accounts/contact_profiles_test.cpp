// What contacts show of themselves: kept, told to the clients that want it, at the pace of the socket.

#include "gateway/accounts/contact_profiles.h"

#include <gmock/gmock.h>

#include "tests/support/fakes.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string component = "coi.jabber.example", alice = "alice@jabber.example", phone = alice + "/phone";
const std::string bobs = "bob\\40example.org@" + component;

struct ContactProfilesTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    FakeStream stream;
    FakeTimer timer;
    FakeProfiles observer;
    Clients clients{stream, component};
    ContactProfiles profiles{directory, store, clients, observer, stream, component, timer.timer()};
    const coi::Address bob{"Bob", "bob", "example.org"};
    const AccountId id = make_account();
    const Picture sea = *picture_of(png(64, 48, "the sea")), hills = *picture_of(png(64, 64, "the hills"));

    AccountId make_account() {
        Account account;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        AccountId made{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { made = saved; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        directory.change(made, bob, [](Contact& contact) { contact.written_to = true; });
        return made;
    }
    void reads_pictures(const std::string& client) {
        clients.heard_of(client);
        clients.take_answer(*xmpp::parse_stanza("<iq type='result' id='client' from='" + client + "' to='" + component +
                                                "'><query xmlns='http://jabber.org/protocol/disco#info'><feature "
                                                "var='urn:xmpp:avatar:metadata+notify'/></query></iq>"));
        stream.sent.clear();
    }
    /// "JID > client: id" for each event since the last time.
    std::vector<std::string> said() {
        std::vector<std::string> lines;
        for (const auto& stanza : stream.sent) {
            const auto news = xmpp::xep0084::news_of(*stanza);
            lines.push_back(xmpp::attribute(*stanza, "from") + " > " + xmpp::attribute(*stanza, "to") + ": " +
                            (news ? news->id : "no event"));
        }
        stream.sent.clear();
        return lines;
    }
    std::optional<Picture> stored(const std::string& canonical) {
        std::optional<std::optional<Picture>> got;
        profiles.read(id, canonical, [&](std::optional<Picture> picture) { got = std::move(picture); });
        EXPECT_TRUE(loop.run_until([&] { return got.has_value(); }));
        return *got;
    }
    const Profile& known() { return directory.contact(id, bob.canonical())->profile; }
};

TEST_F(ContactProfilesTest, ANewPictureIsKeptAndTold) {
    reads_pictures(phone);
    profiles.learn(id, bob.canonical(), {.picture = sea});
    EXPECT_THAT(said(), ElementsAre(bobs + " > " + phone + ": " + sea.info.id));
    EXPECT_EQ(known().picture, sea.info);
    EXPECT_EQ(stored(bob.canonical()), sea);
    ASSERT_EQ(observer.changed.size(), 1u);
    EXPECT_EQ(observer.changed[0].profile.picture, sea.info);
    profiles.learn(id, bob.canonical(), {.picture = sea});
    EXPECT_THAT(said(), IsEmpty()) << "it is the same";
    EXPECT_EQ(observer.changed.size(), 1u);
    profiles.learn(id, bob.canonical(), {.picture = hills});
    EXPECT_THAT(said(), ElementsAre(bobs + " > " + phone + ": " + hills.info.id));
    EXPECT_EQ(stored(bob.canonical()), hills);
}

TEST_F(ContactProfilesTest, APictureThatIsTakenAwayIsToldAlsoToWhoComesLater) {
    profiles.learn(id, bob.canonical(), {.picture = Picture{}});
    EXPECT_THAT(said(), IsEmpty()) << "there was none";
    profiles.learn(id, bob.canonical(), {.picture = sea});
    profiles.learn(id, bob.canonical(), {.picture = Picture{}});
    said();
    EXPECT_EQ(stored(bob.canonical()), std::nullopt);
    reads_pictures(phone);
    profiles.introduce(phone);
    EXPECT_THAT(said(), ElementsAre(bobs + " > " + phone + ": "));
    profiles.learn(id, bob.canonical(), {.picture = sea});
    EXPECT_FALSE(known().had_picture);
}

TEST_F(ContactProfilesTest, AStatusIsNoEventButPresence) {
    reads_pictures(phone);
    profiles.learn(id, bob.canonical(), {.status = "At the sea"});
    EXPECT_THAT(said(), IsEmpty());
    ASSERT_EQ(observer.changed.size(), 1u);
    EXPECT_EQ(observer.changed[0].profile.status, "At the sea");
}

TEST_F(ContactProfilesTest, AContactWhoAsksIsGivenTheUsersPictureAgain) {
    directory.change(id, bob, [](Contact& contact) { contact.profile.given = "abc"; });
    profiles.learn(id, bob.canonical(), {.status = "At the sea"});
    EXPECT_EQ(known().given, "abc");
    profiles.learn(id, bob.canonical(), {.asks = true});
    EXPECT_EQ(known().given, "");
    EXPECT_EQ(known().status, "At the sea");
}

TEST_F(ContactProfilesTest, OfStrangersNothingIsKept) {
    profiles.learn(id, "eve@example.net", {.picture = sea});
    profiles.learn(AccountId{99}, bob.canonical(), {.picture = sea});
    EXPECT_EQ(directory.contact(id, "eve@example.net"), nullptr);
    EXPECT_EQ(stored("eve@example.net"), std::nullopt);
    EXPECT_THAT(observer.changed, IsEmpty());
}

TEST_F(ContactProfilesTest, WhoDoesNotWantPicturesIsToldNone) {
    clients.heard_of(phone);
    stream.sent.clear();
    profiles.learn(id, bob.canonical(), {.picture = sea});
    EXPECT_THAT(said(), IsEmpty());
}

TEST_F(ContactProfilesTest, AClientIsToldAllAtThePaceOfTheSocket) {
    for (int i = 0; i < 5; ++i) {
        const coi::Address friend_of_hers{"", "friend" + std::to_string(i), "example.org"};
        directory.change(id, friend_of_hers, [](Contact& contact) { contact.written_to = true; });
        profiles.learn(id, friend_of_hers.canonical(), {.picture = sea});
    }
    const coi::Address eve{"", "eve", "example.net"};
    directory.add(id, eve);
    profiles.learn(id, eve.canonical(), {.picture = sea});
    said();
    stream.room = 2;
    profiles.introduce(phone);
    EXPECT_EQ(said().size(), 2u);
    timer.pass();
    EXPECT_EQ(said().size(), 2u);
    timer.pass();
    EXPECT_EQ(said().size(), 1u) << "Eve is a stranger, and Bob shows none";
    timer.pass();
    EXPECT_THAT(said(), IsEmpty());
}

TEST_F(ContactProfilesTest, WhoWaitsIsForgottenWithTheStream) {
    profiles.learn(id, bob.canonical(), {.picture = sea});
    said();
    stream.room = 0;
    profiles.introduce(phone);
    profiles.offline();
    stream.room = 10;
    timer.pass();
    EXPECT_THAT(said(), IsEmpty());
}

}  // namespace
}  // namespace gateway
