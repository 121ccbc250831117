// Real TLS over loopback: what is trusted, what is not, resumption, and streams that are closed or late.

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>

#include "coi/net/connect.h"
#include "coi/net/smtp_client.h"
#include "coi/net/socket_stream.h"
#include "tests/support/scripted_stream.h"
#include "tests/support/tls_peer.h"

namespace {

using coi::ErrorKind;
using coi::net::certificate_fault;
using coi::net::CertificateFault;
using coi::net::connect;
using coi::net::Endpoint;
using coi::net::HostPolicy;
using coi::net::Login;
using coi::net::Security;
using coi::net::SmtpClient;
using coi::net::SocketStream;
using coi::net::Stream;
using coi::net::TlsContext;
using support::Authority;
using support::awaitable;
using support::Certificate;
using support::LineServer;
using support::run;
using namespace std::chrono_literals;

const HostPolicy anywhere{true, true};

struct Tls : testing::Test {
    Authority ca{"Test CA"};
    TlsContext tls{ca.file()};
    boost::asio::io_context context;

    coi::Result<std::unique_ptr<Stream>> reach(const LineServer& server, const std::string& host = "localhost") {
        return run(context, connect(tls, {host, server.port(), Security::tls}, anywhere, 5s));
    }
    coi::Error refusal(const Certificate& certificate, const std::string& host = "localhost") {
        const LineServer server(certificate, LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp());
        auto stream = reach(server, host);
        EXPECT_FALSE(stream);
        EXPECT_TRUE(server.heard().empty());
        return stream ? coi::Error{} : stream.error();
    }
};

TEST_F(Tls, ConnectsToAServerWhoseCertificateIsGood) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp());
    auto stream = reach(server);
    ASSERT_TRUE(stream) << stream.error().text;
    EXPECT_TRUE((*stream)->encrypted());
    SmtpClient client(std::move(*stream), "gw.example");
    const Endpoint endpoint{"localhost", server.port(), Security::tls};
    ASSERT_TRUE(run(context, client.open(endpoint, Login{"alice", "secret", false})));
    const std::string big(3'000'000, 'x');
    EXPECT_TRUE(
        run(context, client.send({"a@b.example", {"c@d.example"}, "", false}, "Subject: big\r\n\r\n" + big + "\r\n")));
    EXPECT_EQ(server.heard()[6].size(), 0u);
    EXPECT_EQ(server.heard()[7], big);
    run(context, client.quit());
}

TEST_F(Tls, ChecksAddressLiteralsToo) {
    LineServer server(ca.issue({"127.0.0.1"}), LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp());
    auto stream = reach(server, "127.0.0.1");
    EXPECT_TRUE(stream) << stream.error().text;
    EXPECT_EQ(certificate_fault(refusal(ca.issue({"localhost"}), "127.0.0.1")), CertificateFault::wrong_name);
}

TEST_F(Tls, RefusesCertificatesThatProveNothing) {
    const auto wrong = refusal(ca.issue({"mail.example.org"}));
    EXPECT_EQ(wrong.kind, ErrorKind::tls);
    EXPECT_EQ(certificate_fault(wrong), CertificateFault::wrong_name);
    EXPECT_NE(wrong.text.find("localhost"), std::string::npos) << wrong.text;
    EXPECT_EQ(certificate_fault(refusal(ca.issue({"localhost", -10, -1}))), CertificateFault::expired);
    EXPECT_EQ(certificate_fault(refusal(ca.issue({"localhost", 1, 10}))), CertificateFault::not_yet_valid);
    EXPECT_EQ(certificate_fault(refusal(Authority("Other CA").issue({"localhost"}))), CertificateFault::unknown_issuer);
}

TEST_F(Tls, RefusesOldProtocols) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp(),
                      TLS1_1_VERSION);
    auto stream = reach(server);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().kind, ErrorKind::tls);
    EXPECT_EQ(certificate_fault(stream.error()), CertificateFault::none);
}

TEST_F(Tls, TellsAServerThatSpeaksNoTls) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::clear, "220 localhost\r\n", support::easy_smtp());
    auto stream = reach(server);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().kind, ErrorKind::tls);
}

TEST_F(Tls, ResumesTheSessionOfAnEarlierConnection) {
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        LineServer server(ca.issue({"localhost"}), LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp(),
                          version);
        TlsContext fresh(ca.file());
        for (int i = 0; i < 4; ++i) {
            auto stream = run(context, connect(fresh, {"localhost", server.port(), Security::tls}, anywhere, 5s));
            ASSERT_TRUE(stream) << stream.error().text;
            std::string greeting(100, 0);
            ASSERT_TRUE(
                run(context, (*stream)->read_some(greeting, 5s)));  // TLS 1.3 brings its tickets with the first bytes
            EXPECT_EQ(static_cast<SocketStream&>(**stream).resumed(), i > 0) << version;
            (*stream)->close();
        }
    }
}

