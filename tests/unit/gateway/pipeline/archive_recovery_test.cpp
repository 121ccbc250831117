// Catching up after an unclean stop, with a scripted Jabber server: what was missed is taken once, in order, before
// what is new.

#include "gateway/pipeline/archive_recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite/clean_shutdown.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string bob = "bob\\40example.net@coi.jabber.example";
const std::string phone = "alice@jabber.example/phone";

std::string chat(const std::string& id, const std::string& body, const std::string& from = phone,
                 const std::string& to = bob) {
    return "<message xmlns='jabber:client' type='chat' from='" + from + "' to='" + to + "'" +
           (id.empty() ? "" : " id='" + id + "'") + "><body>" + body + "</body></message>";
}

struct ArchiveTest : testing::Test, StanzaSender, MissedMessages {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    const Time died = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1) + 12h;
    Time time = died + 20s;
    std::vector<xmpp::Stanza> sent;
    std::vector<std::string> taken;  // bodies
    ArchiveRecovery::Settings settings{"coi.jabber.example"};
    std::unique_ptr<ArchiveRecovery> archive;

    void send(const xmpp::Tag& tag) override { sent.emplace_back(tag.clone()); }
    void take_missed(const xmpp::Tag& message) override { taken.push_back(message.findChild("body")->cdata()); }
    void deadline_changed() override {}

    AccountId account(const std::string& name, const std::string& domain = "jabber.example") {
        Account made;
        made.jid = name + "@" + domain;
        made.address = {"", name, domain};
        AccountId id{};
        bool saved = false;
        directory.save(made, [&](const Store::Failure&, AccountId its) { id = its, saved = true; });
        loop.run_until([&] { return saved; });
        return id;
    }
    /// A message that was committed before the stop.
    void committed(AccountId id, const std::string& stanza, Time when, const std::string& from = phone) {
        Transactions(store).now([&](Database& db) {
            static int number = 0;
            ids::remember(db, {id,
                               "bob@example.net",
                               {"m" + std::to_string(++number) + "@jabber.example"},
                               {stanza},
                               true,
                               from,
                               "",
                               false,
                               when});
        });
    }
    void start(bool unclean = true) {
        if (unclean) Transactions(store).now([this](Database& db) { clean_shutdown::alive(db, died); });
        archive = std::make_unique<ArchiveRecovery>(
            ArchiveRecovery::Modules{directory, store, *this, *this, [this] { return time; }}, settings);
        archive->online();
    }
    /// Gives the archive a stanza; false: it is nothing of the archive's.
    bool give(const std::string& xml) {
        auto stanza = xmpp::parse_stanza(xml);
        EXPECT_TRUE(stanza) << xml;
        return stanza && archive->take(stanza);
    }
    bool grant(const std::string& type = "both") {
        return give(
            "<message from='jabber.example' to='coi.jabber.example'><privilege xmlns='urn:xmpp:privilege:2'>"
            "<perm access='roster' type='get'/><perm access='iq'><namespace ns='urn:xmpp:mam:2' type='" +
            type + "'/></perm></privilege></message>");
    }
    std::string wrapped(const std::string& element, const std::string& attributes, const std::string& inner,
                        const std::string& user) {
        return "<" + element + " from='" + user + "' to='coi.jabber.example' " + attributes +
               "><privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'>" + inner +
               "</forwarded></privilege></" + element + ">";
    }
    bool result(const std::string& message, const std::string& query,
                const std::string& user = "alice@jabber.example") {
        return give(wrapped("message", "",
                            "<message xmlns='jabber:client'><result xmlns='urn:xmpp:mam:2' queryid='" + query +
                                "' id='a1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' "
                                "stamp='2026-06-01T12:00:00Z'/>" +
                                message + "</forwarded></result></message>",
                            user));
    }
    bool end(const std::string& query, const std::string& fin = "complete='true'",
             const std::string& user = "alice@jabber.example") {
        return give(wrapped("iq", "type='result' id='" + query + "'",
                            "<iq xmlns='jabber:client' type='result' id='" + query + "'><fin xmlns='urn:xmpp:mam:2' " +
                                fin + "><set xmlns='http://jabber.org/protocol/rsm'><last>a9</last></set></fin></iq>",
                            user));
    }
    std::string id(std::size_t which = 0) { return xmpp::attribute(*sent.at(which), "id"); }
    void settle() { loop.flush(store); }
};

