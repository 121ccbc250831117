// Words to the gateway's own JID, and what it says to them.

#include "gateway/service/chat_commands.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <utility>

#include "gateway/localization.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/service/service_play.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {
namespace {

using ChatCommandsTest = ServicePlay;

TEST_F(ChatCommandsTest, Help) {
    say("Help");
    const auto stanza = answer();
    EXPECT_EQ(xmpp::attribute(*stanza, "from"), "coi.jabber.example");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), "alice@jabber.example/phone");
    EXPECT_EQ(xmpp::attribute(*stanza, "type"), "chat");
    EXPECT_NE(stanza->findChild("body")->cdata().find("\nbob\\40example.org@coi.jabber.example\n"), std::string::npos)
        << "on a line of its own, to be copied";
    EXPECT_EQ(xmpp::xep0172::nick(*stanza), "Mail gateway") << "Psi+ shows a JID else";
}

TEST_F(ChatCommandsTest, HelpIsShortAndSaysWhatThisUserCanDo) {
    const auto lines = [](const std::string& text) { return 1 + std::ranges::count(text, '\n'); };
    const auto says = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    say("help");
    const std::string before = reply();
    say("help encryption");
    EXPECT_LE(lines(reply()), 8);
    link();
    say("help");
    const std::string after = reply();
    for (const auto& each : {before, after}) EXPECT_LE(lines(each), 8);
    EXPECT_TRUE(says(before, "\nlink –") && !says(before, "unlink"));
    EXPECT_TRUE(says(after, "unlink") && !says(after, "\nlink –"));
}

TEST_F(ChatCommandsTest, AGreetingIsAnsweredInOneLine) {
    for (const char* word : {"Hello", "hi there!", "Danke."}) {
        say(word);
        EXPECT_EQ(reply().find('\n'), std::string::npos) << word;
    }
}

TEST_F(ChatCommandsTest, WhatIsNotUnderstoodIsAnsweredInOneLine) {
    say("make me a sandwich");
    EXPECT_EQ(reply(), "I did not understand that. Write “help” to see what I can do.");
}

TEST_F(ChatCommandsTest, GermanWordsAreAnsweredInGerman) {
    say("hilfe");
    EXPECT_NE(reply().find("kontakt ADRESSE"), std::string::npos);
    say("status", "de");
    EXPECT_TRUE(reply().starts_with("Du hast kein Postfach verbunden."));
}

TEST_F(ChatCommandsTest, TheLanguageIsWhatTheUserChoosesElseThatOfTheWordElseTheClients) {
    const auto is_german = [&] { return reply().find("Postfach") != std::string::npos; };
    link();
    say("status", "en");
    EXPECT_FALSE(is_german());
    say("zustand", "en");
    EXPECT_TRUE(is_german()) << "the client says en, the user writes German";
    say("status", "en");
    EXPECT_TRUE(is_german()) << "and is remembered to";
    say("language en", "de");
    EXPECT_EQ(reply(), "I write to you in English.");
    say("zustand", "de");
    EXPECT_FALSE(is_german()) << "chosen";
    Directory again{store};
    EXPECT_EQ(again.language("alice@jabber.example", "de"), "en") << "after a restart, too";
    say("Sprache: auto");
    reply();
    say("status", "de");
    EXPECT_TRUE(is_german());
    say("language");
    EXPECT_EQ(reply(), "Schreib: sprache en, sprache de oder sprache auto.");
}

TEST_F(ChatCommandsTest, StatusOfALinkedMailbox) {
    link();
    say(" status ");
    EXPECT_TRUE(reply().starts_with("Linked mailbox: bob@example.org\nConnected"));
}

TEST_F(ChatCommandsTest, LinkAloneTellsHow) {
    say("link");
    EXPECT_NE(reply().find("coi.jabber.example"), std::string::npos);
    EXPECT_TRUE(checks.empty());
}

TEST_F(ChatCommandsTest, LinkWithAddressAndPassword) {
    say("link bob@example.org  pass with spaces ");
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].request.password, "pass with spaces");
    checks[0].answer({login(), ""});
    EXPECT_TRUE(reply().starts_with("bob@example.org is linked."));
    EXPECT_EQ(linked.size(), 1U);
}

TEST_F(ChatCommandsTest, UnlinkDeletes) {
    say("unlink");
    EXPECT_EQ(reply(), "You have not linked a mailbox. Write “link” to see how.");
    link();
    say("UNLINK");
    EXPECT_TRUE(reply().starts_with("This unlinks bob@example.org and deletes your key for mail:"));
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example")) << "a word typed by mistake deletes nothing";
    say("unlink yes");
    EXPECT_EQ(reply(), "Your mailbox is unlinked, and everything stored of you is deleted.");
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
}

TEST_F(ChatCommandsTest, UnlinkTellsWhatWasNotSentYet) {
    link();
    Transactions(store).now([&](Database& db) {
        queue::Entry entry;
        entry.account = directory.mailbox_of("alice@jabber.example")->id;
        entry.origin = "alice@jabber.example/phone";
        queue::put(db, entry);
        queue::put(db, entry);
    });
    say("unlink yes");
    EXPECT_TRUE(reply().ends_with("not sent yet, and are dropped: 2"));
}

