// OTR between the gateway and the clients of its user: how it begins, what it carries, when it holds back, how it ends.

#include "gateway/encryption/otr.h"

#include <set>

#include "gateway/encryption/otr_markup.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/otr_room.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

struct OtrTest : OtrRoom {
    OtrClient alice{otr_test_identity(1)}, at_desk{otr_test_identity(2)};
};

TEST_F(OtrTest, a_query_starts_a_session_and_the_user_is_told_what_it_is_worth) {
    start(alice);
    EXPECT_TRUE(otr->is_encrypted(id, bobs));
    EXPECT_EQ(privacy().spoken, EndToEnd::otr);
    EXPECT_EQ(told("is now encrypted by OTR"), 1u);
    EXPECT_EQ(told("The gateway decrypts it"), 1u);
    EXPECT_EQ(said.size(), 1u) << "one message";
    EXPECT_THAT(released, ElementsAre(bobs));
    EXPECT_THAT(taken, IsEmpty());
    ASSERT_FALSE(sent.empty());
    for (const auto& stanza : sent) {  // [XEP-0364 §4.3]
        EXPECT_EQ(xmpp::attribute(*stanza, "to"), phone);
        EXPECT_EQ(xmpp::attribute(*stanza, "from"), bob);
        EXPECT_EQ(xmpp::xep0380::encryption(*stanza), xmpp::xep0380::otr);
        EXPECT_TRUE(xmpp::child(*stanza, "no-permanent-store", xmpp::xep0334::ns));
        EXPECT_TRUE(xmpp::child(*stanza, "no-copy", xmpp::xep0334::ns));
        EXPECT_TRUE(xmpp::child(*stanza, "private", xmpp::xep0280::ns));
        EXPECT_FALSE(xmpp::child(*stanza, "no-store", xmpp::xep0334::ns));
    }
    start(alice);
    EXPECT_EQ(told("The gateway decrypts it"), 1u) << "once per contact";
}

TEST_F(OtrTest, what_is_said_under_otr_comes_to_the_outbox_with_that_mark) {
    start(alice);
    alice.says("Grüße, 2 < 3");
    talk(alice);
    alice.says("<font color=\"red\">bold &amp; red</font><br>next");
    talk(alice);
    EXPECT_THAT(taken, ElementsAre(Taken{"Grüße, 2 < 3", true}, Taken{"bold & red\nnext", true}));
    EXPECT_EQ(xmpp::attribute(*outgoing[0], "id"), "s1");
    EXPECT_EQ(xmpp::attribute(*outgoing[0], "from"), phone);
    EXPECT_EQ(xmpp::attribute(*outgoing[0], "xml:lang"), "en");
}

TEST_F(OtrTest, only_a_client_that_writes_html_is_read_so) {
    const auto answers = [&](const std::string& name) {
        ASSERT_THAT(asked, testing::Contains(phone));
        const auto iq = xmpp::parse_stanza("<iq type='result' id='otr-client' from='" + phone + "' to='" + bob +
                                           "'><query xmlns='jabber:iq:version'><name>" + name + "</name></query></iq>");
        ASSERT_TRUE(OtrMarkup::is_answer(*iq));
        otr->take_answer(*iq);
    };
    const auto read = [&](const std::string& text) {
        taken.clear();
        alice.says(text);
        talk(alice);
        return taken.size() == 1 ? taken[0].text : "nothing";
    };
    start(alice);
    for (const char* text :
         {"In HTML write <b>bold</b> or <br> for a line", "vector<int> v; map<string, p> m", "Escape & as &amp; please",
          "grep -o '<p>[^<]*</p>' index.html", "<script>alert(1)</script> <i>", "<b>bold</b>", "a &lt; b", "<i></i>"}) {
        EXPECT_EQ(read(text), text) << "who it is is not known";
        answers("profanity");
        EXPECT_EQ(read(text), text);
    }
    answers("profanity");
    EXPECT_EQ(read("<font color=\"red\">x</font>"), "<font color=\"red\">x</font>") << "its user writes about HTML";
    answers("Pidgin");
    EXPECT_EQ(read("<b>bold</b> &amp; <a href=\"https://example.net\">https://example.net</a><br>a &lt; b"),
              "*bold* & https://example.net\na < b");
    EXPECT_EQ(read("if (a < b && c > d) <b>"), "if (a < b && c > d) <b>") << "no such program wrote that";
    EXPECT_EQ(read("<i></i>"), "<i></i>") << "rather odd than nothing";
    answers("Psi+");
    EXPECT_EQ(read("if (a &lt; b)\n    c &amp;&amp; d"), "if (a < b)\n    c && d");
}