TEST_F(ArchiveTest, what_was_committed_is_not_taken_again_and_what_was_missed_is_before_what_is_new) {
    const AccountId alice = account("alice");
    committed(alice, "s1", died - 1s);
    start();
    EXPECT_TRUE(archive->pending());
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_TRUE(grant());
    ASSERT_EQ(sent.size(), 1u);
    const std::string query = xmpp::print(*sent[0]);
    EXPECT_THAT(query, HasSubstr("to='alice@jabber.example'"));
    EXPECT_THAT(query, HasSubstr("<value>2026-06-01T11:58:00Z</value>"));

    EXPECT_TRUE(result(chat("s1", "committed"), id()));
    EXPECT_TRUE(result(chat("s2", "missed"), id()));
    EXPECT_TRUE(give(chat("s3", "new")));
    EXPECT_TRUE(result(chat("s3", "new"), id()));  // it was archived before it came
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_TRUE(end(id()));
    settle();
    EXPECT_THAT(taken, ElementsAre("missed", "new"));
    EXPECT_FALSE(archive->pending());
    EXPECT_FALSE(give(chat("s4", "later")));
    settle();
    std::optional<Time> alive;
    Transactions(store).now([&](Database& db) { alive = clean_shutdown::last_alive(db); });
    EXPECT_EQ(alive, time);
}

TEST_F(ArchiveTest, messages_without_ids_are_told_apart_by_their_number) {
    const AccountId alice = account("alice");
    committed(alice, "", died - 2s);
    committed(alice, "", died - 1s);
    start();
    grant();
    for (const char* body : {"one", "two", "three"}) result(chat("", body), id());
    give(chat("", "four"));
    result(chat("", "four"), id());
    end(id());
    settle();
    EXPECT_THAT(taken, ElementsAre("three", "four"));
}

TEST_F(ArchiveTest, an_id_that_was_used_long_ago_hides_nothing) {
    const AccountId alice = account("alice");
    committed(alice, "1", died - 1h);
    start();
    grant();
    result(chat("1", "missed"), id());
    end(id());
    settle();
    EXPECT_THAT(taken, ElementsAre("missed"));
}

TEST_F(ArchiveTest, only_text_of_this_user_to_contacts_of_ours_is_taken) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    result(chat("s1", "to somebody else", phone, "carol@jabber.example"), id());
    result(chat("s2", "to the gateway", phone, "coi.jabber.example"), id());
    result(chat("s3", "to alice", bob, phone), id());
    result(chat("s4", "?OTR:AAMCAAABAAAAAAAAAADE."), id());
    result("<message xmlns='jabber:client' from='" + phone + "' to='" + bob +
               "' id='s5'><encrypted xmlns='eu.siacs.conversations.axolotl'/><body>encrypted</body></message>",
           id());
    result("<message xmlns='jabber:client' from='" + phone + "' to='" + bob +
               "' id='s6'><displayed xmlns='urn:xmpp:chat-markers:0' id='x'/></message>",
           id());
    result(chat("s7", "of another query"), "another");
    result(chat("s8", "forged by another user"), id(), "mallory@jabber.example");
    EXPECT_FALSE(end(id(), "complete='true'", "mallory@jabber.example"));
    EXPECT_FALSE(give("<message from='" + phone + "' to='" + bob + "' type='error' id='e'><error/></message>"));
    end(id());
    settle();
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(ArchiveTest, what_was_missed_of_an_otr_session_is_taken_too_so_that_its_sender_hears_of_it) {
    committed(account("alice"), "s1", died - 1s);
    start();
    grant();
    result(chat("s1", "?OTR:AAMDAAABAAAAAQAAAAAAAQ=="), id());
    result(chat("s2", "?OTR:AAMDAAABAAAAAQAAAAAAAg==."), id());
    end(id());
    settle();
    EXPECT_THAT(taken, ElementsAre("?OTR:AAMDAAABAAAAAQAAAAAAAg==."));
}

TEST_F(ArchiveTest, what_was_answered_with_an_error_is_not_taken) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    result(chat("s1", "refused"), id());
    result(
        "<message xmlns='jabber:client' type='error' id='s1' from='" + bob + "' to='" + phone + "'><error/></message>",
        id());
    end(id());
    settle();
    EXPECT_THAT(taken, IsEmpty());
}