TEST_F(Tls, ResumesOnlyForTheHostThatWasVerified) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::tls, "220 localhost\r\n", support::easy_smtp());
    auto stream = reach(server);
    ASSERT_TRUE(stream);
    std::string greeting(100, 0);
    ASSERT_TRUE(run(context, (*stream)->read_some(greeting, 5s)));
    (*stream)->close();
    auto other = reach(server, "127.0.0.1");
    ASSERT_FALSE(other);
    EXPECT_EQ(certificate_fault(other.error()), CertificateFault::wrong_name);
}

TEST_F(Tls, StartsTlsInTheMiddle) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::clear, "220 localhost\r\n",
                      support::easy_smtp("250-STARTTLS\r\n250 AUTH PLAIN\r\n"));
    const Endpoint endpoint{"localhost", server.port(), Security::starttls};
    auto stream = run(context, connect(tls, endpoint, anywhere, 5s));
    ASSERT_TRUE(stream) << stream.error().text;
    EXPECT_FALSE((*stream)->encrypted());
    SmtpClient client(std::move(*stream), "gw.example");
    auto opened = run(context, client.open(endpoint, Login{"alice", "secret", false}));
    EXPECT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(server.heard()[1], "STARTTLS");
    EXPECT_EQ(server.heard()[2], "EHLO gw.example");
}

TEST_F(Tls, EndsWhatWaitsWhenItIsClosedOrDestroyedOrLate) {
    LineServer server(ca.issue({"localhost"}), LineServer::Begin::tls, "", support::easy_smtp());
    for (int way = 0; way < 3; ++way) {
        for (const Security security : {Security::tls, Security::none}) {
            auto stream = run(context, connect(tls, {"localhost", server.port(), security}, anywhere, 5s));
            ASSERT_TRUE(stream);
            char byte;
            auto reading = (*stream)->read_some(std::span(&byte, 1), way == 2 ? 20ms : 60'000ms);
            if (way == 0) boost::asio::post(context, [&] { (*stream)->close(); });
            if (way == 1) boost::asio::post(context, [&] { stream->reset(); });
            auto result = run(context, std::move(reading));
            ASSERT_FALSE(result);
            EXPECT_EQ(result.error().kind, way == 2 ? ErrorKind::timeout : ErrorKind::closed);
            if (way == 2) {  // a late read leaves the stream whole
                EXPECT_TRUE(run(context, (*stream)->write("NOOP\r\n", 1s)));
                if (security == Security::tls) {
                    EXPECT_TRUE(run(context, (*stream)->read_some(std::span(&byte, 1), 5s)));
                }
            }
        }
    }
}

TEST_F(Tls, TimesOutAWriteThatNobodyReads) {
    boost::asio::ip::tcp::acceptor silent(context, {boost::asio::ip::address_v4::loopback(), 0});
    auto stream =
        run(context, connect(tls, {"127.0.0.1", silent.local_endpoint().port(), Security::none}, anywhere, 5s));
    ASSERT_TRUE(stream);
    const std::string much(64'000'000, 'x');
    EXPECT_EQ(run(context, (*stream)->write(much, 50ms)).error().kind, ErrorKind::timeout);
}

TEST_F(Tls, TimesOutAHandshakeThatNobodyAnswers) {
    boost::asio::ip::tcp::acceptor silent(context, {boost::asio::ip::address_v4::loopback(), 0});
    auto stream =
        run(context, connect(tls, {"127.0.0.1", silent.local_endpoint().port(), Security::tls}, anywhere, 50ms));
    EXPECT_EQ(stream.error().kind, ErrorKind::timeout);
}

TEST_F(Tls, TellsWhatIsInTheWayOfAConnection) {
    const auto error = [&](const Endpoint& endpoint, const HostPolicy& reach) {
        auto stream = run(context, connect(tls, endpoint, reach, 5s));
        EXPECT_FALSE(stream);
        return stream ? coi::Error{} : stream.error();
    };
    std::uint16_t closed_port = 0;
    {
        boost::asio::ip::tcp::acceptor once(context, {boost::asio::ip::address_v4::loopback(), 0});
        closed_port = once.local_endpoint().port();
    }
    const auto unreachable = error({"localhost", closed_port, Security::none}, anywhere);
    EXPECT_EQ(unreachable.kind, ErrorKind::unreachable);
    EXPECT_NE(unreachable.text.find("localhost port " + std::to_string(closed_port)), std::string::npos)
        << unreachable.text;
    EXPECT_EQ(error({"localhost", 993, Security::tls}, HostPolicy{}).kind, ErrorKind::forbidden);
    EXPECT_EQ(error({"127.0.0.1", 993, Security::tls}, HostPolicy{}).kind, ErrorKind::forbidden);
    EXPECT_EQ(error({"::ffff:127.0.0.1", 993, Security::tls}, HostPolicy{}).kind, ErrorKind::forbidden);
    EXPECT_EQ(error({"192.0.2.1", 22, Security::tls}, HostPolicy{}).kind, ErrorKind::forbidden);
    EXPECT_EQ(error({"mail example.org", 993, Security::tls}, anywhere).kind, ErrorKind::malformed);
    EXPECT_TRUE(error({"localhost", 993, Security::tls}, HostPolicy{}).permanent);
}

}  // namespace
