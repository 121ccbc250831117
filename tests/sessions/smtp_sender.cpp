// The way out towards mail against a scripted SMTP server: which word, at which step, becomes which fate of the mail,
// and which session carries the next one.

#include "gateway/queue/smtp_sender.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <map>
#include <mutex>

#include "tests/support/run_until.h"
#include "tests/support/scripted_stream.h"
#include "tests/support/tls_peer.h"

namespace {

using coi::ErrorKind;
using coi::net::Endpoint;
using coi::net::Security;
using gateway::AttemptResult;
using gateway::SmtpSender;
using support::LineServer;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;
using Kind = AttemptResult::Kind;

/// A server that takes everything, but for the commands (and the final ".") that a test has changed.
class SmtpServer {
  public:
    explicit SmtpServer(const support::Authority& ca, LineServer::Begin begin = LineServer::Begin::clear,
                        std::string offers = "250 AUTH PLAIN\r\n", const std::string& greeting = "220 localhost\r\n")
        : offers_(std::move(offers)),
          server_(ca.issue({"localhost"}), begin, greeting, [this](const std::string& line) { return answer(line); }) {}

    /// From now on `command` is answered so; "": as before. "CLOSE" ends the connection.
    void answers(const std::string& command, const std::string& words) {
        const std::lock_guard lock(mutex_);
        changed_[command] = words;
    }
    /// The next time only.
    void answers_once(const std::string& command, const std::string& words) {
        answers(command, words);
        once_ = command;
    }
    std::uint16_t port() const { return server_.port(); }
    int connections() const { return server_.connections(); }
    std::vector<std::string> heard() const { return server_.heard(); }
    std::size_t times(const std::string& command) const {
        const auto lines = heard();
        return static_cast<std::size_t>(
            std::ranges::count_if(lines, [&](const auto& line) { return line.starts_with(command); }));
    }

  private:
    std::string answer(const std::string& line) {
        const std::string command = line.substr(0, line.find(' '));
        if (command == "EHLO") in_mail_ = false;
        if (in_mail_ && line != ".") return "";
        in_mail_ = false;
        const std::lock_guard lock(mutex_);
        if (auto words = changed_[command]; !words.empty()) {
            if (once_ == command) changed_.erase(command);
            return words;
        }
        if (command == "EHLO") return "250-localhost\r\n" + offers_;
        if (command == "AUTH") return "235 2.7.0 welcome\r\n";
        if (command == "QUIT") return "221 2.0.0 bye\r\n";
        in_mail_ = command == "DATA";
        return in_mail_ ? "354 go\r\n" : "250 2.0.0 ok\r\n";
    }

    const std::string offers_;
    std::mutex mutex_;
    std::map<std::string, std::string> changed_;
    std::string once_;
    bool in_mail_ = false;  // of the server's thread
    LineServer server_;
};

class SmtpSenderSession : public testing::Test {
  protected:
    SmtpSender::Settings settings(const SmtpServer& server, Security security = Security::none) const {
        SmtpSender::Settings settings;
        settings.server = {security == Security::none ? "127.0.0.1" : "localhost", server.port(), security};
        settings.reach = {true, true};
        settings.ehlo_name = "gw.example";
        settings.connect_timeout = 5s;
        return settings;
    }
    SmtpSender& sender(SmtpSender::Settings its) {
        sender_ = std::make_unique<SmtpSender>(io, tls, std::move(its));
        return *sender_;
    }
    static gateway::queue::Entry mail(const std::string& to = "bob@mail.example") {
        gateway::queue::Entry entry;
        entry.from = "alice@post.example";
        entry.to = to;
        entry.payload = "Subject: hi\r\n\r\nhello\r\n";
        return entry;
    }
    bool until(const std::function<bool()>& true_now) { return run_until(io, true_now); }
    AttemptResult send(const gateway::queue::Entry& entry = mail()) {
        std::optional<AttemptResult> result;
        sender_->send(entry, {"envelope-1"}, [&](const AttemptResult& its) {
            EXPECT_FALSE(result) << "finished twice";
            result = its;
        });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << testing::PrintToString(heard_());
        return result.value_or(AttemptResult{});
    }

