// How a user reads why a message was refused: in the error, and in the conversation where their client hides errors.

#include "tests/unit/gateway/pipeline/outgoing_play.h"

namespace gateway {
namespace {

using testing::StartsWith;

struct OutgoingRefusalTest : OutgoingPipelineTest {};

TEST_F(OutgoingRefusalTest, the_words_of_an_error_stand_in_the_conversation_unless_the_client_shows_them) {
    const std::string phone = "alice@elsewhere.example/phone";
    take("<body>Hi</body>", "type='chat'", phone);
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(xmpp::attribute(*sent[1], "type"), "chat");
    EXPECT_EQ(xmpp::attribute(*sent[1], "from"), "bob\\40example.net@coi.jabber.example");
    EXPECT_EQ(xmpp::attribute(*sent[1], "to"), phone);
    EXPECT_THAT(xmpp::body_of(*sent[1])->cdata(), StartsWith("⟦⚠ This gateway is not for users"));
    sent.clear();
    peers.clients.heard_of(phone);
    peers.clients.take_answer(*xmpp::parse_stanza(
        "<iq type='result' id='client' from='" + phone +
        "'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc' name='Pidgin'/>"
        "</query></iq>"));
    take("<body>Hi</body>", "type='chat'", phone);
    EXPECT_EQ(sent.size(), 1u);
}

TEST_F(OutgoingRefusalTest, where_otr_is_spoken_the_words_come_by_otr) {
    take("<body>Hi</body>");
    settle();
    sent.clear();
    std::string words;
    peers.on_words = [&](const std::string& text) { words = text; };
    peers.on_closed = [](const EncryptResult&, const auto& done) { done({"", false, policy::Refusal::otr, {}}); };
    const std::string head =
        "<message id='s2' type='chat' from='alice@jabber.example/x' to='bob\\40example.net@coi.jabber.example'>";
    const auto came = xmpp::parse_stanza(head + "<body>?OTR:AAMDJ.</body></message>");
    const Opened opened{EndToEnd::otr, *came, {}};
    outgoing.take(*xmpp::parse_stanza(head + "<body>a secret</body></message>"), &opened);
    settle();
    ASSERT_EQ(sent.size(), 1u) << "the error";
    EXPECT_EQ(xmpp::attribute(*sent[0], "type"), "error");
    EXPECT_THAT(words, StartsWith("bob@example.net bob\\40example.net@coi.jabber.example ⚠ This message was not sent"));
}

TEST_F(OutgoingRefusalTest, a_program_that_answers_by_itself_is_not_explained_to_for_ever) {
    for (int i = 0; i < 30; ++i) take("<body>I am away</body>", "type='chat'", "alice@elsewhere.example/bot");
    EXPECT_EQ(sent.size(), 40u) << "an error each, and ten times its words";
}

TEST_F(OutgoingRefusalTest, nothing_goes_to_somebody_who_is_blocked) {
    take("<body>Hi</body>");
    settle();
    committed.clear();
    sent.clear();
    const AccountId alice = directory.of_user("alice@jabber.example")->id;
    const coi::Address bob{"", "bob", "example.net"};
    directory.change(alice, bob, [](Contact& contact) { contact.blocked = true; });
    const Contact before = *directory.contact(alice, bob.canonical());
    take("<body>Can you hear me now?</body>");
    settle();
    ASSERT_EQ(sent.size(), 2u) << "the error, and its words";
    const auto* error = sent[0]->findChild("error");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->findAttribute("type"), "cancel");
    EXPECT_TRUE(xmpp::child(*error, "not-acceptable", "urn:ietf:params:xml:ns:xmpp-stanzas"));
    EXPECT_TRUE(xmpp::child(*error, "blocked", "urn:xmpp:blocking:errors"));
    EXPECT_EQ(xmpp::body_of(*sent[1])->cdata(),
              "⟦⚠ You have blocked bob@example.net, so your message was not sent. To unblock them, write to "
              "coi.jabber.example: unblock bob@example.net⟧");
    sent.clear();
    take("<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>");
    take("<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    settle();
    EXPECT_TRUE(sent.empty()) << "what a client sends by itself has no error";
    EXPECT_TRUE(committed.empty());
    EXPECT_EQ(*directory.contact(alice, bob.canonical()), before);
}

}  // namespace
}  // namespace gateway
