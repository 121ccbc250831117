// Commands stage by stage; the tests are named after the use cases of XEP-0050 §2.4.

#include "gateway/service/adhoc.h"

#include "tests/unit/gateway/service/service_play.h"

namespace gateway {
namespace {

class CommandsTest : public ServicePlay {
  protected:
    void command(const std::string& attributes, const std::string& inside = "",
                 const std::string& from = "alice@jabber.example/phone") {
        ask("set", "<command xmlns='http://jabber.org/protocol/commands' " + attributes + ">" + inside + "</command>",
            "coi.jabber.example", from);
    }
    struct Stage {
        std::string status, session, note, note_type, xml, condition, own_condition;
    };
    Stage stage() {
        const auto stanza = answer();
        Stage stage;
        stage.xml = stanza->xml();
        if (const auto error = xmpp::error_of(*stanza)) {
            stage.condition = error->condition;
            for (const auto* child : stanza->findChild("error")->children()) {
                if (xmpp::namespace_of(*child) == "http://jabber.org/protocol/commands")
                    stage.own_condition = child->name();
            }
            return stage;
        }
        const auto* command = stanza->findChild("command");
        EXPECT_TRUE(command) << stage.xml;
        if (!command) return stage;
        stage.status = command->findAttribute("status");
        stage.session = command->findAttribute("sessionid");
        if (const auto* note = command->findChild("note")) {
            stage.note = note->cdata();
            stage.note_type = note->findAttribute("type");
        }
        return stage;
    }
    static std::string form(const std::string& fields) {
        return "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>";
    }
    static std::string field(const std::string& var, const std::string& value) {
        return "<field var='" + var + "'><value>" + value + "</value></field>";
    }
};

TEST_F(CommandsTest, SimpleExecution) {
    command("node='status' action='execute'");
    auto answered = stage();
    EXPECT_EQ(answered.status, "completed");
    EXPECT_FALSE(answered.session.empty());
    EXPECT_EQ(answered.note_type, "info");
    EXPECT_EQ(answered.note,
              "You have not linked a mailbox. Write “link” to see how.\nMail users reach you at alice@jabber.example.");
    link();
    command("node='status'");
    EXPECT_EQ(stage().note,
              "Linked mailbox: bob@example.org\nConnected\nYou receive chat messages, answers to yours, and mail from "
              "your contacts.");
    command("node='help'");
    EXPECT_NE(stage().note.find("bob\\40example.org@coi.jabber.example"), std::string::npos);
}

TEST_F(CommandsTest, MultipleStagesLinkAMailbox) {
    command("node='link' action='execute'");
    const auto first = stage();
    EXPECT_EQ(first.status, "executing");
    EXPECT_NE(first.xml.find("<actions execute='complete'><complete/></actions>"), first.xml.npos) << first.xml;
    EXPECT_NE(first.xml.find("<field var='email'"), first.xml.npos);
    const std::string session = "node='link' sessionid='" + first.session + "'";

    command(session, form(field("email", "bob@example.org") + field("password", "wrong")));
    ASSERT_EQ(checks.size(), 1U);
    checks[0].answer({std::nullopt, "The password is wrong."});
    const auto second = stage();
    EXPECT_EQ(second.status, "executing") << "what was wrong can be corrected";
    EXPECT_EQ(second.note_type, "error");
    EXPECT_EQ(second.note, "The password is wrong.");
    EXPECT_NE(second.xml.find("<value>bob@example.org</value>"), second.xml.npos) << "as it was filled in";
    EXPECT_EQ(second.xml.find("<value>wrong</value>"), second.xml.npos);

    command(session + " action='complete'", form(field("email", "bob@example.org") + field("password", "secret")));
    ASSERT_EQ(checks.size(), 2U);
    checks[1].answer({login(), ""});
    const auto third = stage();
    EXPECT_EQ(third.status, "completed");
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example"));
    EXPECT_EQ(linked.size(), 1U);

    command(session, form(""));
    EXPECT_EQ(stage().own_condition, "session-expired") << "a session ends once";
}

TEST_F(CommandsTest, WhereAFormsWindowShowsNoNoteTheWordsAreAForm) {
    const std::string psi = "alice@jabber.example/phone";
    clients.heard_of(psi);
    clients.take_answer(*xmpp::parse_stanza(
        "<iq type='result' id='client' from='" + psi +
        "'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc' name='Psi+'/>"
        "</query></iq>"));
    sent.clear();
    const auto ends_with = [&](const std::string& words) {
        const auto last = stage();
        EXPECT_EQ(last.status, "completed");
        EXPECT_NE(last.xml.find("<x xmlns='jabber:x:data' type='result'><instructions>" + words), last.xml.npos)
            << last.xml;
    };
    command("node='join'");
    command("node='join' sessionid='" + stage().session + "'", form(field("invite", "garbage")));
    ends_with("");
    link();
    command("node='unlink'");
    command("node='unlink' sessionid='" + stage().session + "'", form(""));
    ends_with("Your mailbox is unlinked");
    command("node='status'");
    EXPECT_NE(stage().note, "") << "here it is shown";
}

TEST_F(CommandsTest, Canceling) {
    command("node='link'");
    const auto first = stage();
    command("node='link' sessionid='" + first.session + "' action='cancel'");
    EXPECT_EQ(stage().status, "canceled");
    command("node='link' sessionid='" + first.session + "'", form(""));
    EXPECT_EQ(stage().condition, "not-allowed");
}

TEST_F(CommandsTest, UnlinkAsksFirst) {
    link();
    command("node='unlink'");
    const auto first = stage();
    EXPECT_EQ(first.status, "executing");
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example"));
    command("node='unlink' sessionid='" + first.session + "' action='complete'", form(""));
    EXPECT_EQ(stage().status, "completed");
    EXPECT_FALSE(directory.mailbox_of("alice@jabber.example"));
    EXPECT_EQ(unlinked.size(), 1U);
}

TEST_F(CommandsTest, Settings) {
    link();
    command("node='settings'");
    const auto first = stage();
    EXPECT_NE(first.xml.find("<value>contacts</value>"), first.xml.npos) << first.xml;
    command("node='settings' sessionid='" + first.session + "'",
            form(field("take", "all") + field("sent_copy", "0") + field("marks_read", "1")));
    EXPECT_EQ(stage().status, "completed");
    const Account* account = directory.mailbox_of("alice@jabber.example");
    EXPECT_EQ(account->take, IncomingFilter::all);
    EXPECT_FALSE(account->sent_copy);
    EXPECT_TRUE(account->marks_read);
    EXPECT_EQ(account->login, login());
}

TEST_F(CommandsTest, SessionsBelongToOneClientAndNode) {
    command("node='link'");
    const auto first = stage();
    command("node='link' sessionid='" + first.session + "'", form(""), "eve@jabber.example/phone");
    EXPECT_EQ(stage().own_condition, "session-expired");
    command("node='unlink' sessionid='" + first.session + "'", form(""));
    EXPECT_EQ(stage().own_condition, "session-expired");
}

TEST_F(CommandsTest, SessionsEnd) {
    command("node='link'");
    const auto first = stage();
    now += std::chrono::minutes(11);
    command("node='link' sessionid='" + first.session + "'", form(""));
    EXPECT_EQ(stage().own_condition, "session-expired");
}

TEST_F(CommandsTest, OpenFormsDoNotLockTheCommands) {
    std::vector<std::string> opened;
    for (int session = 0; session < 6; ++session) {
        command("node='link'");
        opened.push_back(stage().session);
        EXPECT_FALSE(opened.back().empty());
        now += std::chrono::seconds(1);
    }
    command("node='link' sessionid='" + opened[0] + "' action='cancel'");
    EXPECT_EQ(stage().own_condition, "session-expired") << "the oldest gave way";
    command("node='link' sessionid='" + opened[1] + "' action='cancel'");
    EXPECT_EQ(stage().status, "canceled");
}

TEST_F(CommandsTest, CancelEndsALinkThatIsBeingChecked) {
    const std::string filled = form(field("email", "bob@example.org") + field("password", "secret"));
    command("node='link'");
    const std::string session = "node='link' sessionid='" + stage().session + "'";
    command(session + " action='complete'", filled);
    ASSERT_EQ(checks.size(), 1U);
    command(session + " action='cancel'");
    ASSERT_EQ(sent.size(), 2U) << "the submission, and the cancel";
    for (const auto& answered : std::exchange(sent, {}))
        EXPECT_NE(answered->xml().find("status='canceled'"), std::string::npos) << answered->xml();
    checks[0].answer({login(), ""});
    loop.flush(store);
    EXPECT_TRUE(sent.empty() && !directory.mailbox_of("alice@jabber.example")) << "never";
    command(session, filled);
    EXPECT_EQ(stage().own_condition, "session-expired");

    command("node='link'");
    command("node='link' sessionid='" + stage().session + "'", filled);
    ASSERT_EQ(checks.size(), 2U) << "and a new attempt is not kept waiting for the old one";
    checks[1].answer({login(), ""});
    EXPECT_EQ(stage().status, "completed");
    EXPECT_TRUE(directory.mailbox_of("alice@jabber.example"));
}

TEST_F(CommandsTest, UnlinkEndsALinkThatIsBeingChecked) {
    link(Account::Kind::relay);
    command("node='link'");
    command("node='link' sessionid='" + stage().session + "'",
            form(field("email", "bob@example.org") + field("password", "secret")));
    ASSERT_EQ(checks.size(), 1U);
    say("unlink yes");
    EXPECT_TRUE(loop.run_until([this] { return sent.size() == 2; }));
    sent.clear();
    checks[0].answer({login(), ""});
    loop.flush(store);
    EXPECT_EQ(directory.of_user("alice@jabber.example"), nullptr);
}

TEST_F(CommandsTest, ARelaysUserSaysWhatTheyTakeBeforeTheirFirstMessage) {
    command("node='settings'");
    const auto first = stage();
    EXPECT_NE(first.xml.find("<value>all</value>"), first.xml.npos) << first.xml;
    command("node='settings' sessionid='" + first.session + "'", form(field("take", "chats")));
    EXPECT_EQ(stage().status, "completed");
    ASSERT_TRUE(directory.relay_of("alice@jabber.example"));
    EXPECT_EQ(directory.relay_of("alice@jabber.example")->take, IncomingFilter::chats);
}

TEST_F(CommandsTest, PossibleErrors) {
    command("node='link' action='dance'");
    EXPECT_EQ(stage().own_condition, "malformed-action");
    command("node='nonsense'");
    EXPECT_EQ(stage().condition, "item-not-found");
    command("node='link'");
    const auto first = stage();
    command("node='link' sessionid='" + first.session + "' action='prev'");
    EXPECT_EQ(stage().own_condition, "bad-action");
    command("node='link' sessionid='" + first.session + "' action='complete'");
    EXPECT_EQ(stage().own_condition, "bad-payload");
    command("node='link'", "", "eve@elsewhere.example/x");
    EXPECT_EQ(stage().condition, "forbidden");
}

}  // namespace
}  // namespace gateway
