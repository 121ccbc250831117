// A message that comes back after the Jabber server had taken it: its author hears of it once, if proven.

#include "gateway/pipeline/late_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coi/message.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct ReturnedTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<queue::Entry> committed;
    PipelinePeers peers;
    LateError returned{{directory, store, peers, [this] { return time; }}, "jabber.example"};

    ReturnedTest() {
        peers.on_committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
    }

    /// Alice of the relay got Bob's mail m1 as stanza s1; `author` is what was proven of him.
    void got(const std::string& author) {
        Account alice;
        alice.jid = "alice@jabber.example";
        alice.address = {"", "alice", "jabber.example"};
        alice.lang = "en";
        directory.save(alice, [this, author](const Store::Failure&, AccountId id) {
            Transactions(store).now([&](Database& db) {
                ids::remember(db, {id, "bob@example.net", {"m1@example.net"}, {"s1"}, false, author, "", false, time});
            });
        });
        loop.flush(store);
    }
    void comes_back(const std::string& from = "alice@jabber.example", const std::string& id = "s1") {
        const auto stanza = xmpp::parse_stanza(
            "<message type='error' id='" + id + "' from='" + from +
            "' to='bob\\40example.net@coi.jabber.example'><error type='cancel'>"
            "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
        ASSERT_TRUE(stanza);
        returned.take(*stanza);
        loop.flush(store);
        loop.flush(store);
    }
};

TEST_F(ReturnedTest, a_proven_author_is_told_once) {
    got("bob@example.net");
    comes_back();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed[0].from, "");
    EXPECT_EQ(committed[0].to, "bob@example.net");
    EXPECT_GT(committed[0].id, 0);
    const auto mail = coi::parse(committed[0].payload);
    ASSERT_TRUE(mail);
    ASSERT_TRUE(mail->dsn);
    EXPECT_EQ(mail->dsn->original.value, "m1@example.net");
    ASSERT_EQ(mail->dsn->recipients.size(), 1u);
    EXPECT_EQ(mail->dsn->recipients[0].address, "alice@jabber.example");
    EXPECT_EQ(mail->dsn->recipients[0].status, "5.2.0");
    comes_back();
    EXPECT_EQ(committed.size(), 1u);
}

TEST_F(ReturnedTest, nobody_hears_of_it_who_is_not_proven) {
    got("");
    comes_back();
    EXPECT_THAT(committed, IsEmpty());
}

TEST_F(ReturnedTest, a_clients_own_error_bounces_nothing) {
    got("bob@example.net");
    comes_back("alice@jabber.example/phone");
    EXPECT_THAT(committed, IsEmpty());
}

TEST_F(ReturnedTest, errors_on_what_is_not_known_bounce_nothing) {
    got("bob@example.net");
    comes_back("alice@jabber.example", "s2");
    comes_back("alice@jabber.example", "");
    comes_back("mallory@jabber.example");
    EXPECT_THAT(committed, IsEmpty());
}

}  // namespace
}  // namespace gateway
