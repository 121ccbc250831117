// What becomes of a user's stanza: one committed mail, or an error that says why.

#include "gateway/pipeline/outgoing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/model/addresses.h"
#include "gateway/queue/delivered.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(OutgoingPipelineTest, a_stanza_becomes_one_committed_mail_with_a_minted_id) {
    take("<body>Hi</body>");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(sent, IsEmpty());
    const auto& entry = committed[0];
    EXPECT_EQ(entry.from, "alice@jabber.example");
    EXPECT_EQ(entry.to, "bob@example.net");
    EXPECT_EQ(entry.origin, "alice@jabber.example/phone");
    EXPECT_EQ(entry.origin_id, "s1");
    EXPECT_GT(entry.id, 0);
    EXPECT_EQ(mail(0).text, "Hi");
    EXPECT_TRUE(coi::is_chat(mail(0).id));
    EXPECT_EQ(entry.name, mail(0).id.value);
    std::optional<ids::Known> known;
    Transactions(store).now([&](Database& db) { known = ids::by_message(db, entry.account, mail(0).id); });
    ASSERT_TRUE(known);
    EXPECT_EQ(known->stanza.value, "s1");
    EXPECT_TRUE(known->from_jabber);
}

TEST_F(OutgoingPipelineTest, the_name_that_a_client_gives_stands_in_from) {
    take("<body>Hi</body>");
    take("<body>Hi</body><nick xmlns='http://jabber.org/protocol/nick'> Alice\n &lt;al@elsewhere.example> </nick>");
    take("<body>Hi</body><nick xmlns='http://jabber.org/protocol/nick'>" + std::string(1000, 'x') + "</nick>");
    settle();
    ASSERT_EQ(committed.size(), 3u);
    EXPECT_EQ(mail(0).from.front().name, "");
    for (const std::size_t which : {1u, 2u}) {
        ASSERT_EQ(mail(which).from.size(), 1u);
        EXPECT_EQ(mail(which).from.front().name, "Alice <al@elsewhere.example>");
        EXPECT_EQ(mail(which).from.front().addr_spec(), "alice@jabber.example");
    }
    Directory again{store};
    ASSERT_NE(again.relay_of("alice@jabber.example"), nullptr);
    EXPECT_EQ(again.relay_of("alice@jabber.example")->address.name, "Alice <al@elsewhere.example>");
}

TEST_F(OutgoingPipelineTest, a_client_id_that_is_used_again_drops_nothing) {
    take("<body>Hi</body>");
    take("<body>Hi</body>");
    settle();
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_NE(committed[0].name, committed[1].name);
}

TEST_F(OutgoingPipelineTest, what_cannot_be_carried_is_refused_in_words) {
    take("<body>Hi</body>", "type='chat'", "alice@elsewhere.example/x");
    EXPECT_EQ(condition(), "not-allowed") << "who cannot link a mailbox is not told to";
    OutgoingPipeline::Settings settings{"coi.jabber.example", "jabber.example"};
    settings.register_domains = {"elsewhere.example"};
    outgoing.reload(settings);
    take("<body>Hi</body>", "type='chat'", "alice@elsewhere.example/x");
    EXPECT_EQ(condition(), "registration-required");
    take("<body>Hi</body>", "type='chat'", "alice@jabber.example/phone", "nobody@coi.jabber.example");
    EXPECT_EQ(condition(), "jid-malformed");
    take("<body>Hi</body>", "type='groupchat'");
    EXPECT_EQ(condition(), "service-unavailable");
    take("<body>secret</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>");
    EXPECT_EQ(condition(), "not-acceptable");
    take("<body>?OTRv3?</body>");
    EXPECT_EQ(condition(), "not-acceptable");
}