TEST_F(ArchiveTest, pages_follow_each_other) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    result(chat("s1", "first page"), id(0));
    EXPECT_TRUE(end(id(0), ""));
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_THAT(xmpp::print(*sent[1]), HasSubstr("<after>a9</after>"));
    EXPECT_FALSE(end(id(0)));
    result(chat("s2", "second page"), id(1));
    end(id(1));
    settle();
    EXPECT_THAT(taken, ElementsAre("first page", "second page"));
}

TEST_F(ArchiveTest, few_archives_are_read_at_a_time) {
    settings.parallel = 2;
    for (const char* name : {"alice", "carol", "dora", "erin"}) committed(account(name), "s", died - 1h);
    committed(account("frank", "elsewhere.example"), "s", died - 1h);
    account("gina");  // was not active
    start();
    grant();
    EXPECT_EQ(sent.size(), 2u);
    for (std::size_t done = 0; done < 4; ++done) {
        ASSERT_LT(done, sent.size());
        EXPECT_TRUE(end(id(done), "complete='true'", xmpp::attribute(*sent[done], "to")));
        settle();
    }
    EXPECT_EQ(sent.size(), 4u);
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, an_archive_that_does_not_answer_is_given_up_and_nothing_that_came_is_lost) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    give(chat("s1", "new"));
    EXPECT_EQ(archive->deadline(), time + settings.patience);
    time += settings.patience;
    archive->tick(time);
    EXPECT_THAT(taken, ElementsAre("new"));
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, a_refusal_gives_the_archive_up) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    give(chat("s1", "new"));
    EXPECT_TRUE(give("<iq type='error' id='" + id() +
                     "' from='alice@jabber.example' to='coi.jabber.example'><error type='cancel'>"
                     "<internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
    EXPECT_THAT(taken, ElementsAre("new"));
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, one_user_does_not_fill_the_memory) {
    settings.held = 3;
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    for (const char* body : {"1", "2", "3"}) EXPECT_TRUE(give(chat(body, body)));
    EXPECT_THAT(taken, ElementsAre("1", "2", "3"));
    EXPECT_FALSE(give(chat("4", "4")));
}

TEST_F(ArchiveTest, nor_does_a_server_that_answers_with_more_than_was_asked_for) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    give(chat("s1", "new"));
    for (int i = 0; i < 50; ++i) result(chat("m" + std::to_string(i), "x"), id());
    EXPECT_TRUE(archive->pending());
    result(chat("m50", "x"), id());
    EXPECT_THAT(taken, ElementsAre("new"));
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, nor_do_long_messages) {
    settings.bytes = 1000;
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    result(chat("m1", std::string(500, 'x')), id());
    EXPECT_TRUE(archive->pending());
    result(chat("m2", std::string(500, 'x')), id());
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, when_the_stream_ends_all_begins_anew) {
    committed(account("alice"), "s0", died - 1min);
    start();
    grant();
    give(chat("s1", "new"));
    archive->offline();
    EXPECT_THAT(taken, ElementsAre("new"));
    EXPECT_TRUE(archive->pending());
    archive->online();
    grant();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_TRUE(end(id(1)));
    settle();
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, without_a_grant_nothing_is_asked) {
    committed(account("alice"), "s0", died - 1min);
    start();
    EXPECT_TRUE(grant("get"));
    EXPECT_FALSE(give(chat("s1", "new")));
    time += settings.grant_patience;
    archive->tick(time);
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_FALSE(archive->pending());
}

TEST_F(ArchiveTest, a_clean_stop_leaves_nothing_to_ask) {
    committed(account("alice"), "s0", died - 1min);
    Transactions(store).now([](Database& db) { clean_shutdown::stopped(db); });
    start(false);
    EXPECT_FALSE(archive->pending());
    EXPECT_FALSE(grant());
    EXPECT_EQ(archive->deadline(), std::nullopt);
    std::optional<Time> alive;
    Transactions(store).now([&](Database& db) { alive = clean_shutdown::last_alive(db); });
    EXPECT_EQ(alive, time);  // from here on a kill would be noticed
}

}  // namespace
}  // namespace gateway
