// Sessions with the other OTR library, python3-potr, as a process of its own (tests/support/potr_peer.py).

#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

#include "xmpp/otr/sessions.h"

namespace xmpp::otr {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;
using enum Notice::Kind;

const std::string phone = "alice@jabber.test/phone";

/// One line to the program, one line back.
class Potr {
  public:
    explicit Potr(const std::string& fragment) {
        int in[2], back[2];
        if (pipe(in) != 0 || pipe(back) != 0) throw std::runtime_error("no pipes");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, back[1], 1);
        for (const int end : {in[0], in[1], back[0], back[1]}) posix_spawn_file_actions_addclose(&actions, end);
        std::string python = "/usr/bin/python3", no_cache = "-B", script = TESTS_DIR "/support/potr_peer.py",
                    most = fragment;
        char* arguments[] = {python.data(), no_cache.data(), script.data(), most.data(), nullptr};
        if (posix_spawn(&process_, python.c_str(), &actions, nullptr, arguments, environ) != 0)
            throw std::runtime_error("python3 does not start");
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(back[1]);
        to_ = fdopen(in[1], "w");
        from_ = fdopen(back[0], "r");
    }
    ~Potr() {
        std::fclose(to_);  // the end of its input is its end
        std::fclose(from_);
        waitpid(process_, nullptr, 0);
    }
    json::object does(const json::object& what) {
        std::fputs((json::serialize(what) + "\n").c_str(), to_);
        std::fflush(to_);
        std::string line;
        for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_)) line += static_cast<char>(c);
        if (line.empty()) throw std::runtime_error("potr_peer.py has died");
        last = json::parse(line).as_object();
        for (const auto& body : last.at("out").as_array()) out.emplace_back(body.as_string());
        return last;
    }
    std::vector<std::string> out;
    json::object last;

  private:
    pid_t process_ = 0;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

class OtrPotrTest : public testing::TestWithParam<const char*> {
  protected:
    /// `bodies` go to the client, its messages come, until nobody has anything to say.
    Received talk(std::vector<std::string> bodies = {}) {
        Received all;
        do {
            for (const auto& body : bodies) alice.does({{"do", "receive"}, {"body", body}});
            bodies.clear();
            std::vector<std::string> going;
            going.swap(alice.out);
            for (const auto& body : going) {
                Received received = sessions.receive(phone, body, Sessions::Time{});
                all.notices.insert(all.notices.end(), received.notices.begin(), received.notices.end());
                if (received.text) all.text = received.text;
                bodies.insert(bodies.end(), received.replies.begin(), received.replies.end());
            }
        } while (!bodies.empty());
        return all;
    }
    Received start() {
        alice.does({{"do", "start"}});
        return talk();
    }
    static std::vector<Notice::Kind> kinds(const Received& received) {
        std::vector<Notice::Kind> found;
        for (const auto& notice : received.notices) found.push_back(notice.kind);
        return found;
    }

    Identity identity = Identity::generate();
    Sessions sessions{identity, {}, {.fragment = 500}, {}};
    Potr alice{GetParam()};
};

TEST_P(OtrPotrTest, StartsTalksVerifiesAndEnds) {
    EXPECT_THAT(kinds(start()), ElementsAre(started));
    EXPECT_EQ(alice.last.at("state"), "encrypted");
    EXPECT_EQ(print(sessions.key_of(phone)->fingerprint),
              print(*parse_fingerprint(alice.last.at("fingerprint").as_string().c_str())));
    EXPECT_EQ(parse_fingerprint(alice.last.at("peer").as_string().c_str()), identity.fingerprint());
    for (int i = 0; i < 10; ++i) {
        const std::string text =
            "message " + std::to_string(i) + " – grüße " + std::string(static_cast<std::size_t>(i) * 300, 'x');
        alice.does({{"do", "say"}, {"text", text}});
        EXPECT_EQ(talk().text, text);
        talk(sessions.send(phone, text).messages);
        EXPECT_EQ(alice.last.at("text").as_string(), text);
    }
    alice.does({{"do", "smp"}, {"secret", "the blue house"}});
    EXPECT_THAT(kinds(talk()), ElementsAre(smp_asked));
    EXPECT_THAT(kinds(talk(sessions.smp_answer(phone, Wiped("the blue house")))), ElementsAre(smp_succeeded));
    EXPECT_EQ(alice.last.at("smp"), true);
    EXPECT_TRUE(sessions.key_of(phone)->verified);
    alice.does({{"do", "end"}});
    EXPECT_THAT(kinds(talk()), ElementsAre(ended_by_peer));
    sessions.end(phone);
    EXPECT_THAT(kinds(start()), ElementsAre(started));
    talk(sessions.end(phone));
    EXPECT_EQ(alice.last.at("state"), "finished");
}

TEST_P(OtrPotrTest, WeRestart) {
    start();
    sessions = Sessions(identity, sessions.known_keys());
    alice.does({{"do", "say"}, {"text", "are you there?"}});
    EXPECT_THAT(kinds(talk()), ElementsAre(unreadable, started)) << "it was asked for a new session";
    alice.does({{"do", "say"}, {"text", "at last"}});
    EXPECT_EQ(talk().text, "at last");
}

INSTANTIATE_TEST_SUITE_P(Fragments, OtrPotrTest, testing::Values("0", "200"));

}  // namespace
}  // namespace xmpp::otr
