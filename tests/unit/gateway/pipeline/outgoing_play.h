// What the tests of the outgoing pipeline share: what is sent to clients, and what is committed.

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/pipeline/outgoing.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {

struct OutgoingPipelineTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<xmpp::Stanza> sent;
    std::vector<queue::Entry> committed;
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    PipelinePeers peers;
    OutgoingPipeline outgoing{peers.outgoing(directory, store, relay_accounts),
                              {"coi.jabber.example", "jabber.example"}};

    OutgoingPipelineTest() {
        peers.on_stanza = [this](const xmpp::Tag& tag) { sent.emplace_back(tag.clone()); };
        peers.on_committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        peers.time = [this] { return time; };
    }

    void take(const std::string& children, const std::string& attributes = "type='chat'",
              const std::string& from = "alice@jabber.example/phone",
              const std::string& to = "bob\\40example.net@coi.jabber.example") {
        const auto stanza = xmpp::parse_stanza("<message id='s1' " + attributes + " from='" + from + "' to='" + to +
                                               "'>" + children + "</message>");
        ASSERT_TRUE(stanza);
        outgoing.take(*stanza);
    }
    void settle() {
        for (int i = 0; i < 3; ++i) loop.flush(store);
    }
    std::string condition() {
        settle();
        EXPECT_THAT(committed, testing::IsEmpty());
        if (sent.size() != 2 || xmpp::attribute(*sent[0], "id") != "s1") return "not one error on the stanza's id";
        const auto* line = xmpp::body_of(*sent[1]);
        if (!line || !line->cdata().starts_with("⟦⚠ ")) return "not said in the conversation";
        const auto error = xmpp::error_of(*sent[0]);
        sent.clear();
        return error && !error->text.empty() ? error->condition : "no words";
    }
    coi::Message mail(std::size_t which) { return coi::parse(committed.at(which).payload).value(); }
};

}  // namespace gateway
