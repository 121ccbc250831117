// Words to the gateway's own JID, and what it says to them.

#include "gateway/chat_words.h"

#include "tests/unit/gateway/service_play.h"

namespace gateway {
namespace {

using ChatWordsTest = ServicePlay;

TEST_F(ChatWordsTest, Help) {
    say("Help");
    const auto stanza = answer();
    EXPECT_EQ(xmpp::attribute(*stanza, "from"), "coi.jabber.example");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), "alice@jabber.example/phone");
    EXPECT_EQ(xmpp::attribute(*stanza, "type"), "chat");
    EXPECT_NE(stanza->findChild("body")->cdata().find("bob\\40example.org@coi.jabber.example"), std::string::npos);
}

TEST_F(ChatWordsTest, WhatIsNotUnderstoodIsAnsweredWithHelp) {
    say("make me a sandwich");
    EXPECT_TRUE(reply().starts_with("I did not understand that.\n"));
}

TEST_F(ChatWordsTest, GermanWordsAreAnsweredInGerman) {
    say("hilfe");
    EXPECT_NE(reply().find("kontakt ADRESSE"), std::string::npos);
    say("status", "de");
    EXPECT_TRUE(reply().starts_with("Du hast kein Postfach verbunden."));
}

TEST_F(ChatWordsTest, StatusOfALinkedMailbox) {
    link();
    say(" status ");
    EXPECT_TRUE(reply().starts_with("Linked mailbox: bob@example.org\nConnected"));
}

TEST_F(ChatWordsTest, LinkAloneTellsHow) {
    say("link");
    EXPECT_NE(reply().find("coi.jabber.example"), std::string::npos);
    EXPECT_TRUE(checks.empty());
}

TEST_F(ChatWordsTest, LinkWithAddressAndPassword) {
    say("link bob@example.org  pass with spaces ");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].request.password, "pass with spaces");
    checks[0].answer({login(), ""});
    EXPECT_TRUE(reply().starts_with("bob@example.org is linked."));
    EXPECT_EQ(linked.size(), 1U);
}

TEST_F(ChatWordsTest, UnlinkDeletes) {
    say("unlink");
    EXPECT_EQ(reply(), "You have not linked a mailbox.");
    link();
    say("UNLINK");
    EXPECT_EQ(reply(), "Your mailbox is unlinked, and everything stored of you is deleted.");
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
}

TEST_F(ChatWordsTest, ContactTellsTheJid) {
    say("contact bob@example.org");
    EXPECT_EQ(reply(), "To write to bob@example.org, write to bob\\40example.org@coi.jabber.example.");
    say("contact bob");
    EXPECT_EQ(reply(), "“bob” is no mail address.");
}

TEST_F(ChatWordsTest, WhichMailIsTaken) {
    link();
    say("mail all");
    EXPECT_EQ(reply(), "The settings are changed.");
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->take, Take::all);
    say("mail");
    EXPECT_EQ(reply(), "Write: mail chats, mail contacts or mail all.");
}

TEST_F(ChatWordsTest, ErrorsAndSilenceAreNotAnswered) {
    for (const char* xml : {"<message type='error' from='alice@jabber.example/x'><body>help</body></message>",
                            "<message type='headline' from='alice@jabber.example/x'><body>help</body></message>",
                            "<message type='chat' from='alice@jabber.example/x'><composing "
                            "xmlns='http://jabber.org/protocol/chatstates'/></message>"}) {
        services.take_words(*xmpp::parse_stanza(xml));
    }
    EXPECT_TRUE(sent.empty());
}

TEST_F(ChatWordsTest, TwoRobotsDoNotTalkForEver) {
    for (int turn = 0; turn < 50; ++turn) say("hello");
    EXPECT_EQ(sent.size(), 20U);
    sent.clear();
    now += std::chrono::minutes(2);
    say("help");
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(ChatWordsTest, AReceiptIsGivenToWhoAsks) {
    services.take_words(
        *xmpp::parse_stanza("<message type='chat' id='m1' from='alice@jabber.example/x'><body>status</body><request "
                            "xmlns='urn:xmpp:receipts'/></message>"));
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0]->findChild("received")->findAttribute("id"), "m1");
}

TEST_F(ChatWordsTest, EncryptedWordsCannotBeRead) {
    say("?OTRv23?");
    EXPECT_EQ(reply(), "I cannot read encrypted messages. Please write to me without encryption.");
}

}  // namespace
}  // namespace gateway
