// The command line against a gateway that is a map of functions behind the real control socket.

#include "gateway/daemon/cli.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "gateway/daemon/cli_table.h"
#include "tests/unit/gateway/daemon/control_peer.h"

using namespace gateway;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

class CliTest : public ControlRoom {
  protected:
    CliTest() {
        config_ = file("coigate.toml",
                       "[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"" + file("secret", "x", 0600) +
                           "\"\n[store]\nkey_file = \"" + folder_ + "/key\"\n[control]\nsocket = \"" + path_ + "\"\n",
                       0644);
    }
    std::string file(const std::string& name, const std::string& content, mode_t mode) const {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path) << content;
        chmod(path.c_str(), mode);
        return path;
    }
    // A gateway whose one verb answers `out`; what it was asked is kept in asked_.
    void gateway(const std::string& verb, json::object out) {
        std::map<std::string, Control::Verb> verbs;
        verbs[verb] = [this, out](json::object in, Control::Answer answer) {
            asked_.push_back(std::move(in));
            answer(out);
        };
        serve(std::move(verbs));
    }
    int run(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "coigate");
        out_.str("");
        err_.str("");
        const Terminal terminal{out_, err_,
                                [this](const std::string& prompt) {
                                    prompt_ = prompt;
                                    return password_;
                                },
                                [] { return Time(1'000'000s); }};
        return run_command_line(static_cast<int>(arguments.size()), arguments.data(), terminal,
                                [this](const std::string& path) {
                                    served_ = path;
                                    return 7;
                                });
    }
    int run_with_config(std::vector<const char*> arguments) {
        arguments.push_back("--config");
        arguments.push_back(config_.c_str());
        return run(std::move(arguments));
    }

    std::string config_, served_, prompt_;
    std::optional<std::string> password_;
    std::ostringstream out_, err_;
    std::vector<json::object> asked_;
};

constexpr std::int64_t now = 1'000'000'000;  // ms, as the Terminal's clock says

TEST_F(CliTest, ServesWithTheConfigurationItIsGiven) {
    EXPECT_EQ(run({"serve", "--config", "/x/y.toml"}), 7);
    EXPECT_EQ(served_, "/x/y.toml");
    EXPECT_EQ(run({"serve"}), 7);
    EXPECT_EQ(served_, "/etc/coigate/coigate.toml");
}

TEST_F(CliTest, SaysItsVersionAndHelps) {
    EXPECT_EQ(run({"--version"}), exit_ok);
    EXPECT_EQ(out_.str(), "coigate " COIGATE_VERSION "\n");
    EXPECT_EQ(run({"--help"}), exit_ok);
    for (const char* word : {"serve", "check", "account", "queue", "Exit codes"})
        EXPECT_NE(out_.str().find(word), std::string::npos);
    EXPECT_EQ(run({"account", "add", "--help"}), exit_ok);
    EXPECT_NE(out_.str().find("--password-file"), std::string::npos);
    EXPECT_EQ(out_.str().find("--password "), std::string::npos);
}

TEST_F(CliTest, EndsWith64WhereTheArgumentsAreWrong) {
    for (const auto& arguments : std::vector<std::vector<const char*>>{{},
                                                                       {"dance"},
                                                                       {"account"},
                                                                       {"account", "add", "alice@jabber.example"},
                                                                       {"account", "remove", "a@b", "--kind", "both"},
                                                                       {"queue", "drop"},
                                                                       {"queue", "drop", "zero"},
                                                                       {"queue", "retry", "-3"},
                                                                       {"serve", "--password", "x"}}) {
        EXPECT_EQ(run(arguments), exit_usage);
        EXPECT_FALSE(err_.str().empty());
    }
}