TEST_F(OutgoingPipelineTest, what_a_user_wrote_or_did_never_ends_in_silence) {
    for (const char* children :
         {"<body> \n </body>", "<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>lol</reaction></reactions>",
          "<retract xmlns='urn:xmpp:message-retract:1'/>", "<propose xmlns='urn:xmpp:jingle-message:0'/>",
          "<attention xmlns='urn:xmpp:attention:0'/>"}) {
        take(children);
        EXPECT_EQ(condition(), "feature-not-implemented") << children;
    }
    take("<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>👍</reaction></reactions>");
    EXPECT_EQ(condition(), "item-not-found");
    take("<retract xmlns='urn:xmpp:message-retract:1' id='x'/>");
    EXPECT_EQ(condition(), "item-not-found");
    take("<body>Hi</body>", "type='headline'");
    take("<subject>Only this</subject>", "type='normal'");
    take("<x xmlns='jabber:x:oob'><url>https://example.net/cat.jpg</url><desc>A cat</desc></x>");
    take(
        "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>One "
        "<em>two</em></p></body></html>");
    take("<body xml:lang='de'>Hallo</body><body>Hello</body><body xml:lang='fr'>Bonjour</body>");
    take("<body xml:lang='de'>Hallo</body><body xml:lang='fr'>Bonjour</body>", "type='chat' xml:lang='fr'");
    settle();
    ASSERT_EQ(committed.size(), 6u);
    const char* const texts[] = {"Hi",        "Only this", "A cat\nhttps://example.net/cat.jpg",
                                 "One _two_", "Hello",     "Bonjour"};
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(mail(i).text, texts[i]);
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OutgoingPipelineTest, what_programs_say_by_themselves_is_no_reason_for_an_error) {
    for (const char* to : {"bob\\40example.net@coi.jabber.example", "no-address@coi.jabber.example"}) {
        for (const char* children :
             {"<composing xmlns='http://jabber.org/protocol/chatstates'/>", "", "<body/>",
              "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>", "<received xmlns='urn:xmpp:receipts' id='x'/>"}) {
            take(children, "type='chat'", "alice@elsewhere.example/x", to);
            take(children, "type='groupchat'", "alice@elsewhere.example/x", to);
        }
    }
    settle();
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(committed, IsEmpty());
}

TEST_F(OutgoingPipelineTest, the_wish_for_a_receipt_waits_with_the_mail) {  // [XEP-0184 §7]
    take("<body>Hi</body><request xmlns='urn:xmpp:receipts'/>");
    take("<body>urn:xmpp:receipts</body>");
    settle();
    ASSERT_EQ(committed.size(), 2u);
    const auto receipt = delivered::receipt(committed[0]);
    ASSERT_TRUE(receipt);
    EXPECT_EQ(xmpp::xep0184::received(*receipt), "s1");
    EXPECT_FALSE(delivered::receipt(committed[1]));
}

TEST_F(OutgoingPipelineTest, an_error_brings_back_what_was_written) {  // [RFC 6120 §8.3.1] Psi and Pidgin show no other
    take("<body>Dear Bob</body>", "type='groupchat'");
    settle();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(xmpp::body_of(*sent[0])->cdata(), "Dear Bob");
    sent.clear();
    take("<body>" + std::string(999, 'x') + "äöü</body>", "type='groupchat'");
    settle();
    EXPECT_EQ(xmpp::body_of(*sent.at(0))->cdata(), std::string(999, 'x') + "…") << "never half a character";
    take("<body>Hi</body><thread>t</thread>", "type='chat' xml:lang='de'");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    const auto original = xmpp::parse_stanza(committed[0].beside);
    ASSERT_TRUE(original);
    EXPECT_EQ(original->xml(),
              "<message id='s1' from='alice@jabber.example/phone' to='bob\\40example.net@coi.jabber.example' "
              "xml:lang='de'><body>Hi</body></message>");
    Transactions(store).now([&](Database& db) {
        const auto kept = queue::find(db, committed[0].id);
        ASSERT_TRUE(kept);
        EXPECT_EQ(kept->beside, committed[0].beside);
        EXPECT_EQ(kept->payload, committed[0].payload);
    });
}

