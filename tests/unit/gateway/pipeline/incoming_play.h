// What the tests of the incoming pipeline share: alice's linked mailbox in a store in memory, mails, and a clock that
// stands still.

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/pipeline/incoming.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"

namespace gateway {

struct IncomingPlay : testing::Test {
    using Kind = DeliveryResult::Kind;

    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    FakeTimer timer;
    Directory directory{store, {.after = timer.timer()}};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    std::vector<queue::Entry> committed;
    std::vector<std::string> away;
    PendingVerdicts pending{store};
    Workers workers{1, loop.post()};
    PipelinePeers peers;
    IncomingPipeline incoming{peers.incoming(directory, store, pending, workers),
                              Seal({Seal::Key{}}),
                              {"coi.jabber.example", std::chrono::days(5), true}};
    AccountId alice = save(IncomingFilter::contacts);

    IncomingPlay() {
        peers.on_committed = [this](queue::Entry entry) { committed.push_back(std::move(entry)); };
        peers.on_away = [this](const Contact& contact, const coi::Message& mail) {
            away.push_back(contact.canonical + ": " + mail.text);
        };
        peers.time = [this] { return time; };
    }
    AccountId save(IncomingFilter take, Account::Kind kind = Account::Kind::mailbox) {
        Account account;
        account.kind = kind;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "example.org"};
        account.take = take;
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    /// Alice's contacts leave the memory.
    void release() {
        for (int minutes = 0; minutes < 5; ++minutes) {
            timer.pass();
            loop.flush(store);
        }
        ASSERT_FALSE(directory.is_loaded(alice));
    }
    static std::string mail(const std::string& id, const std::string& headers = "Chat-Version: 1.0\r\n",
                            const std::string& text = "Hi", const std::string& from = "Bob <bob@example.net>") {
        return "From: " + from + "\r\nTo: alice@example.org\r\n" +
               (id.empty() ? std::string() : "Message-ID: <" + id + ">\r\n") + headers + "\r\n" + text + "\r\n";
    }
    IncomingMail arrival(const std::string& bytes, bool lmtp = false) {
        return {alice, coi::parse(bytes).value(), std::nullopt, {}, lmtp, {}};
    }
    /// The verdict, if there is one once the store has done its work.
    std::optional<DeliveryResult> take(IncomingMail arriving) {
        std::optional<DeliveryResult> verdict;
        incoming.take(std::move(arriving), [&](DeliveryResult v) { verdict = std::move(v); });
        for (int question = 0; question < 8 && !verdict; ++question) loop.flush(store);
        loop.flush(store);
        return verdict;
    }
    Kind take(const std::string& bytes) { return take(arrival(bytes)).value().kind; }
    /// An LMTP delivery; its verdicts so far.
    std::shared_ptr<std::vector<Kind>> deliver(const std::string& bytes) {
        auto verdicts = std::make_shared<std::vector<Kind>>();
        incoming.take(arrival(bytes, true),
                      [verdicts](const DeliveryResult& verdict) { verdicts->push_back(verdict.kind); });
        loop.flush(store);
        loop.flush(store);
        return verdicts;
    }
    template <class T>
    T ask(std::function<T(Database&)> question) {
        T answer{};
        Transactions(store).now([&](Database& db) { answer = question(db); });
        return answer;
    }
    std::int64_t queued() {
        return ask<std::int64_t>([](Database& db) { return queue::count(db, queue::Direction::jabber); });
    }
    bool knows(const std::string& id) {
        return ask<bool>([&](Database& db) { return ids::by_message(db, alice, {id}).has_value(); });
    }
    std::string body(const queue::Entry& entry) {
        const auto stanza = xmpp::parse_stanza(entry.payload);
        const auto* text = stanza ? xmpp::child(*stanza, "body", "") : nullptr;
        return text ? text->cdata() : "";
    }
    /// A message that alice sent to bob.
    void sent(const std::string& id, bool wants_receipt = true) {
        ids::Known known{alice, "bob@example.net", {id}, {"client-1"}, true, "alice@jabber.example/phone",
                         "en",  wants_receipt,     time};
        Transactions(store).now([&](Database& db) { ids::remember(db, known); });
    }
    static std::string report(const std::string& type, const std::string& part, const std::string& id = "report-1@x",
                              const std::string& from = "Bob <bob@example.net>") {
        return mail(
            id, "Content-Type: multipart/report; report-type=" + type + "; boundary=b\r\nMIME-Version: 1.0\r\n",
            "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\nContent-Type: message/" + type + "\r\n\r\n" + part +
                "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + "<ours@example.org>\r\n--b--",
            from);
    }
    static std::string mdn(const std::string& from = "Bob <bob@example.net>") {
        return report("disposition-notification",
                      "Final-Recipient: rfc822;bob@example.net\r\nOriginal-Message-ID: <ours@example.org>\r\n"
                      "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
                      "mdn-1@x", from);
    }
    static std::string dsn() {
        return report("delivery-status",
                      "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\n"
                      "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such person\r\n");
    }
};

}  // namespace gateway