TEST_F(CliTest, CheckNamesEveryProblemAndEndsWith2) {
    EXPECT_EQ(run_with_config({"check"}), exit_ok);
    EXPECT_EQ(out_.str(), config_ + " has no problems.\n");
    const std::string bad = file("bad.toml", "[xmpp]\ncomponent = 1\n[log]\nlevel = 2\n", 0644);
    EXPECT_EQ(run({"check", "--config", bad.c_str()}), exit_config);
    EXPECT_NE(err_.str().find(bad + ":2: xmpp.component must be text"), std::string::npos);
    EXPECT_NE(err_.str().find(bad + ":4: log.level must be text"), std::string::npos);
    EXPECT_NE(err_.str().find("3 problems\n"), std::string::npos) << err_.str();
    const std::string sealed =
        file("sealed.toml", "[xmpp]\ncomponent = \"coi.a.example\"\nsecret_file = \"credential:s\"\n", 0644);
    EXPECT_EQ(run({"check", "--config", sealed.c_str()}), exit_ok);
    EXPECT_NE(out_.str().find("could not be looked at"), std::string::npos);
}

TEST_F(CliTest, SaysThatTheGatewayDoesNotRun) {
    EXPECT_EQ(run_with_config({"account", "list"}), exit_not_running);
    EXPECT_NE(err_.str().find("coigate: coigate is not running"), std::string::npos);
    EXPECT_EQ(run({"queue", "list", "--config", "/none.toml"}), exit_config);
}

TEST_F(CliTest, GivesBackTheGatewaysWordsWhenItRefuses) {
    gateway("queue.drop", {{"error", "there is no message 9"}});
    EXPECT_EQ(run_with_config({"queue", "drop", "9"}), exit_failed);
    EXPECT_EQ(err_.str(), "coigate: there is no message 9\n");
}

TEST_F(CliTest, AddsAnAccountWithAPasswordFromTheTerminal) {
    gateway("account.add", {{"account", {{"id", 3}}}});
    password_ = "hunter2";
    EXPECT_EQ(run_with_config({"account", "add", "alice@jabber.example", "alice@mail.example", "--imap-server",
                               "imap.mail.example:993", "--imap-security", "tls", "--username", "al"}),
              exit_ok);
    EXPECT_EQ(prompt_, "Password of alice@mail.example: ");
    EXPECT_EQ(out_.str(), "Linked alice@mail.example to alice@jabber.example.\n");
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_EQ(asked_[0], (json::object{{"jid", "alice@jabber.example"},
                                       {"address", "alice@mail.example"},
                                       {"password", "hunter2"},
                                       {"imap_server", "imap.mail.example:993"},
                                       {"imap_security", "tls"},
                                       {"username", "al"}}));
}

TEST_F(CliTest, AddsAnAccountWithAPasswordFromAFile) {
    gateway("account.add", {{"account", {{"id", 3}}}});
    const std::string password = file("password", "hunter2\n", 0600);
    EXPECT_EQ(run_with_config(
                  {"account", "add", "a@j.example", "a@m.example", "--oauth", "--password-file", password.c_str()}),
              exit_ok);
    EXPECT_EQ(prompt_, "");
    EXPECT_EQ(asked_.at(0).at("password"), "hunter2");
    EXPECT_EQ(asked_.at(0).at("oauth"), true);
    const std::string open = file("open", "hunter2\n", 0644);
    EXPECT_EQ(run_with_config({"account", "add", "a@j.example", "a@m.example", "--password-file", open.c_str()}),
              exit_usage);
    EXPECT_NE(err_.str().find("is open to every user of this machine"), std::string::npos);
}

TEST_F(CliTest, AddsNothingWithoutAPassword) {
    gateway("account.add", {{"account", {{"id", 3}}}});
    EXPECT_EQ(run_with_config({"account", "add", "a@j.example", "a@m.example"}), exit_usage);
    EXPECT_NE(err_.str().find("--password-file"), std::string::npos);
    password_ = "";
    EXPECT_EQ(run_with_config({"account", "add", "a@j.example", "a@m.example"}), exit_usage);
    EXPECT_TRUE(asked_.empty());
}