TEST_F(OutgoingPipelineTest, under_otr_neither_the_text_goes_back_nor_what_nobody_can_read) {
    const auto came = xmpp::parse_stanza(
        "<message id='s1' type='chat' from='alice@elsewhere.example/x' to='bob\\40example.net@coi.jabber.example'>"
        "<body>?OTR:AAMDJ.</body></message>");
    const auto text = xmpp::parse_stanza(
        "<message id='s1' type='chat' from='alice@elsewhere.example/x' to='bob\\40example.net@coi.jabber.example'>"
        "<body>a secret</body></message>");
    const Opened opened{EndToEnd::otr, *came, {}};
    outgoing.take(*text, &opened);
    settle();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(xmpp::body_of(*sent[0])->cdata(), "[OTR]");
    EXPECT_THAT(sent[0]->xml(), Not(HasSubstr("secret")));
}

TEST_F(OutgoingPipelineTest, that_a_conversation_is_encrypted_is_told_unless_omemo_has_said_so) {
    peers.on_closed = [](EncryptResult letter, const auto& done) {
        letter.encrypted = true;
        done(std::move(letter));
    };
    const auto text = [](const std::string& contact) {
        return xmpp::parse_stanza("<message id='s1' type='chat' from='alice@jabber.example/x' to='" + contact +
                                  "\\40example.net@coi.jabber.example'><body>Hi</body></message>");
    };
    const auto bobs = text("bob"), carols = text("carol");
    const Opened opened{EndToEnd::omemo, *bobs, {}};
    outgoing.take(*bobs, &opened);
    outgoing.take(*carols);
    settle();
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_THAT(peers.encrypted_with, ElementsAre("carol@example.net"));
    EXPECT_TRUE(directory.contact(committed[0].account, "bob@example.net")->privacy.encrypted);
}

TEST_F(OutgoingPipelineTest, a_marker_means_up_to_here_and_each_message_is_reported_once) {  // [XEP-0333 §4.2]
    take("<body>Hi</body>");
    settle();
    const AccountId id = committed.at(0).account;
    committed.clear();
    const Contact& bob =
        directory.change(id, {"", "bob", "example.net"}, [](Contact& contact) { contact.dialect = Dialect::chatmail; });
    Transactions(store).now([&](Database& db) {
        for (const char* n : {"1", "2", "3", "4"}) {
            const bool asked = *n != '2';
            ids::remember(
                db,
                {id, bob.canonical, {"m" + std::string(n) + "@x"}, {"s" + std::string(n)}, false, "", "", asked, time});
        }
    });
    const auto reported = [&](const std::string& stanza) {
        take("<displayed xmlns='urn:xmpp:chat-markers:0' id='" + stanza + "'/>");
        settle();
        std::vector<std::string> reports;
        for (std::size_t i = 0; i < committed.size(); ++i) {
            const coi::Mdn mdn = *mail(i).mdn;
            for (const auto& each : mdn.further) reports.push_back(each.value);
            reports.push_back(mdn.original.value);
        }
        committed.clear();
        return reports;
    };
    EXPECT_THAT(reported("s3"), testing::ElementsAre("m1@x", "m3@x")) << "who did not ask hears nothing";
    EXPECT_THAT(reported("s3"), IsEmpty());
    EXPECT_THAT(reported("s1"), IsEmpty());
    EXPECT_THAT(reported("unknown"), IsEmpty());
    EXPECT_THAT(reported("s4"), testing::ElementsAre("m4@x"));
}

TEST_F(OutgoingPipelineTest, a_contact_is_known_by_the_jid_that_its_user_wrote_to) {
    take("<body>Hi</body>", "type='chat'", "alice@jabber.example/phone", "bob%example.net@coi.jabber.example");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    const auto jid = [&](const Directory& in) {
        return jid_of(*in.contact(committed[0].account, "bob@example.net"), "coi.jabber.example")->bare();
    };
    EXPECT_EQ(jid(directory), "bob%example.net@coi.jabber.example");
    EXPECT_EQ(jid(Directory(store)), "bob%example.net@coi.jabber.example") << "after a restart, too";
    take("<body>Hi</body>");
    settle();
    EXPECT_EQ(jid(directory), "bob\\40example.net@coi.jabber.example") << "the last one";
    EXPECT_THAT(jids_of(*directory.contact(committed[0].account, "bob@example.net"), "coi.jabber.example"),
                testing::ElementsAre("bob\\40example.net@coi.jabber.example", "bob%example.net@coi.jabber.example"));
}

