// Registration with a scripted check of the login; the tests are named after XEP-0077 §3 and XEP-0100 §4.

#include "gateway/service/registration.h"

#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/service/service_play.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {
namespace {

class RegistrationTest : public ServicePlay {
  protected:
    void reg(const std::string& type, const std::string& inside) {
        ask(type, "<query xmlns='jabber:iq:register'>" + inside + "</query>");
    }
    static std::string form(const std::string& fields) {
        return "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>";
    }
    static std::string field(const std::string& var, const std::string& value) {
        return "<field var='" + var + "'><value>" + value + "</value></field>";
    }
};

TEST_F(RegistrationTest, OffersFieldsAndForm) {
    reg("get", "");
    const auto xml = answer_xml();
    EXPECT_EQ(xml.find("<registered/>"), xml.npos);
    EXPECT_NE(xml.find("<email/><password/>"), xml.npos) << xml;
    for (const char* var :
         {"email", "password", "username", "imap_server", "imap_security", "smtp_server", "smtp_security"}) {
        EXPECT_NE(xml.find("<field var='" + std::string(var) + "'"), xml.npos) << var;
    }
    EXPECT_NE(xml.find("<field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>"), xml.npos)
        << xml;
}

TEST_F(RegistrationTest, WhatIsStoredIsShownButNotThePassword) {
    link();
    reg("get", "");
    const auto xml = answer_xml();
    EXPECT_NE(xml.find("<registered/>"), xml.npos);
    EXPECT_NE(xml.find("<value>imap.example.org:993</value>"), xml.npos) << xml;
    EXPECT_NE(xml.find("<value>starttls</value>"), xml.npos);
    EXPECT_EQ(xml.find("secret"), xml.npos);
}

TEST_F(RegistrationTest, LinksWhenTheLoginWasCheckedAndCommitted) {
    reg("set", "<email>bob@example.org</email><password>secret</password>");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_TRUE(sent.empty()) << "answered before the check";
    EXPECT_EQ(checks[0].request.address.addr_spec(), "bob@example.org");
    EXPECT_EQ(checks[0].request.password, "secret");
    EXPECT_FALSE(checks[0].request.imap);
    checks[0].answer({login(), ""});
    EXPECT_TRUE(sent.empty()) << "answered before the commit";
    EXPECT_TRUE(linked.empty());
    EXPECT_EQ(answer_xml(), "<iq type='result' id='i1' from='coi.jabber.example' to='alice@jabber.example/phone'/>");
    EXPECT_EQ(linked, std::vector<std::string>{"alice@jabber.example"});
    const Account* account = directory.mailbox_of("alice@jabber.example");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->key_holder, KeyHolder::unknown) << "until the mailbox was looked through";
    EXPECT_EQ(account->login, login());
}

TEST_F(RegistrationTest, ReadingBeginsWhereTheCheckSawTheEnd) {
    const auto place = [this] {
        std::vector<Cursor> kept;
        const auto id = directory.mailbox_of("alice@jabber.example")->id;
        Transactions(store).now([&](Database& db) { kept = accounts::cursors(db, id); });
        return kept;
    };
    reg("set", "<email>bob@example.org</email><password>secret</password>");
    ASSERT_EQ(checks.size(), 1U);
    checks[0].answer({login(), "", {{"INBOX", 7, 43}}});
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    EXPECT_EQ(place(), (std::vector<Cursor>{{"INBOX", 7, 43}}));
    reg("set", "<username>bob</username><password>newpass</password>");
    ASSERT_EQ(checks.size(), 2U);
    checks[1].answer({login(), "", {{"COI/Chats", 8, 2}, {"INBOX", 7, 99}}});
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    EXPECT_EQ(place(), (std::vector<Cursor>{{"COI/Chats", 8, 2}, {"INBOX", 7, 43}})) << "42 to 98 are not read yet";
}

