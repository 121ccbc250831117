// Sessions with the other implementation of OMEMO, python3-oldmemo, as a process of its own
// (tests/support/oldmemo_peer.py).

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

#include "xmpp/omemo/payload.h"
#include "xmpp/omemo/session.h"
#include "xmpp/wire.h"

namespace xmpp::omemo {
namespace {

namespace json = boost::json;

/// One line to the program, one line back.
class Oldmemo {
  public:
    Oldmemo() {
        int in[2], back[2];
        if (pipe(in) != 0 || pipe(back) != 0) throw std::runtime_error("no pipes");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, back[1], 1);
        for (const int end : {in[0], in[1], back[0], back[1]}) posix_spawn_file_actions_addclose(&actions, end);
        std::string python = "/usr/bin/python3", no_cache = "-B", script = TESTS_DIR "/support/oldmemo_peer.py";
        char* arguments[] = {python.data(), no_cache.data(), script.data(), nullptr};
        if (posix_spawn(&process_, python.c_str(), &actions, nullptr, arguments, environ) != 0)
            throw std::runtime_error("python3 does not start");
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(back[1]);
        to_ = fdopen(in[1], "w");
        from_ = fdopen(back[0], "r");
    }
    ~Oldmemo() {
        std::fclose(to_);  // the end of its input is its end
        std::fclose(from_);
        waitpid(process_, nullptr, 0);
    }
    json::object does(const json::object& what) {
        std::fputs((json::serialize(what) + "\n").c_str(), to_);
        std::fflush(to_);
        std::string line;
        for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_)) line += static_cast<char>(c);
        if (line.empty()) throw std::runtime_error("oldmemo_peer.py has died");
        return json::parse(line).as_object();
    }

  private:
    pid_t process_ = 0;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

class OmemoOldmemoTest : public testing::Test {
  protected:
    OmemoOldmemoTest() {
        const auto said = alice.does({{"do", "bundle"}});
        device = said.at("device").to_number<DeviceId>();
        const auto element = parse_stanza(std::string(said.at("bundle").as_string()));
        theirs = *xep0384::bundle_of(*element);
        publish();
    }
    void publish() {
        Tag item("item");
        xep0384::add_bundle(item, own.bundle());
        alice.does({{"do", "know"}, {"device", own.device()}, {"bundle", print(*item.findChild("bundle"))}});
    }

    /// What the client reads of our message.
    std::string say(const std::string& text) {
        const Sealed sealed = seal(text);
        const auto key = encrypt(own, session, device, sealed.key.bytes());
        if (!key) return "failed";
        Tag message("message");
        xep0384::add_encrypted(message, {own.device(), {*key}, sealed.iv, sealed.payload});
        const auto answer = alice.does({{"do", "receive"}, {"encrypted", print(*message.findChild("encrypted"))}});
        return std::string(answer.contains("text") ? answer.at("text").as_string() : answer.at("error").as_string());
    }
    /// A message of the client.
    Stanza theirs_saying(const std::string& text) {
        const auto said = alice.does({{"do", "say"}, {"text", text}});
        return parse_stanza("<message>" + std::string(said.at("encrypted").as_string()) + "</message>");
    }
    std::string read(const Tag& message) {
        const auto encrypted = xep0384::encrypted_of(message);
        if (!encrypted || encrypted->sid != device) return "no element";
        const auto keys = encrypted->keys_for(own.device());
        if (keys.size() != 1) return "no key";
        const auto decrypted = decrypt(own, session, *keys.front());
        if (!decrypted) return "failure " + std::to_string(static_cast<int>(decrypted.error()));
        EXPECT_EQ(decrypted->identity_key, theirs.identity_key);
        if (decrypted->used_pre_key) own.use(*decrypted->used_pre_key);
        is_new_session = decrypted->is_new_session;
        if (!encrypted->payload) return "a key";
        return open(encrypted->iv, *encrypted->payload, decrypted->key.bytes()).value_or("unreadable");
    }
    void talk() {
        for (int i = 0; i < 10; ++i) {
            const std::string text = "message " + std::to_string(i) + " – grüße";
            EXPECT_EQ(say(text), text);
            EXPECT_EQ(say(text + " again"), text + " again");
            EXPECT_EQ(read(*theirs_saying(text)), text);
            EXPECT_FALSE(is_new_session);
        }
    }

    Oldmemo alice;
    DeviceId device = 0;
    Bundle theirs;
    OwnKeys own = OwnKeys::generate(OwnKeys::Time{});
    Session session;
    bool is_new_session = false;
};

TEST_F(OmemoOldmemoTest, WeStart) {
    session = *start(own, theirs);
    EXPECT_EQ(session.identity_key, theirs.identity_key);
    EXPECT_EQ(say("hello"), "hello");
    EXPECT_EQ(say("are you there?"), "are you there?") << "both are PreKeySignalMessages";
    talk();
}

TEST_F(OmemoOldmemoTest, TheyStart) {
    const auto first = theirs_saying("hello"), second = theirs_saying("are you there?");
    EXPECT_EQ(read(*second), "are you there?");
    EXPECT_TRUE(is_new_session);
    EXPECT_EQ(own.bundle().pre_keys.size(), OwnKeys::pre_keys - 1);
    EXPECT_EQ(read(*first), "hello") << "the same prekey, which is gone";
    EXPECT_FALSE(is_new_session);
    talk();
}

TEST_F(OmemoOldmemoTest, MessagesComeOutOfOrderAndOnce) {
    session = *start(own, theirs);
    say("hello");
    std::vector<Stanza> all;
    for (int i = 0; i < 20; ++i) all.push_back(theirs_saying(std::to_string(i)));
    for (int i = 19; i >= 0; --i) EXPECT_EQ(read(*all[static_cast<std::size_t>(i)]), std::to_string(i));
    EXPECT_EQ(read(*all.front()), "failure " + std::to_string(static_cast<int>(Failure::repeated)));
    talk();
}

TEST_F(OmemoOldmemoTest, WeLoseTheSession) {
    session = *start(own, theirs);
    say("hello");
    session = {};
    EXPECT_EQ(read(*theirs_saying("lost")), "failure " + std::to_string(static_cast<int>(Failure::no_session)));
    session = *start(own, theirs);
    EXPECT_NE(say("a new session by a prekey that is still published"), "failed");
    talk();
}

TEST_F(OmemoOldmemoTest, TheyLoseTheSession) {
    theirs_saying("nobody reads it");
    alice.does({{"do", "forget"}});
    EXPECT_EQ(read(*theirs_saying("hello")), "hello");
    talk();
    const auto late = theirs_saying("late");
    alice.does({{"do", "forget"}});
    publish();
    EXPECT_EQ(read(*theirs_saying("new")), "new");
    EXPECT_TRUE(is_new_session);
    EXPECT_EQ(read(*late), "late") << "by the former session, which is the current one until they write in the new one";
    EXPECT_EQ(read(*theirs_saying("on")), "on");
    talk();
}

TEST_F(OmemoOldmemoTest, AKeyTransportElementHasAKey) { EXPECT_EQ(read(*theirs_saying("")), "a key"); }

/// The sign of the identity key is only in the signature: both signs occur.
TEST_F(OmemoOldmemoTest, ManyIdentities) {
    for (int i = 0; i < 8; ++i) {
        own = OwnKeys::generate(OwnKeys::Time{});
        alice.does({{"do", "forget"}});
        publish();
        session = {};
        EXPECT_EQ(read(*theirs_saying("hello")), "hello");
        EXPECT_EQ(say("hello"), "hello");
    }
}

}  // namespace
}  // namespace xmpp::omemo