TEST_F(OtrTest, nothing_that_spoke_of_the_encryption_goes_on_and_the_wish_for_a_receipt_does) {
    start(alice);
    alice.says("Hi");
    writes(phone, alice.out.at(0),
           "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/><no-copy xmlns='urn:xmpp:hints'/>"
           "<request xmlns='urn:xmpp:receipts'/><html xmlns='http://jabber.org/protocol/xhtml-im'/>");
    settle();
    ASSERT_EQ(outgoing.size(), 1u);
    EXPECT_FALSE(xmpp::xep0380::encryption(*outgoing[0]));
    EXPECT_TRUE(xmpp::xep0184::requests(*outgoing[0]));
    EXPECT_EQ(outgoing[0]->children().size(), 2u) << "the text, and the wish";
}

TEST_F(OtrTest, what_comes_by_mail_is_encrypted_for_each_resource_in_a_session_and_for_no_other) {
    start(alice);
    start(at_desk, desk);
    const Outgoing out = sends("A mail", "<request xmlns='urn:xmpp:receipts'/><subject>S</subject>");
    ASSERT_EQ(out.kind, Outgoing::Kind::encrypted);
    ASSERT_EQ(out.stanzas.size(), 2u);
    std::vector<std::string> to;
    for (const auto& stanza : out.stanzas) {
        to.push_back(xmpp::attribute(*stanza, "to"));
        EXPECT_EQ(xmpp::attribute(*stanza, "id"), "m1");
        EXPECT_TRUE(xmpp::xep0184::requests(*stanza));
        EXPECT_FALSE(xmpp::child(*stanza, "subject", ""));
        EXPECT_THAT(xmpp::print(*stanza), Not(HasSubstr("A mail")));
        OtrClient& client = to.back() == phone ? alice : at_desk;
        EXPECT_EQ(client.receives(xmpp::child(*stanza, "body", "")->cdata()), "A mail");
    }
    EXPECT_THAT(to, UnorderedElementsAre(phone, desk));
}