TEST_F(RegistrationTest, AFormGoesBeforeBareFields) {
    reg("set", "<email>x@x.example</email>" +
                   form(field("email", "bob@example.org") + field("password", "secret") + field("username", "b") +
                        field("imap_server", "mx.example.org:143") + field("imap_security", "starttls")));
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].request.address.local, "bob");
    EXPECT_EQ(checks[0].request.username, "b");
    ASSERT_TRUE(checks[0].request.imap);
    EXPECT_EQ(checks[0].request.imap->host, "mx.example.org");
    EXPECT_EQ(checks[0].request.imap->port, 143);
    EXPECT_EQ(checks[0].request.imap->security, coi::net::Security::starttls);
    EXPECT_FALSE(checks[0].request.smtp);
}

TEST_F(RegistrationTest, WhatFailedIsSaidInPlainWords) {
    reg("set", "<email>bob@example.org</email><password>wrong</password>");
    ASSERT_EQ(checks.size(), 1U);
    checks[0].answer({std::nullopt, "The password is wrong."});
    const auto stanza = answer();
    const auto error = xmpp::error_of(*stanza);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->condition, "not-acceptable");
    EXPECT_EQ(error->type, "modify");
    EXPECT_EQ(error->text, "The password is wrong.");
    EXPECT_EQ(stanza->xml().find("wrong</password>"), std::string::npos) << "the request is not sent back";
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
}

TEST_F(RegistrationTest, IncompleteAndImpossibleFields) {
    reg("set", "<email>bob@example.org</email><password/>");
    EXPECT_EQ(error().condition, "not-acceptable");
    reg("set", "<password>x</password>");
    EXPECT_EQ(error().condition, "not-acceptable");
    reg("set", "<email>bob</email><password>x</password>");
    EXPECT_EQ(error().text, "“bob” is no mail address.");
    reg("set",
        form(field("email", "bob@example.org") + field("password", "x") + field("smtp_server", "no server:at all")));
    EXPECT_EQ(error().condition, "not-acceptable");
    EXPECT_TRUE(checks.empty());
}

TEST_F(RegistrationTest, Section3_3ChangesThePassword) {
    const auto id = link();
    reg("set", "<username>bob</username><password>newpass</password>");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].request.address.addr_spec(), "bob@example.org");
    EXPECT_EQ(checks[0].request.password, "newpass");
    EXPECT_EQ(checks[0].request.imap, login().imap) << "the servers are known";
    EXPECT_EQ(checks[0].request.smtp, login().smtp);
    auto changed = login();
    changed.password = "newpass";
    checks[0].answer({changed, ""});
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->id, id);
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->key_holder, KeyHolder::coigate) << "as it was";
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->login.password, "newpass");
    EXPECT_TRUE(linked.empty()) << "nothing new to subscribe to";
}

TEST_F(RegistrationTest, AnEmptyPasswordChangesNothing) {
    link();
    reg("set", "<username>bob</username><password/>");
    EXPECT_EQ(error().condition, "not-acceptable");
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->login.password, "secret");
}

TEST_F(RegistrationTest, AnotherMailboxTakesNothingOver) {
    const auto id = link();
    directory.add(id, {"", "carol", "example.net"});
    directory.note_language(id, "de", Account::LanguageSource::chosen);
    reg("set", "<email>other@example.net</email><password>x</password>");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_FALSE(checks[0].request.imap);
    checks[0].answer({login(), ""});
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    const Account* account = directory.mailbox_of("alice@jabber.example");
    EXPECT_EQ(account->address.addr_spec(), "other@example.net");
    EXPECT_TRUE(directory.contacts(account->id).empty());
    EXPECT_EQ(account->lang, "de");
    EXPECT_EQ(account->lang_source, Account::LanguageSource::chosen) << "the user's, not the mailbox's";
}

