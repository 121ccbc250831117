// The stage of the presence's tests: alice, her contact bob, and what is sent to them.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/service/presence.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"

namespace gateway {

class PresenceTest : public testing::Test {
  protected:
    static inline const std::string bob = "bob\\40example.org@coi.jabber.example";
    static inline const std::string alias = "gateway@coi.jabber.example";
    static inline const std::string alice = "alice@jabber.example";
    static inline const coi::Address address{"Bob", "bob", "example.org"};

    /// `server`: the users' server, which is asked what it is; "": it is not.
    explicit PresenceTest(const std::string& server = "")
        : presence(directory, relay_accounts, stream, subscriptions, greetings, {"coi.jabber.example", server},
                   timer.timer(), [](const std::string& user) { return user != "erin@jabber.example"; }) {}
    void take(const std::string& type, const std::string& to, bool may_use = true, const std::string& from = alice) {
        const std::string attribute = type.empty() ? "" : "type='" + type + "' ";
        presence.take(*xmpp::parse_stanza("<presence " + attribute + "from='" + from + "' to='" + to + "'/>"), may_use);
    }
    /// "subscribed bob… > alice…" for each stanza since the last time.
    std::vector<std::string> said() {
        std::vector<std::string> lines;
        for (const auto& stanza : sent) {
            const auto& type = xmpp::attribute(*stanza, "type");
            const auto error = xmpp::error_of(*stanza);
            lines.push_back((type.empty() ? "available"
                             : error      ? "error " + error->condition
                                          : type) +
                            " " + xmpp::JID(xmpp::attribute(*stanza, "from")).bare() + " > " +
                            xmpp::attribute(*stanza, "to"));
        }
        sent.clear();
        return lines;
    }
    AccountId make_account() {
        Account account;
        account.jid = alice;
        account.address = {"", "alice", "jabber.example"};
        AccountId made{};
        directory.save(account, [&](Store::Failure, AccountId id) { made = id; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        return made;
    }
    bool subscribed(AccountId id) {
        const Contact* contact = directory.contact(id, address.canonical());
        return contact && contact->subscribed;
    }

    using Lines = std::vector<std::string>;
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    FakeTimer timer;
    Directory directory{store, {.most_contacts = 3, .after = timer.timer()}};
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    FakeStream stream;
    std::vector<xmpp::Stanza>& sent = stream.sent;
    FakeSubscriptions subscriptions;
    FakeReceiver greetings;
    Presence presence;
};

}  // namespace gateway