TEST_F(OtrTest, the_longest_text_of_a_mail_comes_in_pieces) {
    start(alice);
    const std::string text(190'000, 'x');
    const Outgoing out = sends(text, "<request xmlns='urn:xmpp:receipts'/>");
    ASSERT_GT(out.stanzas.size(), 2u);
    std::set<std::string> ids;
    std::optional<std::string> read;
    for (const auto& stanza : out.stanzas) {
        ids.insert(xmpp::attribute(*stanza, "id"));
        EXPECT_EQ(xmpp::xep0184::requests(*stanza), stanza == out.stanzas.back());
        read = alice.receives(xmpp::child(*stanza, "body", "")->cdata());
    }
    EXPECT_EQ(ids.size(), out.stanzas.size()) << "errors are matched by id";
    EXPECT_EQ(xmpp::attribute(*out.stanzas.back(), "id"), "m1");
    EXPECT_EQ(read, text);
}

TEST_F(OtrTest, without_otr_everything_passes_as_it_is_and_at_once) {
    writes(phone, "Hello, ?OTR means off the record");
    EXPECT_THAT(taken, ElementsAre(Taken{"Hello, ?OTR means off the record", false}));
    EXPECT_EQ(sends("Hi").kind, Outgoing::Kind::as_is);
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(OtrTest, ten_messages_each_way_keep_their_order_also_with_clear_ones_between) {
    start(alice);
    std::vector<Taken> expected;
    for (int i = 0; i < 10; ++i) {
        const std::string text = std::to_string(i);
        alice.says("sealed " + text);
        for (const auto& body : std::exchange(alice.out, {})) writes(phone, body);
        writes(desk, "clear " + text);
        expected.push_back({"sealed " + text, true});
        expected.push_back({"clear " + text, false});
        EXPECT_EQ(reads(alice, "mail " + text), "mail " + text);
    }
    settle();
    EXPECT_EQ(taken, expected);
}

TEST_F(OtrTest, what_is_written_before_the_session_stands_is_not_lost) {
    alice.out.push_back("?OTRv23?");
    for (const auto& body : std::exchange(alice.out, {})) writes(phone, body);
    writes(phone, "written at once");
    EXPECT_EQ(sends("an answer").kind, Outgoing::Kind::as_is);
    talk(alice);
    EXPECT_THAT(taken, ElementsAre(Taken{"written at once", false}));
    EXPECT_TRUE(alice.is_encrypted());
    EXPECT_EQ(reads(alice, "now sealed"), "now sealed");
}

TEST_F(OtrTest, after_the_users_end_of_a_session_mail_waits_with_one_line_until_they_start_it_again) {
    start(alice);
    alice.ends();
    talk(alice);
    EXPECT_EQ(told("You have ended OTR"), 1u);
    released.clear();
    sent.clear();
    EXPECT_EQ(sends("held").kind, Outgoing::Kind::held);
    EXPECT_EQ(sends("held").kind, Outgoing::Kind::held);
    EXPECT_EQ(told("A message from bob@example.net waits"), 1u);
    otr->available(desk);
    settle();
    EXPECT_EQ(sent.size(), 0u) << "no query, which a client would answer by itself";
    start(alice);
    EXPECT_THAT(released, ElementsAre(bobs));
    EXPECT_EQ(reads(alice, "held"), "held");
}

TEST_F(OtrTest, the_end_of_an_account_ends_its_sessions) {
    start(alice);
    directory.remove(id, {});
    loop.flush(store);
    talk(alice);
    EXPECT_TRUE(alice.is_finished());
    EXPECT_FALSE(otr->is_encrypted(id, bobs));
}

TEST_F(OtrTest, after_a_restart_nothing_goes_in_the_clear_and_the_client_is_told) {
    start(alice);
    begin();
    sent.clear();
    released.clear();
    EXPECT_EQ(sends("held").kind, Outgoing::Kind::held);
    EXPECT_EQ(told("waits: you spoke by OTR"), 1u);
    EXPECT_EQ(queries(), 1u);
    talk(alice);
    EXPECT_THAT(released, ElementsAre(bobs));
    EXPECT_EQ(reads(alice, "held"), "held");
    EXPECT_EQ(alice.context()->active_fingerprint->fingerprint[0], otr_test_identity(0).fingerprint()[0]);
}

TEST_F(OtrTest, a_message_for_a_session_before_the_restart_is_asked_for_again_in_a_new_one) {
    start(alice);
    begin();
    alice.says("lost?");
    talk(alice);
    EXPECT_EQ(told("could not be read and was not sent. Please resend it"), 1u);
    EXPECT_TRUE(alice.saw(OTRL_MSGEVENT_RCVDMSG_GENERAL_ERR)) << "its user is told";
    EXPECT_THAT(taken, IsEmpty());
    EXPECT_TRUE(alice.is_encrypted());
    alice.says("not lost");
    talk(alice);
    EXPECT_THAT(taken, ElementsAre(Taken{"not lost", true}));
    EXPECT_EQ(reads(alice, "nor this"), "nor this");
}

TEST_F(OtrTest, clear_words_after_the_end_are_the_users_wish_to_go_on_so) {
    start(alice);
    alice.ends();
    talk(alice);
    sends("held");
    released.clear();
    writes(phone, "without, please");
    settle();
    EXPECT_THAT(taken, ElementsAre(Taken{"without, please", false}));
    EXPECT_EQ(privacy().spoken, EndToEnd::none);
    EXPECT_EQ(told("goes on without OTR"), 1u);
    EXPECT_THAT(released, ElementsAre(bobs));
    EXPECT_EQ(sends("held").kind, Outgoing::Kind::as_is);
    begin();
    EXPECT_EQ(sends("the next").kind, Outgoing::Kind::as_is);
}

TEST_F(OtrTest, clear_words_while_a_session_stands_change_nothing) {
    start(alice);
    for (const auto& from : {phone, desk}) writes(from, "in the clear");
    settle();
    EXPECT_THAT(taken, ElementsAre(Taken{"in the clear", false}, Taken{"in the clear", false}));
    EXPECT_EQ(told("though a session stands"), 1u) << "another client's are its own affair";
    EXPECT_EQ(privacy().spoken, EndToEnd::otr);
    EXPECT_EQ(reads(alice, "still sealed"), "still sealed");
}

TEST_F(OtrTest, off_ends_the_sessions_and_lets_go_what_waits) {
    start(alice);
    released.clear();
    otr->off(*directory.find(id), bobs);
    talk(alice);
    EXPECT_TRUE(alice.is_finished());
    EXPECT_THAT(released, ElementsAre(bobs));
    EXPECT_EQ(sends("Hi").kind, Outgoing::Kind::as_is);
}

TEST_F(OtrTest, a_resource_that_goes_has_no_session_and_the_next_that_comes_is_asked_once) {
    start(alice);
    start(at_desk, desk);
    otr->unavailable(phone);
    settle();
    const Outgoing out = sends("Hi");
    ASSERT_EQ(out.stanzas.size(), 1u);
    EXPECT_EQ(xmpp::attribute(*out.stanzas[0], "to"), desk);
    released.clear();
    otr->unavailable(desk);
    settle();
    EXPECT_THAT(released, ElementsAre(bobs)) << "what was under way to it is tried again, and held";
    EXPECT_EQ(sends("Hi").kind, Outgoing::Kind::held);
    sent.clear();
    for (int i = 0; i < 3; ++i) otr->available(desk);
    settle();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(xmpp::attribute(*sent[0], "to"), desk);
    talk(at_desk, desk);
    EXPECT_EQ(reads(at_desk, "Hi", desk), "Hi");
}

TEST_F(OtrTest, a_session_that_comes_back_to_life_stops_the_clear) {
    start(alice);
    directory.change(id, {"", "bob", "example.net"}, [](Contact& contact) { contact.privacy.spoken = EndToEnd::none; });
    alice.says("sealed");
    talk(alice);
    EXPECT_EQ(reads(alice, "sealed too"), "sealed too");
}

TEST_F(OtrTest, what_a_client_could_not_read_comes_again_in_a_new_session_with_the_same_key) {
    start(alice);
    EXPECT_EQ(reads(alice, "read"), "read");
    alice.says("I have read it");
    talk(alice);
    sends("not read, since the client began anew");
    OtrClient anew(otr_test_identity(1)), other(otr_test_identity(2));
    writes(phone, "?OTR Error: I cannot read this");
    talk(anew);  // the error is answered by a query, and that by a session
    EXPECT_TRUE(anew.is_encrypted());
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].payload, "not read, since the client began anew");
    EXPECT_EQ(again[0].name, "m1");
    EXPECT_GT(again[0].id, 0);
    sends("read before the end");
    anew.ends();
    talk(anew);
    start(anew);
    EXPECT_EQ(again.size(), 1u);
    sends("for this key only");
    start(other);
    EXPECT_EQ(again.size(), 1u) << "somebody else's session";
}

