// The room of OTR (gateway/encryption/otr) with a store, one account (alice) and the clients of her resources, which
// are libotr's.

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/encryption/omemo.h"
#include "gateway/encryption/otr.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/support/otr_client.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {

/// Made once: a key takes long. 0 is the gateway's.
inline const xmpp::otr::Identity& otr_test_identity(std::size_t which) {
    using xmpp::otr::Identity;
    static const std::array<Identity, 3> made{Identity::generate(), Identity::generate(), Identity::generate()};
    return made.at(which);
}

struct OtrRoom : testing::Test {
    inline static const std::string user = "alice@jabber.example", phone = user + "/phone", desk = user + "/desk",
                                    bob = "bob\\40example.net@coi.jabber.example", bobs = "bob@example.net";
    struct Taken {
        std::string text;
        bool from_otr;
        bool operator==(const Taken&) const = default;
        friend void PrintTo(const Taken& each, std::ostream* out) {
            *out << (each.from_otr ? "sealed " : "clear ") << testing::PrintToString(each.text);
        }
    };

    struct Stream : FakeStream {
        explicit Stream(OtrRoom& its_room) : room(its_room) {}
        void send(const xmpp::Tag& tag) override {
            if (tag.name() == "iq") return room.asked.push_back(xmpp::attribute(tag, "to"));
            room.sent.emplace_back(tag.clone());
            room.stanzas.emplace_back(tag.clone());
        }
        OtrRoom& room;
    };
    struct Receiver : FakeReceiver {
        explicit Receiver(OtrRoom& its_room) : room(its_room) {}
        void take(const xmpp::Tag& message, const Opened* opened) override {
            room.taken.push_back({xmpp::body_of(message)->cdata(), opened != nullptr});
            room.outgoing.emplace_back(message.clone());
        }
        OtrRoom& room;
    };

    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    FakeTimer idle;
    Directory directory{store, {.after = idle.timer()}};
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    Workers workers{2, loop.post()};
    OpenPgp openpgp{directory, store, workers, {}};
    Stream stream{*this};
    Receiver receiver{*this};
    FakeOutlet jabber;
    FakeNotices notices;
    std::vector<xmpp::Stanza> sent, stanzas;  // by the room; of them and of what was encrypted: what no client had yet
    std::vector<Taken> taken;
    std::vector<xmpp::Stanza> outgoing;
    std::vector<std::string> asked;  // the clients whose names were
    std::vector<std::string>&said = notices.said, &released = jabber.unblocked;
    std::vector<queue::Entry>& again = jabber.entries;
    Otr::Settings settings{"coi.jabber.example"};
    AccountId id{};
    FakeTimer patience;
    std::unique_ptr<Otr> otr;
    std::unique_ptr<Omemo> omemo;
    std::map<std::string, OtrClient*> clients;

    void SetUp() override {
        Account account;
        account.jid = user;
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        Transactions(store).now([&](Database& db) {
            keys::save_otr_identity(db, id, coi::Secret(std::string(otr_test_identity(0).save().bytes())));
        });
        begin();
    }
    /// The process begins: nothing is known but what the store holds.
    void begin() {
        otr = std::make_unique<Otr>(directory, store, workers, relay_accounts, openpgp, receiver, jabber, stream,
                                    notices, settings);
        omemo =
            std::make_unique<Omemo>(Omemo::Modules{directory, store, workers, relay_accounts, openpgp, *otr, receiver,
                                                   jabber, stream, notices, patience.timer(), [] { return Time{}; }},
                                    Omemo::Settings{settings.component});
    }

    /// The account's contacts leave the memory.
    void release_contacts() {
        for (int minutes = 0; minutes < 5; ++minutes) {
            idle.pass();
            loop.flush(store);
        }
        ASSERT_FALSE(directory.is_loaded(id));
    }
    /// Until nothing is under way.
    void settle() {
        for (int i = 0; i < 6; ++i) {
            loop.flush(store);
            loop.run_until([this] { return workers.waiting() == 0; });
        }
    }
    xmpp::Stanza message(const std::string& from, const std::string& body, const std::string& inside = "",
                         const std::string& to = bob) {
        auto stanza = xmpp::parse_stanza("<message type='chat' id='s1' xml:lang='en' from='" + from + "' to='" + to +
                                         "'>" + inside + "</message>");
        xmpp::add(*stanza, "body", {}, body);
        return stanza;
    }
    void writes(const std::string& from, const std::string& body, const std::string& inside = "",
                const std::string& to = bob) {
        otr->take(*message(from, body, inside, to));
    }
    /// Everything that the client at `jid` wants to send, and that anybody wants to tell it, goes; what its user read.
    std::vector<std::string> talk(OtrClient& client, const std::string& jid = phone, const std::string& to = bob) {
        clients[jid] = &client;
        std::vector<std::string> read;
        for (bool more = true; more;) {
            for (const auto& body : std::exchange(client.out, {})) writes(jid, body, "", to);
            settle();
            for (const auto& stanza : std::exchange(stanzas, {})) {
                const std::string& target = xmpp::attribute(*stanza, "to");
                const auto at = clients.find(target == user ? jid : target);
                if (at == clients.end()) continue;
                const auto text = at->second->receives(xmpp::child(*stanza, "body", "")->cdata());
                if (text && text->starts_with("⟦")) {
                    said.push_back(*text);
                } else if (text && at->second == &client) {
                    read.push_back(*text);
                }
            }
            more = !client.out.empty() || !stanzas.empty();
        }
        return read;
    }
    void start(OtrClient& client, const std::string& jid = phone, const std::string& to = bob) {
        client.out.push_back("?OTRv23?");
        talk(client, jid, to);
        EXPECT_TRUE(client.is_encrypted());
    }
    /// A mail's text on its way to alice.
    Outgoing sends(const std::string& text, const std::string& inside = "", const std::string& contact = bobs) {
        queue::Entry entry;
        entry.account = id;
        entry.contact = contact;
        entry.name = "m1";
        entry.payload = text;
        auto stanza = xmpp::parse_stanza("<message type='chat' id='m1' from='" + bob + "' to='" + user + "'>" + inside +
                                         "</message>");
        xmpp::add(*stanza, "body", {}, text);
        std::optional<Outgoing> out;
        otr->send(entry, *stanza, [&](Outgoing outgoing) { out = std::move(outgoing); });
        settle();
        if (!out) ADD_FAILURE() << "the line would wait for ever";
        return out ? std::move(*out) : Outgoing{};
    }
    /// The same, up to what the user at `jid` reads.
    std::optional<std::string> reads(OtrClient& client, const std::string& text, const std::string& jid = phone) {
        std::optional<std::string> read;
        const Outgoing out = sends(text);
        EXPECT_EQ(out.kind, Outgoing::Kind::encrypted);
        for (const auto& stanza : out.stanzas) {
            const std::string body = xmpp::child(*stanza, "body", "")->cdata();
            EXPECT_THAT(body, testing::StartsWith("?OTR"));
            if (xmpp::attribute(*stanza, "to") == jid) read = client.receives(body);
        }
        return read;
    }
    const Privacy& privacy() { return directory.contact(id, bobs)->privacy; }
    std::size_t told(const std::string& words) {
        return static_cast<std::size_t>(
            std::count_if(said.begin(), said.end(), [&](const auto& line) { return line.find(words) != line.npos; }));
    }
    std::size_t queries() {
        return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [](const auto& stanza) {
            const xmpp::Tag* body = xmpp::child(*stanza, "body", "");
            return body && body->cdata().starts_with("?OTRv");
        }));
    }
};

}  // namespace gateway
