// What was read in Jabber is marked where the user allows it; what was read elsewhere is a marker of the user's own.

#include "gateway/pipeline/read_sync.h"

#include <gmock/gmock.h>

#include "gateway/model/stanza_id.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct ReadSyncTest : IncomingPlay {
    std::vector<AccountId> marked;
    ReadSync sync{{directory, store, peers, [this] { return time; }, [this](AccountId id) { marked.push_back(id); }},
                  {"coi.jabber.example"}};

    /// A mail of bob's; its stanza's id.
    std::string arrives(const std::string& id, std::uint32_t uid) {
        IncomingMail come = arrival(mail(id));
        come.place = MailPlace{"INBOX", 7, uid};
        EXPECT_EQ(take(std::move(come))->kind, Kind::taken);
        return committed.back().name;
    }
    void allow() {
        directory.change(alice, [](Account& account) { account.marks_read = true; }, [](const Store::Failure&) {});
        loop.flush(store);
    }
    std::vector<std::uint32_t> waiting() {
        std::vector<std::uint32_t> uids;
        bool came = false;
        mail_places::to_mark(store, alice, 100, [&](const Store::Failure&, const auto& marks) {
            for (const auto& mark : marks) uids.push_back(mark.place.uid);
            came = true;
        });
        loop.run_until([&] { return came; });
        return uids;
    }
};

TEST_F(ReadSyncTest, AMessageOfAMailboxAsksForAMarker) {
    arrives("m1@x", 1);
    EXPECT_THAT(committed.back().payload, HasSubstr("<markable xmlns='urn:xmpp:chat-markers:0'/>"));
    EXPECT_EQ(committed.back().payload.find("urn:xmpp:receipts"), std::string::npos) << "bob did not ask for one";
    EXPECT_EQ(take(mail("m2@x")), Kind::taken);
    EXPECT_EQ(committed.back().payload.find("markable"), std::string::npos) << "it lies in no mailbox";
}

TEST_F(ReadSyncTest, NothingIsMarkedUnlessTheUserAllowsIt) {
    const std::string first = arrives("m1@x", 1);
    sync.displayed(alice, "bob@example.net", {first});
    sync.reported(alice, "bob@example.net", {{"m1@x"}});
    loop.flush(store);
    EXPECT_THAT(marked, IsEmpty());
    EXPECT_THAT(waiting(), IsEmpty());
    allow();
    const std::string second = arrives("m2@x", 2);
    sync.displayed(alice, "bob@example.net", {second});
    loop.flush(store);
    EXPECT_THAT(marked, ElementsAre(alice));
    EXPECT_THAT(waiting(), ElementsAre(2)) << "what was read before stays as it is";
}

TEST_F(ReadSyncTest, WhatWasReadElsewhereIsAMarkerOfTheUsersOwn) {
    const std::string first = arrives("m1@x", 1), second = arrives("m2@x", 2);
    committed.clear();
    sync.seen(alice, {"INBOX", 7, {1, 2}});
    for (int i = 0; i < 3; ++i) loop.flush(store);
    ASSERT_THAT(committed, SizeIs(1));
    const auto& entry = committed[0];
    EXPECT_EQ(entry.from, "alice@jabber.example");
    EXPECT_EQ(entry.to, "bob\\40example.net@coi.jabber.example");
    EXPECT_EQ(entry.beside, "") << "without the privilege nothing is said";
    const auto stanza = xmpp::parse_stanza(entry.payload);
    EXPECT_TRUE(is_own_message(*stanza));
    EXPECT_THAT(entry.payload, HasSubstr("<displayed xmlns='urn:xmpp:chat-markers:0' id='" + second + "'/>"));
    EXPECT_EQ(queued(), 3) << "committed";
}

TEST_F(ReadSyncTest, TwoFoldersThatAreReadAtTheSameTimeLeaveNothingUntold) {
    arrives("m1@x", 1);
    IncomingMail come = arrival(mail("m2@x"));
    come.place = MailPlace{"COI/Chats", 7, 1};
    EXPECT_EQ(take(std::move(come))->kind, Kind::taken);
    const std::string second = committed.back().name;
    committed.clear();
    sync.seen(alice, {"COI/Chats", 7, {1}});
    sync.seen(alice, {"INBOX", 7, {1}});
    for (int i = 0; i < 6; ++i) loop.flush(store);
    ASSERT_FALSE(committed.empty());
    EXPECT_THAT(committed.back().payload, HasSubstr("id='" + second + "'/>"));
}

TEST_F(ReadSyncTest, ItNeedsNoContactInMemory) {
    arrives("m1@x", 1);
    committed.clear();
    release();
    sync.seen(alice, {"INBOX", 7, {1}});
    for (int i = 0; i < 5; ++i) loop.flush(store);
    EXPECT_THAT(committed, SizeIs(1));
}

}  // namespace
}  // namespace gateway
