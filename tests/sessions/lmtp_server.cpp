// The LMTP server on real sockets: TCP and Unix, limits of connections, and how it stops.

#include "coi/net/lmtp_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "coi/net/socket_stream.h"
#include "tests/support/scripted_stream.h"

namespace {

using coi::net::Delivery;
using coi::net::LineReader;
using coi::net::LmtpServer;
using coi::net::Reply;
using coi::net::SocketStream;
using support::awaitable;
using support::run;
using namespace std::chrono_literals;

struct Lmtp : testing::Test {
    boost::asio::io_context context;
    LmtpServer::Limits limits;
    std::vector<Delivery> deliveries;
    boost::asio::steady_timer verdict{context, std::chrono::steady_clock::time_point::max()};
    bool slow = false;
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("coigate-lmtp-" + std::to_string(::getpid()));

    Lmtp() { std::filesystem::create_directory(folder); }
    ~Lmtp() override { std::filesystem::remove_all(folder); }

    std::unique_ptr<LmtpServer> serve(const std::string& address) {
        auto server = std::make_unique<LmtpServer>(
            context, "gw.example", limits,
            LmtpServer::Calls{[](const std::string&) { return Reply{}; },
                              [this](Delivery delivery) -> awaitable<std::vector<Reply>> {
                                  const auto count = delivery.to.size();
                                  deliveries.push_back(std::move(delivery));
                                  boost::system::error_code ignored;
                                  if (slow)
                                      co_await verdict.async_wait(
                                          boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
                                  co_return std::vector<Reply>(count);
                              }});
        server->listen(address);
        return server;
    }

    /// A client's connection, with its reader.
    struct Client {
        std::unique_ptr<SocketStream> stream;
        std::unique_ptr<LineReader> reader;
    };
    Client client(const boost::asio::generic::stream_protocol::endpoint& to) {
        SocketStream::Socket socket(context);
        socket.connect(to);
        auto stream = std::make_unique<SocketStream>(std::move(socket), nullptr);
        auto reader = std::make_unique<LineReader>(*stream, 1000);
        return {std::move(stream), std::move(reader)};
    }
    Client client(const LmtpServer& server) {
        return client(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), server.port()));
    }
    void write(Client& to, const std::string& bytes) { EXPECT_TRUE(run(context, to.stream->write(bytes, 5s))); }
    /// The next line, "" at the end of the connection.
    std::string line(Client& from) {
        auto got = run(context, from.reader->line(5s));
        return got ? *got : got.error().kind == coi::ErrorKind::closed ? "" : "error: " + got.error().text;
    }
    /// The last line of the next reply.
    std::string reply(Client& from) {
        std::string got = line(from);
        while (got.size() > 3 && got[3] == '-') got = line(from);
        return got;
    }
    void greet(Client& with) {
        EXPECT_TRUE(reply(with).starts_with("220 "));
        write(with, "LHLO mx\r\n");
        EXPECT_TRUE(reply(with).starts_with("250 "));
    }
    static constexpr auto mail = "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n";
    void until_sessions(const LmtpServer& server, std::size_t count) {
        while (server.sessions() != count && context.run_one_for(5s) > 0) {
        }
        EXPECT_EQ(server.sessions(), count);
    }
};

TEST_F(Lmtp, TakesMailByTcpAndUnixSocket) {
    const auto tcp = serve("127.0.0.1:0");
    const auto path = folder / "lmtp";
    const auto local = serve("unix:" + path.string());
    struct stat file{};
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777u, 0660u);
    const std::string big(2'000'000, 'x');
    for (int i = 0; i < 2; ++i) {
        auto one = i == 0 ? client(*tcp) : client(boost::asio::local::stream_protocol::endpoint(path.string()));
        greet(one);
        for (int mails = 0; mails < 3; ++mails) {
            write(one, mail);
            EXPECT_EQ(reply(one).substr(0, 3) + reply(one).substr(0, 3) + reply(one).substr(0, 3), "250250354");
            write(one, big + "\r\n.\r\n");
            EXPECT_EQ(reply(one), "250 2.0.0 OK");
        }
        write(one, "QUIT\r\n");
        EXPECT_EQ(reply(one), "221 2.0.0 bye");
        EXPECT_EQ(line(one), "");
    }
    ASSERT_EQ(deliveries.size(), 6u);
    EXPECT_EQ(deliveries[5].mail, big + "\r\n");
}