TEST_F(OutgoingPipelineTest, a_store_that_fails_is_told_as_wait_and_nothing_is_handed_on) {
    take("<body>Hi</body>");
    settle();
    committed.clear();
    Transactions(store).now([](Database& db) { db.execute("DROP TABLE payload"); });
    take("<body>Hi</body>");
    EXPECT_EQ(condition(), "resource-constraint");
}

TEST_F(OutgoingPipelineTest, one_user_cannot_fill_the_queue) {
    OutgoingPipeline::Settings settings{"coi.jabber.example", "jabber.example"};
    settings.most_waiting = 2;
    outgoing.reload(settings);
    take("<body>one</body>");
    take("<body>two</body>");
    settle();
    ASSERT_EQ(committed.size(), 2u);
    const auto first = committed.front().id;
    committed.clear();
    take("<body>three</body>");
    EXPECT_EQ(condition(), "resource-constraint");
    Transactions(store).now([first](Database& db) { queue::done(db, first); });
    take("<body>four</body>");
    settle();
    EXPECT_EQ(committed.size(), 1u);
}

TEST_F(OutgoingPipelineTest, an_account_that_cannot_be_made_is_told_to_each_who_waited) {
    Transactions(store).now([](Database& db) { db.execute("DROP TABLE account"); });
    int again = 0;
    relay_accounts.get("alice@jabber.example", "", [&](const Account* account) {
        EXPECT_EQ(account, nullptr);
        relay_accounts.get("alice@jabber.example", "", [&](const Account*) { ++again; });
    });
    take("<body>Hi</body>");
    settle();
    EXPECT_EQ(sent.size(), 2u) << "the error, and its words in the conversation";
    EXPECT_EQ(again, 1) << "who asks again from within is answered too";
}

TEST_F(OutgoingPipelineTest, the_first_messages_of_a_user_make_one_account_and_keep_their_order) {
    for (const char* text : {"one", "two", "three"}) take("<body>" + std::string(text) + "</body>");
    settle();
    ASSERT_EQ(committed.size(), 3u);
    EXPECT_EQ(mail(0).text, "one");
    EXPECT_EQ(mail(1).text, "two");
    EXPECT_EQ(mail(2).text, "three");
    EXPECT_LT(committed[0].id, committed[1].id);
    EXPECT_EQ(directory.all().size(), 1u);
}

TEST_F(OutgoingPipelineTest, a_conversation_continues_its_thread) {
    take("<body>one</body>");
    take("<body>two</body>");
    settle();
    EXPECT_THAT(mail(0).references, IsEmpty());
    EXPECT_THAT(mail(1).references, testing::Contains(mail(0).id));
    const auto* bob = directory.contact(committed[0].account, "bob@example.net");
    ASSERT_NE(bob, nullptr);
    EXPECT_TRUE(bob->written_to);
    EXPECT_EQ(bob->last_out, mail(1).id);
}

