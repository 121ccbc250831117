// The control socket with a gateway that is a map of functions.

#include "gateway/daemon/control.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "gateway/log.h"
#include "tests/unit/gateway/daemon/control_peer.h"

using namespace gateway;
using Local = boost::asio::local::stream_protocol;

namespace {

class ControlTest : public ControlRoom {
  protected:
    // Sends bytes as they are and reads until the server closes or a line has come.
    std::string raw(const std::string& bytes) const {
        Local::iostream stream;
        stream.expires_after(std::chrono::seconds(20));
        stream.connect(Local::endpoint(path_));
        stream << bytes << std::flush;
        std::string line;
        std::getline(stream, line);
        return line;
    }
    static boost::json::object number(int n) { return {{"n", n}}; }
};

TEST_F(ControlTest, HandsAVerbItsArgumentsAndItsAnswerBack) {
    serve({{"add", [](boost::json::object in, Control::Answer answer) {
                EXPECT_FALSE(in.contains("verb"));
                answer(number(static_cast<int>(in.at("a").as_int64() + in.at("b").as_int64())));
            }}});
    EXPECT_EQ(ask(path_, "add", {{"a", 2}, {"b", 3}}), number(5));
}

TEST_F(ControlTest, SaysInUtf8WhatIsStoredOtherwise) {
    serve({{"show", [](const boost::json::object& in, const Control::Answer& answer) {
                EXPECT_EQ(in.at("jid").as_string(), "bob\u00ff@x");
                answer({{"rows",
                         {{{"folder",
                            "Gr\xfc\xdf"
                            "e"},
                           {"error", "ß \xc3 \xff"}}}},
                        {"n", 1}});
            }}});
    const auto out = ask(path_, "show", {{"jid", "bob\xff@x"}});
    const auto& row = out.at("rows").at(0).as_object();
    EXPECT_EQ(row.at("folder").as_string(), "Grüße");
    EXPECT_EQ(row.at("error").as_string(), "ß \ufffd \ufffd");
    EXPECT_EQ(out.at("n").as_int64(), 1);
}

TEST_F(ControlTest, WaitsForAnAnswerThatComesLaterAndIgnoresASecond) {
    serve({{"later",
            [this](boost::json::object, Control::Answer answer) {
                boost::asio::post(io_, [answer] {
                    answer(number(1));
                    answer(number(2));
                });
            }},
           {"now", [](boost::json::object, Control::Answer answer) { answer(number(3)); }}});
    Local::iostream stream;
    stream.connect(Local::endpoint(path_));
    stream << "{\"verb\":\"later\"}\n{\"verb\":\"now\"}\n" << std::flush;
    std::string line;
    std::getline(stream, line);
    EXPECT_EQ(line, R"({"n":1})");
    std::getline(stream, line);
    EXPECT_EQ(line, R"({"n":3})");
}

TEST_F(ControlTest, AnAnswerForAConnectionThatIsGoneGoesNowhere) {
    std::promise<Control::Answer> kept;
    serve({{"keep", [&](boost::json::object, Control::Answer answer) { kept.set_value(std::move(answer)); }},
           {"ping", [](boost::json::object, Control::Answer answer) { answer(number(1)); }}});
    {
        Local::iostream stream;
        stream.connect(Local::endpoint(path_));
        stream << "{\"verb\":\"keep\"}\n" << std::flush;
        const Control::Answer answer = kept.get_future().get();
        stream.close();
        boost::asio::post(io_, [answer] { answer(number(9)); });
    }
    EXPECT_EQ(ask(path_, "ping", {}), number(1));
}

TEST_F(ControlTest, SaysWhatIsWrongWithARequest) {
    serve({});
    EXPECT_NE(raw("nonsense\n").find("the request is not an object with a verb"), std::string::npos);
    EXPECT_NE(raw("[]\n").find("not an object"), std::string::npos);
    EXPECT_NE(raw("{\"verb\":7}\n").find("not an object with a verb"), std::string::npos);
    EXPECT_NE(raw("{\"verb\":\"dance\"}\n").find("does not know dance"), std::string::npos);
    EXPECT_NE(raw(std::string(40, '[') + "\n").find("not an object"), std::string::npos);
}

TEST_F(ControlTest, RefusesWhatIsTooLong) {
    serve({}, {.request_bytes = 1000, .connections = 4, .idle = std::chrono::seconds(60)});
    EXPECT_NE(raw(std::string(2000, 'x')).find("too long"), std::string::npos);
}

TEST_F(ControlTest, ClosesAnIdleConnection) {
    serve({}, {.request_bytes = 1000, .connections = 4, .idle = std::chrono::seconds(0)});
    EXPECT_EQ(raw(""), "");  // ends long before the test's own patience of 20 s, or this would fail by its duration
}

TEST_F(ControlTest, TakesOnlySoManyConnections) {
    serve({{"ping", [](boost::json::object, Control::Answer answer) { answer(number(1)); }}},
          {.request_bytes = 1000, .connections = 1, .idle = std::chrono::seconds(60)});
    Local::iostream first;
    first.connect(Local::endpoint(path_));
    first << "{\"verb\":\"ping\"}\n" << std::flush;
    std::string line;
    std::getline(first, line);
    EXPECT_EQ(line, R"({"n":1})");
    EXPECT_THROW(ask(path_, "ping", {}), NotRunning);
}

TEST_F(ControlTest, IsOpenToOwnerAndGroupOnlyAndGoneAfterStop) {
    serve({});
    struct stat status{};
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660u);
    std::promise<void> stopped;
    boost::asio::post(io_, [&] {
        control_->stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
    EXPECT_NE(stat(path_.c_str(), &status), 0);
    EXPECT_THROW(ask(path_, "ping", {}), NotRunning);
}

TEST_F(ControlTest, TakesThePlaceOfAGatewayThatDiedButNotOfOneThatRuns) {
    {
        Local::acceptor dead(io_, Local::endpoint(path_));  // leaves its file, as a killed process does
    }
    ASSERT_TRUE(std::filesystem::exists(path_));
    serve({{"ping", [](boost::json::object, Control::Answer answer) { answer(number(1)); }}});
    Control second(io_, {});
    try {
        second.listen(path_);
        FAIL() << "two gateways on one socket";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()), "another coigate already runs and listens on " + path_);
    }
    EXPECT_EQ(ask(path_, "ping", {}), number(1));
}