TEST_F(Lmtp, ClearsAStaleSocketAndNothingElse) {
    const auto path = (folder / "lmtp").string();
    {
        boost::asio::local::stream_protocol::acceptor dead(context,
                                                           boost::asio::local::stream_protocol::endpoint(path));
    }
    ASSERT_TRUE(std::filesystem::is_socket(path));
    {
        const auto server = serve("unix:" + path);
        EXPECT_THROW(serve("unix:" + path), std::runtime_error);  // somebody listens
        client(boost::asio::local::stream_protocol::endpoint(path));
        server->stop();
        EXPECT_FALSE(std::filesystem::exists(path));
    }
    std::ofstream(path) << "precious";
    EXPECT_THROW(serve("unix:" + path), std::runtime_error);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Lmtp, NamesTheAddressThatCannotBeListenedOn) {
    const auto first = serve("127.0.0.1:0");
    const std::string taken = "127.0.0.1:" + std::to_string(first->port());
    for (const std::string& bad :
         {taken, std::string("localhost"), std::string("mail:x"), std::string("unix:"), std::string("1.2.3.4:99999")}) {
        try {
            serve(bad);
            ADD_FAILURE() << bad;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string(error.what()).find(bad), std::string::npos) << error.what();
        }
    }
}

TEST_F(Lmtp, TakesNoMoreConnectionsThanItMay) {
    limits.connections = 2;
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server), two = client(*server);
    for (auto* each : {&one, &two}) {
        greet(*each);
        write(*each, "MAIL FROM:<>\r\n");
        EXPECT_TRUE(reply(*each).starts_with("250 "));
    }
    auto three = client(*server);
    EXPECT_TRUE(line(three).starts_with("421 4.3.2")) << "both have a mail under way";
    EXPECT_EQ(line(three), "");
    one.stream->close();
    until_sessions(*server, 1);
    auto four = client(*server);
    greet(four);
}

TEST_F(Lmtp, TheLongestIdleGivesWay) {
    limits.connections = 2;
    limits.stalled = 1h;
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server), two = client(*server);
    greet(one);
    greet(two);
    write(one, "NOOP\r\n");
    EXPECT_TRUE(reply(one).starts_with("250 "));
    auto three = client(*server);
    greet(three);
    EXPECT_TRUE(line(two).starts_with("421 4.3.2")) << "it said nothing for longer";
    EXPECT_EQ(line(two), "");
    write(one, "MAIL FROM:<>\r\n");
    EXPECT_TRUE(reply(one).starts_with("250 "));
    auto four = client(*server);
    greet(four);
    EXPECT_TRUE(line(three).starts_with("421 4.3.2"));
    write(one, "RCPT TO:<a@b>\r\nDATA\r\nA: b\r\n\r\n.\r\n");
    for (const char* code : {"250", "354", "250"}) EXPECT_TRUE(reply(one).starts_with(code));
}

TEST_F(Lmtp, WhoStallsInsideAMailGivesWayToo) {
    limits.connections = 1;
    limits.stalled = 0ms;
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server);
    greet(one);
    write(one, "MAIL FROM:<>\r\n");
    EXPECT_TRUE(reply(one).starts_with("250 "));
    auto two = client(*server);
    greet(two);
    EXPECT_TRUE(line(one).starts_with("421 4.3.2"));
}