TEST_F(OtrTest, verifying_by_a_secret_from_either_side_is_remembered) {
    start(alice);
    alice.wants_smp("blue", "The colour?");
    talk(alice);
    EXPECT_EQ(told("the question that you typed"), 1u);
    EXPECT_EQ(told("The colour?"), 0u) << "what was typed under OTR does not stand in the clear";
    EXPECT_TRUE(otr->verify(*directory.find(id), bobs, "blue"));
    talk(alice);
    EXPECT_THAT(alice.smp, ElementsAre("succeeded"));
    EXPECT_FALSE(otr->known(id, bobs).at(0).verified) << "only who asks learns something";
    EXPECT_TRUE(otr->verify(*directory.find(id), bobs, "red"));
    talk(alice);
    alice.answers_smp("red");
    talk(alice);
    EXPECT_EQ(told("The secrets are the same"), 2u);
    EXPECT_TRUE(otr->known(id, bobs).at(0).verified);
    begin();
    EXPECT_FALSE(otr->verify(*directory.find(id), bobs, "red")) << "no session stands";
    start(alice);
    EXPECT_TRUE(otr->known(id, bobs).at(0).verified);
}

TEST_F(OtrTest, different_secrets_are_told) {
    start(alice);
    EXPECT_TRUE(otr->verify(*directory.find(id), bobs, "red"));
    talk(alice);
    alice.answers_smp("blue");
    talk(alice);
    EXPECT_EQ(told("are not the same"), 1u);
    EXPECT_FALSE(otr->known(id, bobs).at(0).verified);
}

TEST_F(OtrTest, the_key_is_made_when_it_is_first_needed_and_stays) {
    Transactions(store).now([&](Database& db) { keys::save_otr_identity(db, id, coi::Secret(std::string())); });
    start(alice);
    std::string shown, again;
    otr->fingerprint(*directory.find(id), [&](std::string text) { shown = std::move(text); });
    const auto* bytes = alice.context()->active_fingerprint->fingerprint;
    EXPECT_EQ(xmpp::otr::parse_fingerprint(shown)->front(), bytes[0]);
    EXPECT_NE(shown, xmpp::otr::print(otr_test_identity(0).fingerprint()));
    begin();
    otr->fingerprint(*directory.find(id), [&](std::string text) { again = std::move(text); });
    settle();
    EXPECT_EQ(again, shown);
}

TEST_F(OtrTest, a_handshake_that_was_under_way_when_the_tunnel_was_switched_on_holds_nothing) {
    directory.change(id, {"", "bob", "example.net"}, [](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    start(alice);
    EXPECT_EQ(privacy().spoken, EndToEnd::none);
    EXPECT_EQ(sends("?OTRv3?").kind, Outgoing::Kind::as_is);
}

TEST_F(OtrTest, at_the_end_all_clients_are_told) {
    start(alice);
    start(at_desk, desk);
    otr->stop();
    talk(alice);
    EXPECT_TRUE(alice.is_finished());
    EXPECT_TRUE(at_desk.is_finished());
}

}  // namespace
}  // namespace gateway
