// What the tests of the services share: a directory on a store in memory, calls that are written down, and a clock that
// stands still.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/service/iq_router.h"
#include "gateway/service/registrar.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {

/// A gateway coi.jabber.example with one user's client, alice@jabber.example/phone.
class ServicePlay : public testing::Test {
  protected:
    struct Check {
        LinkRequest request;
        std::string lang;
        std::function<void(LinkOutcome)> answer;
    };

    static ServiceSettings settings() { return {"coi.jabber.example", {"jabber.example"}, "jabber.example"}; }

    ServiceCalls calls() {
        ServiceCalls calls;
        calls.send = [this](const xmpp::Tag& tag) { sent.push_back(xmpp::Stanza(tag.clone())); };
        calls.check = [this](LinkRequest request, const std::string& lang, std::function<void(LinkOutcome)> answer) {
            checks.push_back({std::move(request), lang, std::move(answer)});
        };
        calls.health = [](const Account&, const std::string&) { return "Connected"; };
        calls.mail_to = [this](const Account& account, const std::string&, const std::string& text,
                               const std::function<void(bool)>& done) {
            letters.emplace_back(account.address.addr_spec(), text);
            done(true);
        };
        calls.relay_account = [this](const std::string& jid, const std::string&,
                                     const std::function<void(const Account*)>& ready) {
            Account account;
            account.jid = jid;
            account.address = {"", "alice", "jabber.example"};
            account.take = IncomingFilter::all;
            directory.save(account, [this, ready](const Store::Failure&, AccountId id) { ready(directory.find(id)); });
        };
        calls.linked = [this](const std::string& jid) { linked.push_back(jid); };
        calls.unlinked = [this](const std::string& jid, const std::vector<std::string>& contacts) {
            unlinked.push_back(jid);
            left = contacts;
        };
        calls.now = [this] { return now; };
        return calls;
    }

    /// Sends an iq of alice's with this payload; the answer is in `sent` at once or later.
    void ask(const std::string& type, const std::string& payload, const std::string& to = "coi.jabber.example",
             const std::string& from = "alice@jabber.example/phone") {
        const auto iq = xmpp::parse_stanza("<iq type='" + type + "' id='i1' from='" + from + "' to='" + to + "'>" +
                                           payload + "</iq>");
        ASSERT_TRUE(iq) << payload;
        services.take_iq(*iq);
    }
    /// The only stanza that was sent since the last time; waits for it.
    xmpp::Stanza answer() {
        EXPECT_TRUE(loop.run_until([this] { return !sent.empty(); })) << "no answer";
        EXPECT_EQ(sent.size(), 1U);
        if (sent.empty()) return std::make_unique<xmpp::Tag>("nothing");
        auto stanza = std::move(sent.front());
        sent.clear();
        return stanza;
    }
    std::string answer_xml() { return answer()->xml(); }
    xmpp::StanzaError error() { return xmpp::error_of(*answer()).value_or(xmpp::StanzaError{"none", "none", ""}); }

    void say(const std::string& words, const std::string& lang = "") {
        xmpp::Tag message("message");
        message.addAttribute("type", "chat");
        message.addAttribute("from", "alice@jabber.example/phone");
        message.addAttribute("to", "coi.jabber.example");
        message.addAttribute("xml:lang", lang);
        xmpp::add(message, "body", {}, words);
        services.take_words(message);
    }
    std::string reply() {
        const auto stanza = answer();
        const auto* body = stanza->findChild("body");
        return body ? body->cdata() : "";
    }

    static MailboxLogin login() {
        MailboxLogin login;
        login.username = "bob";
        login.password = "secret";
        login.imap = {"imap.example.org", 993, coi::net::Security::tls};
        login.smtp = {"smtp.example.org", 587, coi::net::Security::starttls};
        return login;
    }
    /// Links bob@example.org for alice, as the registration would.
    AccountId link(Account::Kind kind = Account::Kind::mailbox) {
        Account account;
        account.kind = kind;
        account.jid = "alice@jabber.example";
        account.address = kind == Account::Kind::mailbox ? coi::Address{"", "bob", "example.org"}
                                                         : coi::Address{"", "alice", "jabber.example"};
        if (kind == Account::Kind::mailbox) account.login = login();
        AccountId made{};
        directory.save(account, [&](Store::Failure failure, AccountId id) {
            EXPECT_FALSE(failure);
            made = id;
        });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        return made;
    }

    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    std::vector<xmpp::Stanza> sent;
    std::vector<Check> checks;
    std::vector<std::string> linked, unlinked, left;
    std::vector<std::pair<std::string, std::string>> letters;  // to linked mailboxes: address and text
    RateLimit::Clock::time_point now{};
    Workers workers{1, loop.post()};
    OpenPgp openpgp{directory, store, workers, {}};
    std::vector<queue::Entry> mails;
    SecureJoin secure_join{
        directory,
        store,
        workers,
        openpgp,
        {},
        {[this](queue::Entry entry) { mails.push_back(std::move(entry)); },
         [] { return Time(std::chrono::seconds(1'700'000'000)); }, [](const Account&, const Contact&) {},
         [](const Account&, const Contact&, const trust::KeyNews&) {}}};
    static Otr::Calls otr_calls() {
        Otr::Calls calls;
        calls.released = [](AccountId, const std::string&) {};
        return calls;
    }
    Otr otr{directory, store, workers, {"coi.jabber.example"}, otr_calls()};
    KeyManagement desk{
        directory,
        store,
        workers,
        openpgp,
        secure_join,
        otr,
        [](const std::string&, const std::string&, const KeyManagement::Ready& ready) { ready(nullptr); }};
    IqRouter services{directory, desk, settings(), calls()};
};

}  // namespace gateway
