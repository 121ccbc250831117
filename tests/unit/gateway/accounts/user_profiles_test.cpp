// What users show of themselves: fetched once for each change, from where it is announced, and given once to each
// contact.

#include "gateway/accounts/user_profiles.h"

#include <gmock/gmock.h>

#include "tests/support/fakes.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/base64.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0084_avatar.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string component = "coi.jabber.example", alice = "alice@jabber.example", phone = alice + "/phone";

struct UserProfilesTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    FakeStream stream;
    RateLimit::Clock::time_point now{};
    UserProfiles profiles{directory, store, stream, component, [this] { return now; }};
    const AccountId id = make_account(Account::Kind::mailbox);
    const Picture sea = *picture_of(png(64, 48, "the sea")), hills = *picture_of(png(64, 64, "the hills"));
    Contact cleo = contact();

    AccountId make_account(Account::Kind kind) {
        Account account;
        account.kind = kind;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        AccountId made{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { made = saved; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        return made;
    }
    Contact contact() const {
        Contact made;
        made.account = id;
        made.dialect = Dialect::chatmail;
        made.privacy.has_key = true;
        return made;
    }
    void settle() {
        for (int i = 0; i < 3; ++i) loop.flush(store);
    }
    void shows(const std::string& hash, const std::string& from = phone) {
        profiles.take_presence(*xmpp::parse_stanza("<presence from='" + from + "' to='" + component +
                                                   "'><x xmlns='vcard-temp:x:update'><photo>" + hash +
                                                   "</photo></x></presence>"));
        settle();
    }
    void publishes(const Picture& picture, std::size_t bytes = 0, const std::string& from = alice) {
        auto info = xmpp::xep0084::Info{picture.info.id, "image/png", bytes ? bytes : picture.bytes.size(), 0, 0};
        EXPECT_TRUE(profiles.take_event(*xmpp::xep0084::event(from, component, info)));
        settle();
    }
    void publishes_none() {
        EXPECT_TRUE(profiles.take_event(*xmpp::xep0084::event(alice, component, {})));
        settle();
    }
    /// "vcard", or the id of the item, for each question since the last time.
    std::vector<std::string> asked() {
        std::vector<std::string> lines;
        for (const auto& iq : stream.sent) {
            EXPECT_EQ(xmpp::attribute(*iq, "to"), alice);
            const auto item = xmpp::xep0060::requested(*iq);
            lines.push_back(item ? item->item : "vcard");
        }
        stream.sent.clear();
        return lines;
    }
    void answers(const std::string& payload, const std::string& type = "result", const std::string& from = alice) {
        EXPECT_TRUE(profiles.take_answer(*xmpp::parse_stanza("<iq type='" + type + "' id='user-picture' from='" + from +
                                                             "' to='" + component + "'>" + payload + "</iq>")));
        settle();
    }
    static std::string vcard(const std::string& bytes) {
        return "<vCard xmlns='vcard-temp'><PHOTO><BINVAL>" + xmpp::base64::encode(bytes) + "</BINVAL></PHOTO></vCard>";
    }
    static std::string item(const Picture& picture) {
        return "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'><item id='" +
               picture.info.id + "'><data xmlns='urn:xmpp:avatar:data'>" + xmpp::base64::encode(picture.bytes) +
               "</data></item></items></pubsub>";
    }
    /// What Cleo has not had yet; "none": that there is none any more.
    std::string news() {
        std::optional<std::optional<Picture>> got;
        profiles.news_for(cleo, [&](std::optional<Picture> picture) { got = std::move(picture); });
        EXPECT_TRUE(loop.run_until([&] { return got.has_value(); }));
        if (!*got) return "nothing";
        cleo.profile.given = (*got)->info.id;
        return (*got)->bytes.empty() ? "none" : (*got)->info.id;
    }
};

TEST_F(UserProfilesTest, TheHashInPresenceIsFollowed) {
    shows(sea.info.id);
    shows(sea.info.id, alice + "/desk");
    EXPECT_THAT(asked(), ElementsAre("vcard"));
    EXPECT_EQ(news(), "nothing");
    answers(vcard(sea.bytes));
    EXPECT_EQ(news(), sea.info.id);
    EXPECT_EQ(news(), "nothing") << "they have it";
    shows(sea.info.id);
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(UserProfilesTest, AnEventIsFollowedByItsItem) {
    publishes(sea);
    publishes(sea);
    EXPECT_THAT(asked(), ElementsAre(sea.info.id));
    answers(item(sea));
    EXPECT_EQ(news(), sea.info.id);
    publishes_none();
    EXPECT_THAT(asked(), IsEmpty());
    EXPECT_EQ(news(), "none");
    EXPECT_EQ(news(), "nothing");
}

TEST_F(UserProfilesTest, AfterAnEventTheHashInPresenceDoesNotCount) {
    publishes(sea);
    answers(item(sea));
    asked();
    shows("01b87fcd030b72895ff8e88db57ec525450f000d");
    EXPECT_THAT(asked(), IsEmpty()) << "the server has converted it";
}

TEST_F(UserProfilesTest, WhatIsKeptIsNotFetchedAgainAfterARestart) {
    publishes(sea);
    answers(item(sea));
    asked();
    UserProfiles later{directory, store, stream, component, [this] { return now; }};
    later.take_event(*xmpp::xep0084::event(alice, component, {sea.info.id, "image/png", 10, 0, 0}));
    settle();
    EXPECT_THAT(asked(), IsEmpty());
    later.take_event(*xmpp::xep0084::event(alice, component, {hills.info.id, "image/png", 10, 0, 0}));
    settle();
    EXPECT_THAT(asked(), ElementsAre(hills.info.id));
}

TEST_F(UserProfilesTest, AnEmptyHashOfOneClientIsLookedUp) {
    shows("");
    EXPECT_THAT(asked(), IsEmpty()) << "none was known";
    shows(sea.info.id);
    answers(vcard(sea.bytes));
    asked();
    shows("", alice + "/psi");
    EXPECT_THAT(asked(), ElementsAre("vcard"));
    answers(vcard(sea.bytes));
    EXPECT_EQ(news(), sea.info.id) << "another client's picture is still there";
    shows(sea.info.id);
    EXPECT_THAT(asked(), IsEmpty());
    shows("");
    answers("<vCard xmlns='vcard-temp'/>");
    EXPECT_EQ(news(), "none");
}

TEST_F(UserProfilesTest, OneAtATimeAndTheLastOneCounts) {
    publishes(sea);
    publishes(hills);
    EXPECT_THAT(asked(), ElementsAre(sea.info.id));
    answers(item(sea));
    EXPECT_THAT(asked(), ElementsAre(hills.info.id));
    answers(item(hills));
    EXPECT_EQ(news(), hills.info.id);
}

TEST_F(UserProfilesTest, AnAnswerThatDoesNotComeIsNotWaitedForForever) {
    publishes(sea);
    asked();
    now += std::chrono::seconds(61);
    publishes(hills);
    EXPECT_THAT(asked(), ElementsAre(hills.info.id));
    profiles.offline();
    publishes(sea);
    EXPECT_THAT(asked(), ElementsAre(sea.info.id));
}

TEST_F(UserProfilesTest, WhatIsTooLargeOrNoPictureIsNotGiven) {
    publishes(sea, most_picture_bytes + 1);
    EXPECT_THAT(asked(), IsEmpty());
    shows("hash");
    EXPECT_THAT(asked(), IsEmpty());
    publishes(hills);
    answers(item(sea));
    EXPECT_EQ(news(), "nothing") << "it is not the one that was announced";
    const std::string bomb = png(50'000, 50'000);
    const Picture claimed{{xmpp::xep0084::id_of(bomb), PictureType::png, 1, 1, 1}, bomb};
    publishes(claimed);
    answers(item(claimed));
    EXPECT_EQ(news(), "nothing");
    publishes(sea);
    answers("<error type='cancel'/>", "error");
    EXPECT_EQ(news(), "nothing");
}

TEST_F(UserProfilesTest, WordsBesideAnEventAreAMessage) {
    const auto event = xmpp::xep0084::event(alice, component, {});
    xmpp::add(*event, "body", {}, "Hello");
    EXPECT_FALSE(profiles.take_event(*event));
}

TEST_F(UserProfilesTest, NobodySpeaksForTheServer) {
    publishes(sea, 0, phone);
    EXPECT_THAT(asked(), IsEmpty());
    publishes(sea, 0, "mallory@jabber.example");
    EXPECT_THAT(asked(), IsEmpty()) << "no account";
    publishes(sea);
    asked();
    answers(item(sea), "result", "mallory@jabber.example");
    EXPECT_EQ(news(), "nothing");
    answers(item(sea));
    EXPECT_EQ(news(), sea.info.id);
    answers(item(hills));
    EXPECT_EQ(news(), "nothing") << "nobody has asked";
}

TEST_F(UserProfilesTest, AUserWhoChangesItAllTheTimeIsNotFollowedEachTime) {
    for (int i = 0; i < 20; ++i) {
        const Picture next = *picture_of(png(64, 64, std::to_string(i)));
        publishes(next);
        answers(item(next));
    }
    EXPECT_EQ(asked().size(), 10u);
    now += std::chrono::minutes(11);
    publishes(hills);
    EXPECT_THAT(asked(), ElementsAre(hills.info.id));
}

TEST_F(UserProfilesTest, OnlyProgramsThatShowPicturesGetThem) {
    publishes(sea);
    answers(item(sea));
    for (const Dialect dialect : {Dialect::unknown, Dialect::mail}) {
        cleo.dialect = dialect;
        EXPECT_EQ(news(), "nothing");
    }
    cleo.dialect = Dialect::coi;
    EXPECT_EQ(news(), sea.info.id);
}

TEST_F(UserProfilesTest, BothAccountsOfAUserHaveIt) {
    cleo.account = make_account(Account::Kind::relay);
    publishes(sea);
    answers(item(sea));
    EXPECT_EQ(news(), sea.info.id);
}

TEST_F(UserProfilesTest, ThePublishedNameIsTheName) {
    EXPECT_TRUE(profiles.take_event(*xmpp::parse_stanza(
        "<message type='headline' from='" + alice + "' to='" + component +
        "'><event xmlns='http://jabber.org/protocol/pubsub#event'><items "
        "node='http://jabber.org/protocol/nick'><item id='current'><nick "
        "xmlns='http://jabber.org/protocol/nick'>Alice Stone</nick></item></items></event></message>")));
    EXPECT_EQ(directory.find(id)->address.name, "Alice Stone");
    EXPECT_FALSE(profiles.take_event(*xmpp::parse_stanza("<message from='" + phone + "'><body>Hi</body></message>")));
    EXPECT_FALSE(profiles.take_answer(*xmpp::parse_stanza("<iq type='result' id='client' from='" + phone + "'/>")));
}

}  // namespace
}  // namespace gateway