TEST_F(OutgoingPipelineTest, what_is_written_while_another_is_being_encrypted_continues_it) {
    std::vector<std::function<void()>> closing;
    peers.on_closed = [&](EncryptResult letter, const std::function<void(EncryptResult)>& done) {
        const bool is_refused = letter.bytes.find("\r\ntwo") != std::string::npos;
        if (is_refused) letter = {"", false, policy::Refusal::no_key, std::nullopt};
        closing.emplace_back([=] { done(letter); });
    };
    const auto writes = [&](const std::string& text) {
        outgoing.take(
            *xmpp::parse_stanza("<message id='s1' type='chat' from='alice@jabber.example/phone' "
                                "to='bob\\40example.net@coi.jabber.example'><body>" +
                                text + "</body></message>"));
        settle();
    };
    const auto close_all = [&] {
        while (!closing.empty()) {
            for (const auto& close : std::exchange(closing, {})) close();
            settle();
        }
    };
    writes("zero");
    writes("one");
    EXPECT_EQ(closing.size(), 1u) << "one after the other";
    close_all();
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(mail(1).references.front(), mail(0).id);
    writes("two");
    close_all();
    writes("three");
    close_all();
    ASSERT_EQ(committed.size(), 3u);
    EXPECT_THAT(mail(2).references, testing::ElementsAre(mail(0).id)) << "what was refused is nobody's predecessor";
}

