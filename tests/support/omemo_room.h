// The room of OMEMO (gateway/encryption/omemo) with a store, one account (alice), her server, and her devices, which
// use xmpp/omemo as a client would.

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/encryption/omemo.h"
#include "tests/support/fakes.h"
#include "tests/support/store_loop.h"
#include "xmpp/omemo/payload.h"
#include "xmpp/omemo/session.h"
#include "xmpp/wire.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {

/// One device of alice's, in a conversation with one contact.
struct OmemoClient {
    xmpp::omemo::OwnKeys keys = xmpp::omemo::OwnKeys::generate(std::chrono::system_clock::now());
    xmpp::omemo::Session session{};
    bool has_session() const { return !session.record.empty(); }
    /// The gateway's device and bundle, as the client has asked for them.
    void knows(const xmpp::omemo::OwnKeys& gateway) {
        peer = gateway.device();
        bundle = gateway.bundle();
    }
    /// <encrypted/> with this text; nullopt: an empty message.
    xmpp::xep0384::Encrypted writes(std::optional<std::string> text) {
        if (!has_session()) session = *xmpp::omemo::start(keys, bundle);
        const auto sealed = xmpp::omemo::seal(text.value_or(""));
        xmpp::xep0384::Encrypted encrypted{keys.device(), {}, sealed.iv, {}};
        if (text) encrypted.payload = sealed.payload;
        encrypted.keys.push_back(*xmpp::omemo::encrypt(keys, session, peer, sealed.key.bytes()));
        return encrypted;
    }
    /// The text of a message, "" of an empty one; nullopt: this device cannot read it.
    std::optional<std::string> reads(const xmpp::Tag& message) {
        const auto encrypted = xmpp::xep0384::encrypted_of(message);
        if (!encrypted) return std::nullopt;
        for (const auto* key : encrypted->keys_for(keys.device())) {
            const auto opened = xmpp::omemo::decrypt(keys, session, *key);
            if (!opened) continue;
            if (opened->used_pre_key) keys.use(*opened->used_pre_key);
            if (!encrypted->payload) return "";
            return xmpp::omemo::open(encrypted->iv, *encrypted->payload, opened->key.bytes());
        }
        return std::nullopt;
    }

    xmpp::omemo::DeviceId peer = 0;
    xmpp::omemo::Bundle bundle;
};

struct OmemoRoom : testing::Test {
    inline static const std::string user = "alice@jabber.example", phone = user + "/phone",
                                    bob = "bob\\40example.net@coi.jabber.example", bobs = "bob@example.net";
    struct Taken {
        std::string text;
        EndToEnd by = EndToEnd::none;
        bool operator==(const Taken&) const = default;
        friend void PrintTo(const Taken& each, std::ostream* out) {
            *out << (each.by == EndToEnd::omemo ? "sealed " : "clear ") << testing::PrintToString(each.text);
        }
    };
    struct Receiver : FakeReceiver {
        explicit Receiver(OmemoRoom& its_room) : room(its_room) {}
        void take(const xmpp::Tag& message, const Opened* opened) override {
            room.taken.push_back({xmpp::body_of(message)->cdata(), opened ? opened->by : EndToEnd::none});
            room.outgoing.emplace_back(message.clone());
            if (!opened || !opened->keys) return;
            if (!room.pipeline_commits) return room.uncommitted.push_back(*opened->keys);
            keys::save(room.store, *opened->keys, [](const Store::Failure&) {});
        }
        OmemoRoom& room;
    };

    struct Outlet : FakeOutlet {
        explicit Outlet(OmemoRoom& its_room) : room(its_room) {}
        void unblock(AccountId account, const std::string& contact) override {
            FakeOutlet::unblock(account, contact);
            room.unblocked_while.push_back(room.privacy().spoken);
        }
        OmemoRoom& room;
    };

    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    FakeTimer idle, timer;
    Directory directory{store, {.after = idle.timer()}};
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    Workers workers{2, loop.post()};
    OpenPgp openpgp{directory, store, workers, {}};
    FakeStream stream;
    Receiver receiver{*this};
    Outlet jabber{*this};
    std::vector<EndToEnd> unblocked_while;  // what alice spoke with Bob then
    FakeNotices notices;
    std::unique_ptr<Otr> otr;
    std::unique_ptr<Omemo> omemo;
    AccountId id{};
    std::vector<Taken> taken;
    std::vector<xmpp::Stanza> outgoing;
    std::vector<std::string>& said = notices.said;
    bool pipeline_commits = true, server_answers = true, server_refuses = false;
    std::vector<keys::OmemoChange> uncommitted;  // while the pipeline commits nothing
    /// The devices that alice's server lists.
    std::vector<OmemoClient*> listed;
    xmpp::omemo::DeviceId forged = 0;  // its signature is not by its key
    std::vector<std::string> asked;    // nodes
    std::vector<xmpp::Stanza> sent;    // messages, not taken by a test yet