TEST_F(CliTest, ListsAccountsPageByPage) {
    serve({{"account.list", [](json::object in, Control::Answer answer) {
                const bool first = !in.contains("after");
                if (!first) EXPECT_EQ(in.at("after"), 1);
                json::object row{{"id", first ? 1 : 2}, {"jid", first ? "alice@jabber.example" : "bö@j.example"},
                                 {"kind", "mailbox"},   {"address", "a@m.example"},
                                 {"take", "contacts"},  {"health", "Connected"}};
                answer({{"accounts", json::array{row}}, {"more", first}});
            }}});
    EXPECT_EQ(run_with_config({"account", "list"}), exit_ok);
    EXPECT_EQ(out_.str(),
              "ID  JID                   KIND     ADDRESS      TAKES     STATE\n"
              "1   alice@jabber.example  mailbox  a@m.example  contacts  Connected\n"
              "2   bö@j.example          mailbox  a@m.example  contacts  Connected\n");
    EXPECT_EQ(run_with_config({"account", "list", "--json"}), exit_ok);
    const std::string lines = out_.str();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
    EXPECT_EQ(lines.find("{\"id\":1,"), 0u);
}

TEST_F(CliTest, ShowsAnAccount) {
    gateway("account.show",
            {{"accounts",
              json::array{json::object{{"id", 4}, {"jid", "a@j.example"}, {"kind", "relay"}, {"contacts", 12}}}}});
    EXPECT_EQ(run_with_config({"account", "show", "a@j.example"}), exit_ok);
    EXPECT_EQ(out_.str(), "Account      4\nJabber user  a@j.example\nKind         relay\nContacts     12\n");
    EXPECT_EQ(asked_.at(0), (json::object{{"jid", "a@j.example"}}));
}

TEST_F(CliTest, RemovesAnAccount) {
    gateway("account.remove", {{"removed", 1}});
    EXPECT_EQ(run_with_config({"account", "remove", "a@j.example", "--kind", "mailbox"}), exit_ok);
    EXPECT_EQ(out_.str(), "Removed 1 account of a@j.example and everything stored of it.\n");
    EXPECT_EQ(asked_.at(0), (json::object{{"jid", "a@j.example"}, {"kind", "mailbox"}}));
}

TEST_F(CliTest, ListsTheQueueWithTimesFromNowAndWithoutTerminalTricks) {
    gateway("queue.list", {{"entries", json::array{json::object{{"id", 17},
                                                                {"leg", "mail"},
                                                                {"jid", "a@j.example"},
                                                                {"contact", "b@m.example"},
                                                                {"attempts", 2},
                                                                {"taken", now - 600'000},
                                                                {"next", now + 30'000},
                                                                {"expires", now + 432'000'000},
                                                                {"error", "450 later\x1b[2J"}}}},
                           {"more", false}});
    EXPECT_EQ(run_with_config({"queue", "list", "--jid", "a@j.example"}), exit_ok);
    EXPECT_EQ(out_.str(),
              "ID  WAY      JID          CONTACT      TAKEN       TRIES  NEXT TRY  EXPIRES    LAST ERROR\n"
              "17  to mail  a@j.example  b@m.example  10 min ago  2      in 30 s   in 5 days  450 later\\x1b[2J\n");
    EXPECT_EQ(asked_.at(0), (json::object{{"jid", "a@j.example"}}));
}

TEST_F(CliTest, SaysThatNothingWaits) {
    gateway("queue.list", {{"entries", json::array{}}, {"more", false}});
    EXPECT_EQ(run_with_config({"queue", "list"}), exit_ok);
    EXPECT_EQ(out_.str(), "Nothing waits.\n");
}

TEST_F(CliTest, RetriesOneOrAll) {
    gateway("queue.retry", {{"retried", 1}});
    EXPECT_EQ(run_with_config({"queue", "retry", "17"}), exit_ok);
    EXPECT_EQ(out_.str(), "1 message is tried now.\n");
    EXPECT_EQ(run_with_config({"queue", "retry", "--json"}), exit_ok);
    EXPECT_EQ(out_.str(), "{\"retried\":1}\n");
    EXPECT_EQ(asked_, (std::vector<json::object>{{{"id", 17}}, {}}));
}

TEST(CliTable, NamesSpansByTheLargestUnitThatFits) {
    EXPECT_EQ(print_span(42s), "42 s");
    EXPECT_EQ(print_span(119s), "119 s");
    EXPECT_EQ(print_span(-120s), "2 min");
    EXPECT_EQ(print_span(5h), "5 h");
    EXPECT_EQ(print_span(48h), "2 days");
}

}  // namespace