TEST_F(ControlTest, DoesNotRemoveWhatIsNoSocket) {
    std::ofstream(path_) << "precious";
    Control control(io_, {});
    EXPECT_THROW(control.listen(path_), std::runtime_error);
    EXPECT_TRUE(std::filesystem::exists(path_));
    Control nowhere(io_, {});
    EXPECT_THROW(nowhere.listen(folder_ + "/none/control"), std::runtime_error);
}

TEST_F(ControlTest, SaysThatTheGatewayDoesNotRun) {
    try {
        ask(path_, "ping", {});
        FAIL();
    } catch (const NotRunning& error) {
        EXPECT_NE(std::string(error.what()).find("coigate is not running"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("systemctl start coigate"), std::string::npos);
    }
}

/// No descriptor is left to this process until it ends.
class NoDescriptors {
  public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        const int next = dup(0);  // the lowest that is free
        close(next);
        none.rlim_cur = static_cast<rlim_t>(next);
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

TEST_F(ControlTest, without_descriptors_it_waits_before_it_accepts_again) {
    Control control(io_, {{"hello", [](boost::json::object, Control::Answer answer) { answer({{"a", 1}}); }}});
    control.listen(path_);
    Local::socket client(io_);
    client.open();
    // The sanitizer takes descriptors the first time it sees a type: this shows it those on the way.
    const boost::system::error_code failure(EMFILE, boost::system::system_category());
    log::warn("seen before there are no descriptors: {}", failure.message());
    boost::asio::steady_timer(io_, std::chrono::milliseconds(1)).async_wait([](const boost::system::error_code&) {});
    io_.run_for(std::chrono::milliseconds(20));
    {
        const NoDescriptors none;
        client.connect(Local::endpoint(path_));
        EXPECT_LE(io_.run_for(std::chrono::milliseconds(200)), 2u);  // the one failure, not thousands
    }
    boost::asio::write(client, boost::asio::buffer(std::string("{\"verb\": \"hello\"}\n")));
    std::string answer(8, ' ');
    bool came = false;
    boost::asio::async_read(client, boost::asio::buffer(answer), [&](boost::system::error_code failed, std::size_t) {
        EXPECT_FALSE(failed);
        came = true;
        control.stop();
        work_.reset();
    });
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(came);
    EXPECT_EQ(answer, "{\"a\":1}\n");
}

}  // namespace
