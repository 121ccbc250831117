// gateway/accounts/damaged_account: whose account is damaged hears so, and nothing of theirs goes another way.

#include "gateway/accounts/damaged_account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pipeline/outgoing.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/stanza.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::HasSubstr;

constexpr const char* alice = "alice@jabber.example";

struct DamagedAccount : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};

    void save(Account::Kind kind) {
        Directory directory(store);
        Account account;
        account.kind = kind;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [](const Store::Failure&, AccountId) {});
        loop.flush(store);
    }
    void change(int kind) {
        Transactions(store).now(
            [&](Database& db) { db.query("UPDATE account SET name = 'Eve' WHERE kind = ?").bind(kind).run(); });
    }
    /// The error that answers a message.
    xmpp::StanzaError error(const char* lang) {
        Directory directory(store);
        std::vector<xmpp::Stanza> sent;
        bool is_committed = false;
        PipelinePeers peers;
        peers.on_stanza = [&](const xmpp::Tag& tag) { sent.emplace_back(tag.clone()); };
        peers.on_committed = [&](const queue::Entry&) { is_committed = true; };
        RelayAccounts relay_accounts{directory, {"jabber.example"}};
        OutgoingPipeline outgoing{peers.outgoing(directory, store, relay_accounts),
                                  {"coi.jabber.example", "jabber.example"}};
        outgoing.take(*xmpp::parse_stanza(std::string("<message id='s1' type='chat' xml:lang='") + lang +
                                          "' from='alice@jabber.example/phone' "
                                          "to='bob\\40example.net@coi.jabber.example'><body>Hi</body></message>"));
        for (int i = 0; i < 3; ++i) loop.flush(store);
        EXPECT_FALSE(is_committed);
        if (sent.size() != 2) return {};  // and the words in the conversation
        return xmpp::error_of(*sent[0]).value();
    }
};

TEST_F(DamagedAccount, its_user_hears_that_the_operator_must_act) {
    save(Account::Kind::relay);
    change(1);
    const auto english = error("en");
    EXPECT_EQ(english.condition, "internal-server-error");
    EXPECT_THAT(english.text, HasSubstr("Only the gateway's operator can mend that"));
    EXPECT_THAT(error("de").text, HasSubstr("Betreiber"));
}

TEST_F(DamagedAccount, nothing_of_a_mailbox_goes_by_the_relay) {
    save(Account::Kind::relay);
    save(Account::Kind::mailbox);
    change(0);
    EXPECT_THAT(error("en").text, HasSubstr("link your mailbox again"));
    Directory directory(store);
    EXPECT_NE(directory.of_user(alice), nullptr);
    EXPECT_EQ(damaged_account(directory, alice)->kind, Account::Kind::mailbox);
}

TEST_F(DamagedAccount, a_sound_mailbox_is_used_whatever_became_of_the_relay) {
    save(Account::Kind::relay);
    save(Account::Kind::mailbox);
    change(1);
    EXPECT_EQ(damaged_account(Directory(store), alice), nullptr);
    EXPECT_EQ(damaged_account(Directory(store), "bob@jabber.example"), nullptr);
}

TEST_F(DamagedAccount, what_a_row_says_of_its_user_is_not_shown_where_it_cannot_be_trusted) {
    save(Account::Kind::relay);
    queue::Entry entry;
    entry.account = Directory(store).of_user(alice)->id;
    entry.to = "eve@jabber.example";
    entry.direction = queue::Direction::aside;
    EXPECT_EQ(user_of_entry(Directory(store), entry), alice);
    change(1);
    EXPECT_EQ(user_of_entry(Directory(store), entry), "damaged");
    entry.direction = queue::Direction::mail;
    EXPECT_EQ(user_of_entry(Directory(store), entry), "damaged");
    entry.account = AccountId{77};
    EXPECT_EQ(user_of_entry(Directory(store), entry), "eve@jabber.example") << "an account that is gone";
    entry.direction = queue::Direction::aside;
    EXPECT_EQ(user_of_entry(Directory(store), entry), "damaged");
}

}  // namespace
}  // namespace gateway