    void SetUp() override {
        Account account;
        account.jid = user;
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        directory.add(id, {"", "bob", "example.net"});
        begin();
    }
    /// The process begins: nothing is known but what the store holds.
    void begin() {
        omemo.reset();
        otr = std::make_unique<Otr>(directory, store, workers, relay_accounts, openpgp, receiver, jabber, stream,
                                    notices, Otr::Settings{"coi.jabber.example"});
        omemo = std::make_unique<Omemo>(
            Omemo::Modules{directory, store, workers, relay_accounts, openpgp, *otr, receiver, jabber, stream, notices,
                           timer.timer(), [] { return Time(std::chrono::seconds(1'700'000'000)); }},
            Omemo::Settings{"coi.jabber.example"});
    }
    /// Until nothing is under way; alice's server answers meanwhile.
    void settle() {
        for (int i = 0; i < 12; ++i) {
            loop.flush(store);
            loop.run_until([this] { return workers.waiting() == 0; });
            for (auto& stanza : std::exchange(stream.sent, {})) serve(std::move(stanza));
        }
    }
    void serve(xmpp::Stanza stanza) {
        if (stanza->name() != "iq") return sent.push_back(std::move(stanza));
        const auto wanted = xmpp::xep0060::requested(*stanza);
        ASSERT_TRUE(wanted);
        asked.push_back(wanted->node);
        if (!server_answers) return;
        if (server_refuses) {
            EXPECT_TRUE(omemo->take_answer(*xmpp::error_reply(*stanza, "auth", "not-authorized", "", "")));
            return;
        }
        auto result = xmpp::result_of(*stanza);
        xmpp::Tag& items = xmpp::xep0060::add_items(*result, wanted->node);
        if (wanted->node == xmpp::xep0384::devices_node) {
            xmpp::xep0384::add_devices(xmpp::xep0060::add_item(items, "current"), devices());
        }
        for (auto* client : listed) {
            if (wanted->node != xmpp::xep0384::bundle_node(client->keys.device())) continue;
            auto bundle = client->keys.bundle();
            if (client->keys.device() == forged) bundle.signature[0] ^= 1;
            xmpp::xep0384::add_bundle(xmpp::xep0060::add_item(items, "current"), bundle);
        }
        EXPECT_TRUE(omemo->take_answer(*result));
    }
    std::vector<xmpp::omemo::DeviceId> devices() const {
        std::vector<xmpp::omemo::DeviceId> all;
        for (const auto* client : listed) all.push_back(client->keys.device());
        return all;
    }
    /// The client asks for the contact's keys, as the service gives them.
    void meets(OmemoClient& client) {
        OmemoOwnKeys::Keys keys;
        omemo->own_keys(id, [&](const OmemoOwnKeys::Keys& found) { keys = found; });
        settle();
        ASSERT_TRUE(keys);
        client.knows(*keys);
    }
    /// The server tells of the list.
    void announces() {
        auto event = xmpp::xep0384::event(user, bob, devices());
        EXPECT_TRUE(omemo->take_event(*event));
        settle();
    }
    xmpp::Stanza message(const xmpp::xep0384::Encrypted& encrypted, const std::string& inside = "") {
        auto stanza =
            xmpp::parse_stanza("<message type='chat' id='s1' xml:lang='en' from='" + phone + "' to='" + bob +
                               "'><body>I sent you an OMEMO encrypted message</body>" + inside + "</message>");
        xmpp::xep0384::add_encrypted(*stanza, encrypted);
        return stanza;
    }
    void writes(OmemoClient& client, const std::string& text, const std::string& inside = "") {
        EXPECT_TRUE(omemo->take(*message(client.writes(text), inside)));
        settle();
    }
    queue::Entry entry() const {
        queue::Entry entry;
        entry.account = id;
        entry.contact = bobs;
        entry.name = "m1";
        entry.to = user;
        return entry;
    }
    /// A mail's text on its way to alice.
    Outgoing sends(const std::string& text, const std::string& inside = "") {
        auto stanza = xmpp::parse_stanza("<message type='chat' id='m1' from='" + bob + "' to='" + user + "'>" + inside +
                                         "</message>");
        xmpp::add(*stanza, "body", {}, text);
        std::optional<Outgoing> out;
        omemo->send(entry(), *stanza, [&](Outgoing outgoing) { out = std::move(outgoing); });
        settle();
        if (!out) ADD_FAILURE() << "the line would wait for ever";
        return out ? std::move(*out) : Outgoing{};
    }
    std::optional<std::string> error() {
        for (const auto& stanza : sent) {
            if (const auto found = xmpp::error_of(*stanza)) return found->text;
        }
        return std::nullopt;
    }
    const Privacy& privacy() { return directory.contact(id, bobs)->privacy; }
    std::size_t told(const std::string& words) {
        return static_cast<std::size_t>(
            std::count_if(said.begin(), said.end(), [&](const auto& line) { return line.find(words) != line.npos; }));
    }
};

}  // namespace gateway