TEST_F(OutgoingPipelineTest, chat_states_say_nothing_to_mail) {
    take("<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    settle();
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OutgoingPipelineTest, a_receipt_goes_out_only_if_asked_for_and_only_when_seen) {
    take("<body>Hi</body>");
    settle();
    const AccountId account = committed.at(0).account;
    committed.clear();
    directory.change(account, {"", "bob", "example.net"},
                     [](Contact& contact) { contact.dialect = Dialect::chatmail; });
    for (const auto& [stanza, wants] : {std::pair("unasked", false), std::pair("asked", true)}) {
        const ids::Known known{account, "bob@example.net", {std::string(stanza) + "@x"}, {stanza}, false, "", "", wants,
                               time};
        Transactions(store).now([&](Database& db) { ids::remember(db, known); });
    }
    take("<displayed xmlns='urn:xmpp:chat-markers:0' id='unasked'/>");
    take("<displayed xmlns='urn:xmpp:chat-markers:0' id='unknown'/>");
    take("<received xmlns='urn:xmpp:receipts' id='asked'/>");
    settle();
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(peers.read.told,
                testing::ElementsAre("displayed bob@example.net unasked", "displayed bob@example.net unknown"));
    peers.read.told.clear();
    take("<displayed xmlns='urn:xmpp:chat-markers:0' id='asked'/>");
    settle();
    EXPECT_THAT(peers.read.told,
                testing::ElementsAre("displayed bob@example.net asked", "reported bob@example.net asked@x"));
    ASSERT_EQ(committed.size(), 1u);
    ASSERT_TRUE(mail(0).mdn);
    EXPECT_EQ(mail(0).mdn->original.value, "asked@x");
    EXPECT_EQ(committed[0].from, "") << "[RFC 8098 §3]";
    EXPECT_EQ(committed[0].origin, "") << "nobody is told of its failure";
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OutgoingPipelineTest, OTR_comes_to_be_in_a_mail_only_where_both_have_the_tunnel_on) {
    const std::string otr = "?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.";
    take("<body>Hi</body>");
    settle();
    committed.clear();
    const Account& account = *directory.relay_of("alice@jabber.example");
    const coi::Address bob{"", "bob", "example.net"};
    const auto tunnel_is = [&](Tunnel own, bool theirs) {
        directory.change(account.id, bob, [&](Contact& contact) {
            contact.privacy.tunnel = own;
            contact.privacy.tunnel_offered = theirs;
        });
    };
    const auto offer = [&](const std::string& body) {
        const auto stanza = xmpp::parse_stanza(
            "<message id='s1' type='chat' from='alice@jabber.example/phone' "
            "to='bob\\40example.net@coi.jabber.example' xml:lang='de'><body>" +
            body + "</body></message>");
        outgoing.take_tunnelled(account, bob, *stanza);
        settle();
    };
    for (const auto [own, theirs] : {std::pair(Tunnel::never, false), std::pair(Tunnel::never, true),
                                     std::pair(Tunnel::off, true), std::pair(Tunnel::on, false)}) {
        tunnel_is(own, theirs);
        offer(otr);
        EXPECT_EQ(condition(), "not-acceptable");
    }
    tunnel_is(Tunnel::on, true);
    take("<body>" + otr + "</body>");
    EXPECT_EQ(condition(), "not-acceptable") << "by the common way it is refused as ever";
    offer("Hello");
    EXPECT_EQ(condition(), "not-acceptable") << "no plain text by this way";
    offer("?OTRv3? and my secret");
    offer(otr);
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(committed[0].payload, Not(HasSubstr("secret")));
    EXPECT_EQ(mail(1).header("chat-content"), "org.coigate.otr");
    EXPECT_THAT(mail(1).text, HasSubstr("eigene Programm"));
    ASSERT_EQ(mail(1).attachments.size(), 1u);
    EXPECT_EQ(mail(1).attachments[0].bytes, otr);
    EXPECT_EQ(committed[1].origin_id, "s1");
    EXPECT_EQ(directory.contact(account.id, bob.canonical())->subject, "Chat: Hi")
        << "the conversation's subject is not OTR's";
}

TEST_F(OutgoingPipelineTest, what_is_committed_while_its_account_is_removed_is_refused) {
    std::function<void()> finish;
    peers.on_closed = [&](const EncryptResult& letter, const std::function<void(EncryptResult)>& done) {
        finish = [done, letter] { done(letter); };
    };
    take("<body>Lost?</body>");
    settle();
    ASSERT_TRUE(finish);
    directory.remove(directory.of_user("alice@jabber.example")->id, {});
    finish();
    EXPECT_EQ(condition(), "resource-constraint") << "not in silence";
    EXPECT_EQ(outgoing.under_way(), 0u);
}

TEST_F(OutgoingPipelineTest, nothing_is_taken_for_an_account_that_will_be_removed) {
    std::function<void()> finish;
    peers.on_closed = [&](const EncryptResult& letter, const std::function<void(EncryptResult)>& done) {
        finish = [done, letter] { done(letter); };
    };
    take("<body>On its way</body>");
    settle();
    ASSERT_TRUE(finish);
    directory.begin_removal(directory.of_user("alice@jabber.example")->id);
    finish();
    EXPECT_EQ(condition(), "resource-constraint");
}

TEST_F(OutgoingPipelineTest, a_mail_that_was_not_committed_is_not_named_by_the_next) {
    OutgoingPipeline::Settings settings{"coi.jabber.example", "jabber.example"};
    settings.most_waiting = 0;
    outgoing.reload(settings);
    take("<body>Refused</body>");
    EXPECT_EQ(condition(), "resource-constraint");
    settings.most_waiting = 10;
    outgoing.reload(settings);
    take("<body>Hi</body>");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(mail(0).references, IsEmpty());
}

TEST_F(OutgoingPipelineTest, nobody_is_forgotten_while_a_mail_to_them_is_being_written) {
    Directory small{store, {.most_contacts = 1}};
    RelayAccounts accounts{small, {"jabber.example"}};
    std::function<void()> finish;
    peers.on_closed = [&](const EncryptResult& letter, const std::function<void(EncryptResult)>& done) {
        finish = [done, letter] { done(letter); };
    };
    OutgoingPipeline slow{peers.outgoing(small, store, accounts), {"coi.jabber.example", "jabber.example"}};
    slow.take(
        *xmpp::parse_stanza("<message id='s1' type='chat' from='alice@jabber.example/phone' "
                            "to='bob\\40example.net@coi.jabber.example'><body>Hi</body></message>"));
    settle();
    ASSERT_TRUE(finish);
    const AccountId id = small.of_user("alice@jabber.example")->id;
    const auto is_known_after_another = [&](const char* another) {
        small.add(id, {"", another, "example.org"});
        return small.contact(id, "bob@example.net") != nullptr;
    };
    EXPECT_TRUE(is_known_after_another("carol"));
    std::exchange(finish, {})();
    EXPECT_TRUE(is_known_after_another("dan"));
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(small.contact(id, "bob@example.net")->last_out, mail(0).id);
}

}  // namespace
}  // namespace gateway