TEST_F(ChatCommandsTest, ContactTellsTheJid) {
    say("contact bob@example.org");
    EXPECT_EQ(reply(),
              "To write to bob@example.org, start a chat with this address, or open the link:\n"
              "bob\\40example.org@coi.jabber.example\n"
              "xmpp:bob%5C40example.org@coi.jabber.example?message");
    say("contact bob");
    EXPECT_EQ(reply(), "“bob” is no mail address.");
}

TEST_F(ChatCommandsTest, WhichMailIsTaken) {
    link();
    say("mail all");
    EXPECT_TRUE(reply().starts_with("The settings are changed.\nYou receive all mail that a person wrote to you."));
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->take, IncomingFilter::all);
    say("mail");
    EXPECT_EQ(reply(), "Write: mail chats, mail contacts or mail all.\nWrite: mail read on or mail read off.");
}

TEST_F(ChatCommandsTest, ErrorsAndSilenceAreNotAnswered) {
    for (const char* xml : {"<message type='error' from='alice@jabber.example/x'><body>help</body></message>",
                            "<message type='headline' from='alice@jabber.example/x'><body>help</body></message>",
                            "<message type='chat' from='alice@jabber.example/x'><composing "
                            "xmlns='http://jabber.org/protocol/chatstates'/></message>"}) {
        services.take_words(*xmpp::parse_stanza(xml));
    }
    EXPECT_TRUE(sent.empty());
}

TEST_F(ChatCommandsTest, TwoRobotsDoNotTalkForEver) {
    for (int turn = 0; turn < 50; ++turn) say("hello");
    ASSERT_EQ(sent.size(), 50U) << "nothing ends in silence";
    const auto type_of = [&](std::size_t at) { return xmpp::attribute(*sent[at], "type"); };
    EXPECT_EQ(type_of(20), "chat");
    EXPECT_TRUE(sent[20]->findChild("body")->cdata().starts_with("These were too many messages."));
    for (std::size_t at = 21; at < sent.size(); ++at) EXPECT_EQ(type_of(at), "error");  // which no robot answers
    EXPECT_EQ(xmpp::error_of(*sent[21])->condition, "resource-constraint");
    sent.clear();
    now += std::chrono::minutes(2);
    say("help");
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(ChatCommandsTest, AReceiptIsGivenToWhoAsks) {
    services.take_words(
        *xmpp::parse_stanza("<message type='chat' id='m1' from='alice@jabber.example/x'><body>status</body><request "
                            "xmlns='urn:xmpp:receipts'/></message>"));
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0]->findChild("received")->findAttribute("id"), "m1");
}

TEST_F(ChatCommandsTest, EncryptedWordsCannotBeRead) {
    say("?OTRv23?");
    EXPECT_EQ(reply(), "I cannot read encrypted messages. Please write to me without encryption.");
}

TEST_F(ChatCommandsTest, CaseAndPunctuationDoNotMatter) {
    for (const char* word : {"help?", "HELP!", "/help", "“help”", "?", "Hilfe!", "HILFE.", "Help, please"}) {
        say(word);
        EXPECT_NE(reply().find("bob\\40example.org@coi.jabber.example"), std::string::npos) << word;
    }
    say("PRÜFEN!");
    EXPECT_EQ(reply(), "Schreib: prüfen KONTAKT GEHEIMNIS");
    link();
    say("Mail ALL!");
    EXPECT_TRUE(reply().starts_with("The settings are changed."));
    EXPECT_EQ(directory.mailbox_of("alice@jabber.example")->take, IncomingFilter::all);
}

TEST_F(ChatCommandsTest, AWordAloneTellsWhatIsMissing) {
    for (const char* word : {"contact", "accept", "verify", "verify bob@example.org", "otr", "otr bob@example.org",
                             "otr clear", "key", "mail"}) {
        say(word);
        EXPECT_TRUE(reply().starts_with("Write: ")) << word;
    }
    say("annehmen");
    EXPECT_EQ(reply(), "Schreib: annehmen KONTAKT");
}

TEST_F(ChatCommandsTest, Settings) {
    say("settings");
    EXPECT_TRUE(reply().starts_with("You have not linked a mailbox."));
    link();
    say("Settings");
    const auto words = reply();
    EXPECT_TRUE(words.starts_with("You receive chat messages, answers to yours, and mail from your contacts.\n"));
    EXPECT_TRUE(words.ends_with(
        "\nWrite: mail chats, mail contacts or mail all.\nWrite: mail read on or mail read off.\nWrite: language en, "
        "language de or language auto."));
    EXPECT_NE(words.find("Nothing is marked as read in your mailbox."), words.npos) << words;
    say("mail read on");
    EXPECT_NE(reply().find("What you have read here is marked as read in your mailbox."), words.npos);
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example")->marks_read);
    say("Mail gelesen AUS");
    reply();
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example")->marks_read);
}