TEST_F(RegistrationTest, WhoWasBlockedBeforeStaysBlocked) {
    const auto relay = link(Account::Kind::relay);
    const coi::Address carol{"", "carol", "example.org"};
    directory.change(relay, carol, [](Contact& contact) { contact.blocked = true; });
    reg("set", "<email>bob@example.org</email><password>secret</password>");
    checks.at(0).answer({login(), ""});
    answer();
    const Contact* known = directory.contact(directory.mailbox_of("alice@jabber.example")->id, carol.canonical());
    EXPECT_TRUE(known && known->blocked);
}

TEST_F(RegistrationTest, AParkedMailboxIsItsUsersAgainWithItsPassword) {
    const auto id = link();
    directory.change(id, {"", "carol", "example.org"}, [](Contact& contact) { contact.dialect = Dialect::mail; });
    bool parked = false;
    directory.park(id, [&](const Store::Failure&, std::int64_t) { parked = true; });
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
    ASSERT_TRUE(loop.run_until([&] { return parked; }));
    reg("set", "<email>bob@example.org</email><password>secret</password>");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_FALSE(checks[0].request.imap) << "nothing of it is told to whoever links";
    checks[0].answer({login(), ""});
    answer();
    const Account* account = directory.mailbox_of("alice@jabber.example");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->id, id);
    EXPECT_EQ(account->login, login());
    EXPECT_EQ(directory.contacts(id).size(), 1U);
    EXPECT_EQ(linked.size(), 1U) << "the gateway asks to see them again";
}

// Anybody has a server on which any password is right, or a name of their own at a large one.
TEST_F(RegistrationTest, AParkedMailboxIsNobodysWhoLogsInElsewhereOrByAnotherName) {
    for (const auto& login : {field("imap_server", "imap.evil.example:993"), field("username", "eve@example.org")}) {
        const auto id = link();
        bool parked = false;
        directory.park(id, [&](const Store::Failure&, std::int64_t) { parked = true; });
        ASSERT_TRUE(loop.run_until([&] { return parked; }));
        checks.clear();
        reg("set", form(field("email", "bob@example.org") + field("password", "hers") + login));
        ASSERT_EQ(checks.size(), 1U) << login;
        checks[0].answer({MailboxLogin{}, ""});
        answer();
        EXPECT_NE(directory.mailbox_of("alice@jabber.example")->id, id) << login;
        EXPECT_EQ(directory.all().size(), 1U) << "nothing of the one before is left";
        bool gone = false;
        directory.remove(directory.mailbox_of("alice@jabber.example")->id, [&](const Store::Failure&) { gone = true; });
        ASSERT_TRUE(loop.run_until([&] { return gone; }));
    }
}

TEST_F(RegistrationTest, AnotherMailboxDeletesAParkedOne) {
    const auto id = link();
    bool parked = false;
    directory.park(id, [&](const Store::Failure&, std::int64_t) { parked = true; });
    ASSERT_TRUE(loop.run_until([&] { return parked; }));
    reg("set", "<email>eve@example.org</email><password>hers</password>");
    checks.at(0).answer({login(), ""});
    answer();
    EXPECT_NE(directory.mailbox_of("alice@jabber.example")->id, id);
    EXPECT_EQ(directory.all().size(), 1U);
}

TEST_F(RegistrationTest, Xep0100CancelDeletesEverythingAndLeaves) {
    const auto id = link();
    link(Account::Kind::relay);
    directory.change(id, {"", "carol", "example.net"}, [](Contact& contact) { contact.subscribed = true; });
    directory.add(id, {"", "dave", "example.net"});
    reg("set", "<remove/>");
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    EXPECT_FALSE(directory.of_user("alice@jabber.example"));
    EXPECT_EQ(unlinked, std::vector<std::string>{"alice@jabber.example"});
    EXPECT_EQ(left, std::vector<std::string>{"carol\\40example.net@coi.jabber.example"});
}

TEST_F(RegistrationTest, Section3_2UnregisterErrors) {
    reg("set", "<remove/>");
    EXPECT_EQ(error().condition, "registration-required");
    link();
    reg("set", "<remove/><email>x</email>");
    EXPECT_EQ(error().condition, "bad-request");
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example"));
}