    std::function<std::vector<std::string>()> heard_ = [] { return std::vector<std::string>{}; };
    support::Authority ca{"Test CA"};
    coi::net::TlsContext tls{ca.file()};  // outlives the streams that io holds
    boost::asio::io_context io;
    std::unique_ptr<SmtpSender> sender_;
};

TEST_F(SmtpSenderSession, OneSessionCarriesManyMails) {
    const SmtpServer server(ca, LineServer::Begin::clear, "250-SMTPUTF8\r\n250-8BITMIME\r\n250 DSN\r\n");
    sender(settings(server));
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_EQ(send(mail("jürgen@mail.example")).kind, Kind::done);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_FALSE(sender_->trouble());
    EXPECT_THAT(server.heard(),
                testing::ElementsAre("EHLO gw.example", "MAIL FROM:<alice@post.example> RET=HDRS ENVID=envelope-1",
                                     "RCPT TO:<bob@mail.example> NOTIFY=FAILURE,DELAY", "DATA", "Subject: hi", "",
                                     "hello", ".", "MAIL FROM:<alice@post.example> SMTPUTF8 RET=HDRS ENVID=envelope-1",
                                     "RCPT TO:<jürgen@mail.example> NOTIFY=FAILURE,DELAY", "DATA", "Subject: hi", "",
                                     "hello", "."));
}

TEST_F(SmtpSenderSession, IsOverWhenItHadNothingToDoForAWhile) {
    const SmtpServer server(ca);
    auto its = settings(server);
    its.idle = 20ms;
    sender(its);
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_TRUE(until([&] { return server.times("QUIT") == 1; }));
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_EQ(server.connections(), 2);
}

TEST_F(SmtpSenderSession, ServersSlowASessionOfManyRefusalsDownSoItIsNotReused) {
    SmtpServer server(ca);
    sender(settings(server));
    server.answers("RCPT", "550 5.1.1 nobody of this name\r\n");
    for (int i = 0; i < 4; ++i) EXPECT_EQ(send().kind, Kind::refused);
    server.answers("RCPT", "");
    EXPECT_EQ(send().kind, Kind::done) << "they count from the last mail that was taken";
    server.answers("RCPT", "550 5.1.1 nobody of this name\r\n");
    for (int i = 0; i < 12; ++i) EXPECT_EQ(send().kind, Kind::refused);
    EXPECT_EQ(server.connections(), 3);
    EXPECT_TRUE(until([&] { return server.times("QUIT") == 2; }));
}

TEST_F(SmtpSenderSession, TwoMailsAtOnceHaveASessionEach) {
    const SmtpServer server(ca);  // it serves one connection after the other
    auto its = settings(server);
    its.idle = 20ms;
    sender(its);
    int done = 0;
    const auto both = mail();
    for (int i = 0; i < 2; ++i)
        sender_->send(both, {}, [&](const AttemptResult& result) { done += result.kind == Kind::done; });
    EXPECT_TRUE(until([&] { return done == 2; }));
    EXPECT_EQ(server.connections(), 2);
}

struct Said {
    const char* name;
    const char* words;
    Kind kind;
    int code;
};

void PrintTo(const Said& said, std::ostream* out) { *out << said.name; }

/// A step of the mail's transaction, and what the server says there.
class AtStep : public SmtpSenderSession, public testing::WithParamInterface<std::tuple<const char*, Said>> {
  protected:
    std::string step = std::get<0>(GetParam());
    Said said = std::get<1>(GetParam());
};

INSTANTIATE_TEST_SUITE_P(SmtpSender, AtStep,
                         testing::Combine(testing::Values("MAIL", "RCPT", "DATA", "."),
                                          testing::Values(Said{"Later", "450 4.2.1 not now\r\n", Kind::later, 450},
                                                          Said{"Refused", "550 5.7.1 no\r\n", Kind::refused, 550},
                                                          Said{"Closing", "421 4.3.2 closing\r\n", Kind::broken, 421},
                                                          Said{"Ended", "CLOSE", Kind::broken, 0},
                                                          Said{"NoReply", "what?\r\n", Kind::broken, 0})),
                         [](const auto& each) {
                             const std::string step = std::get<0>(each.param);
                             return std::get<1>(each.param).name +
                                    ("_at_" + (step == "." ? std::string("the_end") : step));
                         });

TEST_P(AtStep, OfAFreshSession) {
    SmtpServer server(ca);
    heard_ = [&] { return server.heard(); };
    sender(settings(server));
    server.answers(step, said.words);
    const auto result = send();
    EXPECT_EQ(result.kind, said.kind) << result.error.text;
    EXPECT_EQ(result.error.code, said.code);
    EXPECT_EQ(result.error.permanent, said.kind == Kind::refused);
    EXPECT_EQ(result.is_kept, step != "." || said.kind != Kind::broken) << "after its end, a word is needed";
    if (said.kind == Kind::broken)
        EXPECT_THAT(result.error.text, StartsWith("the mail server ended the session at this message: "));
    EXPECT_EQ(server.times(step), 1u) << "tried once";
    EXPECT_FALSE(sender_->trouble()) << "it is about this mail";
    server.answers(step, "");
    EXPECT_EQ(send().kind, Kind::done) << "the next mail goes";
    EXPECT_EQ(server.connections(), said.kind == Kind::broken ? 2 : 1);
}

TEST_P(AtStep, OfASessionThatCarriedOthers) {  // it may have been closed meanwhile: that says nothing of this mail
    SmtpServer server(ca);
    sender(settings(server));
    ASSERT_EQ(send().kind, Kind::done);
    server.answers(step, said.words);
    const auto before = server.times(step);
    const auto result = send();
    EXPECT_EQ(result.kind, said.kind) << result.error.text;
    const bool broken = said.kind == Kind::broken;
    EXPECT_EQ(result.is_kept, step != "." || said.kind != Kind::broken);
    EXPECT_EQ(server.times(step) - before, broken ? 2u : 1u) << "once more in a fresh session, and no more";
    EXPECT_EQ(server.connections(), broken ? 2 : 1);
}

TEST_F(SmtpSenderSession, AMailOverWhichAnIdleSessionEndsIsSentInAFreshOne) {
    SmtpServer server(ca);
    sender(settings(server));
    ASSERT_EQ(send().kind, Kind::done);
    server.answers_once("MAIL", "421 4.4.2 you were idle\r\n");
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_EQ(server.connections(), 2);
}

TEST_F(SmtpSenderSession, AServerThatCannotBeUsedIsTheDestinationsTrouble) {
    SmtpServer server(ca, LineServer::Begin::tls);
    auto its = settings(server, Security::tls);
    its.login = coi::net::Login{"alice", "secret", false};
    sender(its);
    server.answers("EHLO", "451 4.3.0 not now\r\n");
    auto result = send();
    EXPECT_EQ(result.kind, Kind::unreachable);
    ASSERT_TRUE(sender_->trouble());
    EXPECT_EQ(sender_->trouble()->code, 451);
    server.answers("EHLO", "");
    server.answers("AUTH", "535 5.7.8 wrong\r\n");
    result = send();
    EXPECT_EQ(result.kind, Kind::unreachable);
    EXPECT_EQ(result.error.kind, ErrorKind::auth);
    EXPECT_EQ(sender_->trouble()->kind, ErrorKind::auth);
    EXPECT_EQ(server.times("MAIL"), 0u);
    server.answers("AUTH", "");
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_FALSE(sender_->trouble()) << "all is well again";
}

TEST_F(SmtpSenderSession, AServerThatGreetsWithAnErrorOrIsNotThere) {
    {
        const SmtpServer server(ca, LineServer::Begin::clear, "250 OK\r\n", "554 5.7.1 not you\r\n");
        sender(settings(server));
        const auto result = send();
        EXPECT_EQ(result.kind, Kind::unreachable);
        EXPECT_EQ(result.error.code, 554);
        EXPECT_THAT(server.heard(), Not(Contains(StartsWith("MAIL"))));
    }
    const auto result = send();  // the port is closed now
    EXPECT_EQ(result.kind, Kind::unreachable);
    EXPECT_TRUE(sender_->trouble());
}

TEST_F(SmtpSenderSession, WhatTheServerCannotCarryIsRefusedAndTheSessionGoesOn) {
    const SmtpServer server(ca, LineServer::Begin::clear, "250 SIZE 100\r\n");
    sender(settings(server));
    auto large = mail();
    large.payload.append(200, 'x');
    auto result = send(large);
    EXPECT_EQ(result.kind, Kind::refused);
    EXPECT_EQ(result.error.enhanced, "5.3.4");
    result = send(mail("jürgen@mail.example"));
    EXPECT_EQ(result.kind, Kind::refused);
    EXPECT_EQ(result.error.enhanced, "5.6.7");
    result = send(mail("bob@mail.example>\r\nRCPT TO:<eve@evil.example"));
    EXPECT_EQ(result.kind, Kind::refused);
    EXPECT_EQ(send().kind, Kind::done);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.times("MAIL"), 1u) << "nothing was said of the others";
}