TEST_F(Lmtp, WhoDribblesInsideAMailGivesWayToo) {
    limits.connections = 2;
    limits.stalled = 0ms;
    const auto server = serve("127.0.0.1:0");
    auto data = client(*server), bdat = client(*server);
    for (auto* each : {&data, &bdat}) {
        greet(*each);
        write(*each, "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n");
        for (int i = 0; i < 2; ++i) EXPECT_TRUE(reply(*each).starts_with("250 "));
    }
    write(data, "DATA\r\n");
    EXPECT_TRUE(reply(data).starts_with("354 "));
    write(data, "A");
    write(bdat, "BDAT 1000\r\nA");
    auto third = client(*server);
    greet(third);
    auto fourth = client(*server);
    greet(fourth);
    EXPECT_TRUE(line(data).starts_with("421 4.3.2"));
    EXPECT_TRUE(line(bdat).starts_with("421 4.3.2"));
}

TEST_F(Lmtp, WhoSendsAMailDoesNotGiveWay) {
    limits.connections = 1;
    limits.stalled = std::chrono::hours(1);
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server);
    greet(one);
    write(one, "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    for (int i = 0; i < 3; ++i) reply(one);
    write(one, "A: b\r\n");
    auto two = client(*server);
    EXPECT_TRUE(line(two).starts_with("421 4.3.2"));
    write(one, "\r\n.\r\n");
    EXPECT_TRUE(reply(one).starts_with("250 "));
}

TEST_F(Lmtp, LeavesAnIdleClientWithAWord) {
    limits.idle = 30ms;
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server);
    EXPECT_TRUE(reply(one).starts_with("220 "));
    EXPECT_TRUE(reply(one).starts_with("421 4.4.2"));
    EXPECT_EQ(line(one), "");
}

TEST_F(Lmtp, StopsAfterTheMailUnderWay) {  // [RFC 5321 §3.8]
    slow = true;
    const auto server = serve("127.0.0.1:0");
    auto idle = client(*server), busy = client(*server), writing = client(*server);
    for (auto* each : {&idle, &busy, &writing}) greet(*each);
    for (auto* each : {&busy, &writing}) {
        write(*each, mail);
        for (int i = 0; i < 3; ++i) reply(*each);
    }
    write(busy, "one\r\n.\r\n");
    while (deliveries.empty()) context.run_one();
    server->stop();
    EXPECT_TRUE(reply(idle).starts_with("421 4.3.2"));
    EXPECT_EQ(line(idle), "");
    write(writing, "two\r\n.\r\n");
    while (deliveries.size() < 2) context.run_one();
    verdict.cancel();
    for (auto* each : {&busy, &writing}) {
        EXPECT_EQ(reply(*each), "250 2.0.0 OK");
        EXPECT_TRUE(reply(*each).starts_with("421 4.3.2"));
        EXPECT_EQ(line(*each), "");
    }
    until_sessions(*server, 0);
    SocketStream::Socket late(context);
    boost::system::error_code refused;
    late.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), server->port()), refused);
    EXPECT_TRUE(refused);
}

TEST_F(Lmtp, LetsItsLastWordsBeReadByAClientThatGoesOnWriting) {
    const auto server = serve("127.0.0.1:0");
    auto one = client(*server);
    greet(one);
    write(one, mail);
    for (int i = 0; i < 3; ++i) reply(one);
    write(one, "bare\n" + std::string(500'000, 'x'));
    EXPECT_TRUE(reply(one).starts_with("554 5.6.0"));
    one.stream->close();
    until_sessions(*server, 0);
}

TEST_F(Lmtp, MayBeDestroyedWhileADeliveryWaits) {
    slow = true;
    auto server = serve("127.0.0.1:0");
    auto one = client(*server);
    greet(one);
    write(one, std::string(mail));
    for (int i = 0; i < 3; ++i) reply(one);
    write(one, "one\r\n.\r\n");
    while (deliveries.empty()) context.run_one();
    server.reset();
    verdict.cancel();
    EXPECT_EQ(line(one), "");
}

}  // namespace