TEST_F(RegistrationTest, OnlyUsersOfTheRegisterDomains) {
    for (const char* type : {"get", "set"}) {
        ask(type, "<query xmlns='jabber:iq:register'><email>eve@example.org</email><password>x</password></query>",
            "coi.jabber.example", "eve@elsewhere.example/x");
        EXPECT_EQ(error().condition, "not-allowed");
    }
    ask("set", "<query xmlns='jabber:iq:register'><email>eve@example.org</email><password>x</password></query>",
        "coi.jabber.example", "jabber.example");
    EXPECT_EQ(error().condition, "not-allowed") << "a server is no user";
    EXPECT_TRUE(checks.empty());
}

TEST_F(RegistrationTest, ContactsRegisterNobody) {
    ask("get", "<query xmlns='jabber:iq:register'/>", "bob\\40example.org@coi.jabber.example");
    EXPECT_EQ(error().condition, "service-unavailable");
}

TEST_F(RegistrationTest, OneCheckAtATime) {
    reg("set", "<email>bob@example.org</email><password>a</password>");
    reg("set", "<email>bob@example.org</email><password>b</password>");
    EXPECT_EQ(error().condition, "resource-constraint");
    EXPECT_EQ(checks.size(), 1U);
}

TEST_F(RegistrationTest, FiveAttemptsInTenMinutes) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        reg("set", "<email>bob@example.org</email><password>guess</password>");
        ASSERT_EQ(checks.size(), static_cast<std::size_t>(attempt + 1));
        checks.back().answer({std::nullopt, "wrong"});
        answer();
        now += std::chrono::minutes(1);
    }
    reg("set", "<email>bob@example.org</email><password>guess</password>");
    EXPECT_EQ(error().condition, "policy-violation");
    now += std::chrono::minutes(5);  // the first is ten minutes old
    reg("set", "<email>bob@example.org</email><password>guess</password>");
    EXPECT_EQ(checks.size(), 6U);
}

TEST_F(RegistrationTest, ACancelledFormChangesNothing) {
    reg("set", "<x xmlns='jabber:x:data' type='cancel'/>");
    EXPECT_EQ(xmpp::attribute(*answer(), "type"), "result");
    EXPECT_TRUE(checks.empty());
}

TEST_F(RegistrationTest, WhoseClientShowsNoWordsOfAnErrorGetsThemAsAMessage) {
    reg("get", "");
    const std::string client = xmpp::attribute(*answer(), "to");
    clients.heard_of(client);
    sent.clear();
    clients.take_answer(*xmpp::parse_stanza(
        "<iq type='result' id='client' from='" + client +
        "'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc' name='Pidgin'/>"
        "</query></iq>"));
    reg("set", "<email>bob@example.org</email><password>wrong</password>");
    ASSERT_EQ(checks.size(), 1U);
    checks[0].answer({std::nullopt, "The password is wrong."});
    ASSERT_TRUE(loop.run_until([this] { return !sent.empty(); }));
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(xmpp::attribute(*sent[0], "type"), "error");
    EXPECT_EQ(xmpp::attribute(*sent[1], "to"), client);
    EXPECT_EQ(xmpp::body_of(*sent[1])->cdata(), "The password is wrong.");
}

TEST_F(RegistrationTest, AnAnswerThatComesAfterTheEndIsDropped) {
    std::function<void(LinkOutcome)> late;
    {
        IqRouter gone(directory, relay_accounts, desk, mailboxes, links, profile_changes, notices, clients, cards,
                      omemo_nodes, stream, files, settings(), [this] { return now; });
        gone.take_iq(*xmpp::parse_stanza(
            "<iq type='set' id='1' from='alice@jabber.example/x' to='coi.jabber.example'><query "
            "xmlns='jabber:iq:register'><email>b@example.org</email><password>p</password></query></iq>"));
        ASSERT_EQ(checks.size(), 1U);
        late = checks[0].answer;
    }
    late({login(), ""});
    EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace gateway