/// The sender goes while the server thinks about the mail.
class WhileItGoes : public SmtpSenderSession {
  protected:
    AttemptResult ends(const std::string& answer) {
        std::promise<void> asked, go_on;
        const auto easy = support::easy_smtp("250 OK\r\n");
        const LineServer server(ca.issue({"localhost"}), LineServer::Begin::clear, "220 hi\r\n",
                                [&](const std::string& line) {
                                    if (line != ".") return easy(line);
                                    asked.set_value();
                                    go_on.get_future().wait();
                                    return answer;
                                });
        SmtpSender::Settings its;
        its.server = {"127.0.0.1", server.port(), Security::none};
        its.reach = {true, true};
        its.ehlo_name = "gw.example";
        sender(its);
        std::optional<AttemptResult> result;
        const auto its_mail = mail();
        sender_->send(its_mail, {}, [&](const AttemptResult& its_result) { result = its_result; });
        auto has_asked = asked.get_future();
        EXPECT_TRUE(until([&] { return has_asked.wait_for(0s) == std::future_status::ready; }));
        sender_.reset();
        EXPECT_FALSE(result);
        go_on.set_value();
        EXPECT_TRUE(until([&] { return result.has_value(); }));
        return result.value_or(AttemptResult{});
    }
};

TEST_F(WhileItGoes, WhatTheServerTakesIsDone) { EXPECT_EQ(ends("250 2.0.0 taken\r\n").kind, Kind::done); }

TEST_F(WhileItGoes, WhatItDoesNotTakeIsTriedByTheNextOne) {
    for (const auto& [words, is_kept] : {std::pair<std::string, bool>{"CLOSE", false}, {"550 5.7.1 no\r\n", true}}) {
        const auto result = ends(words);
        EXPECT_EQ(result.kind, Kind::unreachable);
        EXPECT_EQ(result.is_kept, is_kept) << words;
    }
}

}  // namespace