TEST_F(ChatCommandsTest, ChatsAreFiledAsTheUserSays) {
    say("coi active");
    EXPECT_TRUE(reply().starts_with("You have not linked a mailbox.")) << "and no server is asked";
    EXPECT_TRUE(mailboxes.wanted_filters.empty());
    link();
    say("coi");
    EXPECT_TRUE(reply().starts_with("Your mail server is no COI server"));
    mailboxes.coi_settings->coi = true;
    say("coi");
    EXPECT_TRUE(reply().starts_with("Your mail server can file chats by itself (COI), which is off."));
    say("COI Active!");
    EXPECT_TRUE(reply().starts_with("Your mail server files chats in a folder of their own as they arrive"));
    say("coi aus");
    EXPECT_TRUE(reply().starts_with("Your mail server can file chats by itself (COI), which is off."));
    say("coi sometimes");
    EXPECT_EQ(reply(), "Write: coi none, coi active, coi seen or coi off.");
    EXPECT_EQ(mailboxes.wanted_filters, (std::vector<std::string>{"nothing", "nothing", "active", ""}));
    mailboxes.coi_settings = coi::Error{coi::ErrorKind::unreachable, false, "no route", 0, {}};
    say("coi seen");
    EXPECT_EQ(reply().find("no route"), std::string::npos) << "a server's own text is never shown";
}

TEST_F(ChatCommandsTest, ARelayAddressHasNothingToMark) {
    link(Account::Kind::relay);
    for (const char* words : {"mail read on", "mail gelesen aus", "mail read"}) {
        say(words);
        EXPECT_EQ(reply(), "You have not linked a mailbox. Write “link” to see how.") << words;
    }
    EXPECT_FALSE(directory.relay_of("alice@jabber.example")->marks_read);
}

TEST_F(ChatCommandsTest, CancelStopsALink) {
    say("cancel");
    EXPECT_EQ(reply(), "There is nothing under way that could be cancelled.");
    say("link bob@example.org secret");
    say("Cancel!");
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0]->findChild("body")->cdata(), "The mailbox was not linked: you have cancelled it.");
    EXPECT_EQ(sent[1]->findChild("body")->cdata(), "I have stopped checking your login.");
    checks[0].answer({login(), ""});
    EXPECT_EQ(sent.size(), 2U);
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
}

/// What the texts of po/de.po tell people to write, in both languages.
class WordsInTexts : public ChatCommandsTest {
  protected:
    struct Told {
        std::string words;
        bool german;
    };
    static std::vector<Told> told() {
        std::vector<Told> all;
        std::ifstream file(SOURCE_DIR "/po/de.po");
        bool german = false;
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("msgid")) german = false;
            if (line.starts_with("msgstr")) german = true;
            const auto quote = line.find('"');
            if (quote == line.npos || line.starts_with("#")) continue;
            std::string text = line.substr(quote + 1, line.rfind('"') - quote - 1);
            if (text.ends_with("\\n")) text.resize(text.size() - 2);
            // in quotes; after “write to me:”; at the start of a line of the help
            for (const char* form :
                 {"(?:“|„)([a-zäöü][^”“]*?)(?:”|“)",
                  "(?:[Ww]rite|[Ss]chreib)(?: to me| to the gateway| mir| dem Gateway| dazu dem Gateway)?: ([^.(–]+)",
                  "^([a-zäöü]+[^.:–]*) – "}) {
                const std::regex told(form);
                for (std::sregex_iterator at(text.begin(), text.end(), told), end; at != end; ++at) {
                    all.push_back({(*at)[1].str(), german});
                }
            }
        }
        return all;
    }
    std::string reply_to(const std::string& words, const std::string& lang) {
        now += std::chrono::minutes(2);
        say(words, lang);
        for (const auto& check : std::exchange(checks, {})) check.answer({std::nullopt, "refused"});
        const auto words_back = reply();
        if (const auto* made = directory.of_user("alice@jabber.example")) {  // by “mail all”
            directory.remove(made->id, {});
            loop.run_until([&] { return directory.of_user("alice@jabber.example") == nullptr; });
        }
        return words_back;
    }
};

TEST_F(WordsInTexts, AreUnderstood) {
    const auto all = told();
    EXPECT_GT(all.size(), 60U);
    for (const auto& [told, german] : all) {
        const auto words = std::regex_replace(told, std::regex("\\{[0-9]\\}|[A-ZÄÖÜ]{5,}"), "bob@example.org");
        const auto answer = reply_to(words, german ? "de" : "en");
        EXPECT_FALSE(answer.starts_with(gateway::say(german ? "de" : "en", "I did not understand that."))) << told;
        if (!german) continue;
        // A German text names the German word where there is one.
        const auto first = words.substr(0, words.find(' '));
        const bool in_both = first == "status" || first == "mail" || first == "otr" || first == "omemo";
        if (!in_both) EXPECT_EQ(reply_to(words, ""), answer) << told;
        const std::regex english(
            "\\b(off|clear|encrypted|require|prefer|inherit|export|import|replace|yes|contacts|all|on)\\b");
        EXPECT_FALSE(std::regex_search(words, english)) << told;
    }
}

}  // namespace
}  // namespace gateway
