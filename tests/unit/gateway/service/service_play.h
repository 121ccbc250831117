// What the tests of the services share: a directory on a store in memory, neighbours that note what they are told, and
// a clock that stands still.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/service/iq_router.h"
#include "gateway/service/registrar.h"
#include "tests/support/fakes.h"
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
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    RelayAccounts no_relay{directory, {}};  // the commands about keys make no account
    FakeStream stream;
    FakeOutlet mail, jabber;
    std::vector<xmpp::Stanza>& sent = stream.sent;
    std::vector<queue::Entry>& mails = mail.entries;  // those of SecureJoin, and of the gateway to linked mailboxes
    struct Mailboxes : LinkedMailboxes {
        void check(LinkRequest request, const std::string& lang, std::function<void(LinkOutcome)> answer) override {
            checks.push_back({std::move(request), lang, std::move(answer)});
        }
        void coi_server(const Account&, std::optional<std::string> wanted,
                        std::function<void(coi::Result<coi::ServerSettings>)> done) override {
            wanted_filters.push_back(wanted.value_or("nothing"));
            if (wanted && coi_settings) {
                coi_settings->enabled = !wanted->empty();
                coi_settings->filter = *wanted;
            }
            done(coi_settings);
        }
        std::string health(const Account&, const std::string&) const override { return "Connected"; }
        HistoryStart fetch_history(AccountId, const coi::Address& contact, std::size_t most,
                                   std::function<void(coi::Result<History>)> done) override {
            if (start != HistoryStart::begun) return start;
            histories.push_back(contact.addr_spec() + " " + std::to_string(most));
            fetched.push_back(std::move(done));
            return start;
        }
        HistoryStart start = HistoryStart::begun;
        std::vector<std::string> histories;
        std::vector<std::function<void(coi::Result<History>)>> fetched;
        coi::Result<coi::ServerSettings> coi_settings = coi::ServerSettings{};
        std::vector<std::string> wanted_filters;
        std::vector<Check> checks;
    } mailboxes;
    std::vector<Check>& checks = mailboxes.checks;
    struct Links : LinkObserver {
        void linked(const std::string& jid) override { in.push_back(jid); }
        void unlinked(const std::string& jid, const std::vector<std::string>& contacts) override {
            out.push_back(jid);
            left = contacts;
        }
        std::vector<std::string> in, out, left;
    } links;
    std::vector<std::string>&linked = links.in, &unlinked = links.out, &left = links.left;
    RateLimit::Clock::time_point now{};
    Workers workers{1, loop.post()};
    OpenPgp openpgp{directory, store, workers, {}};
    Notices notices{store, jabber, mail, {"coi.jabber.example"}};
    SecureJoin secure_join{directory, store,   workers, openpgp,
                           mail,      notices, {},      [] { return Time(std::chrono::seconds(1'700'000'000)); }};
    FakeReceiver outgoing;
    Clients clients{stream, "coi.jabber.example"};
    Otr otr{directory, store,  workers, relay_accounts, openpgp,
            outgoing,  jabber, stream,  notices,        {"coi.jabber.example"}};
    FakeTimer timer;
    Omemo omemo{{directory, store, workers, no_relay, openpgp, otr, outgoing, jabber, stream, notices, timer.timer(),
                 [] { return Time(std::chrono::seconds(1'700'000'000)); }},
                {"coi.jabber.example"}};
    KeyManagement desk{directory, store, workers, openpgp, secure_join, otr, omemo, no_relay};
    FakeFileStore files;
    FakeProfiles profile_changes;
    ContactProfiles profiles{directory, store, clients, profile_changes, stream, "coi.jabber.example", timer.timer()};
    ContactCards cards{directory, profiles, stream, timer.timer(), 256 * 1024};
    OmemoNodes omemo_nodes{directory, no_relay, omemo, stream, "coi.jabber.example", timer.timer()};
    IqRouter services{directory, relay_accounts, desk,   mailboxes, links,      profile_changes,       notices, clients,
                      cards,     omemo_nodes,    stream, files,     settings(), [this] { return now; }};
};

}  // namespace gateway
