// The check before a mailbox is linked, against real sockets and certificates: what is tried, how often, and which
// words come out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>

#include "gateway/localization.h"
#include "gateway/transport/mailbox_check.h"
#include "tests/support/scripted_stream.h"
#include "tests/support/tls_peer.h"

namespace {

using coi::net::Endpoint;
using coi::net::HostPolicy;
using coi::net::Security;
using gateway::check_link;
using namespace std::chrono_literals;
using gateway::LinkOutcome;
using gateway::LinkRequest;
using support::Authority;
using support::LineServer;
using support::run;
using testing::HasSubstr;

std::string base64(const std::string& bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, 0);
    out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                        reinterpret_cast<const unsigned char*>(bytes.data()),
                                                        static_cast<int>(bytes.size()))));
    return out;
}

std::string plain(const std::string& user, const std::string& password) {
    return base64(std::string(1, 0) + user + std::string(1, 0) + password);
}

/// An IMAP server that lets in who says exactly `credentials`.
LineServer::Answer imap(std::string credentials, std::string capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN") {
    return [credentials, capabilities](const std::string& line) -> std::string {
        const std::string tag = line.substr(0, line.find(' '));
        if (line.find(" CAPABILITY") != std::string::npos)
            return "* CAPABILITY " + capabilities + "\r\n" + tag + " OK done\r\n";
        if (line.find(" AUTHENTICATE PLAIN") != std::string::npos) {
            if (line.ends_with(credentials)) return tag + " OK [CAPABILITY " + capabilities + "] in\r\n";
            return tag + " NO [AUTHENTICATIONFAILED] SECRET BANNER\r\n";
        }
        if (line.find(" EXAMINE \"INBOX\"") != std::string::npos)
            return "* OK [UIDVALIDITY 7] \r\n* OK [UIDNEXT 43] \r\n" + tag + " OK done\r\n";
        if (line.find(" LOGOUT") != std::string::npos) return "* BYE\r\n" + tag + " OK\r\n";
        return tag + " OK done\r\n";
    };
}

LineServer::Answer smtp(std::string credentials) {
    return [credentials](const std::string& line) -> std::string {
        if (line.starts_with("EHLO")) return "250-SECRET BANNER\r\n250 AUTH PLAIN\r\n";
        if (line.starts_with("AUTH PLAIN"))
            return line.ends_with(credentials) ? "235 in\r\n" : "535 5.7.8 SECRET BANNER\r\n";
        return "221 bye\r\n";
    };
}

struct Link : testing::Test {
    Authority ca{"Test CA"};
    coi::net::TlsContext tls{ca.file()};
    boost::asio::io_context context;
    LinkRequest request{{"", "alice", "example.org"}, "pa ss", "", false, {}, {}};

    LinkOutcome check(const LinkRequest& wanted, const HostPolicy& reach = {true, true},
                      const std::string& lang = "en") {
        auto outcome = run(context, check_link(tls, reach, wanted, "gw.example", lang, {5s, 3s, 3s}));
        EXPECT_NE(outcome.login.has_value(), !outcome.words.empty());
        EXPECT_EQ(outcome.words.find("SECRET"), std::string::npos) << outcome.words;
        return outcome;
    }
    Endpoint at(const LineServer& server, Security security = Security::tls) const {
        return {"localhost", server.port(), security};
    }
};

TEST_F(Link, TakesTheAddressAsUserNameThenItsLocalPart) {
    for (const std::string& name : {"alice@example.org", "alice"}) {
        LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "* OK SECRET BANNER\r\n",
                      imap(plain(name, "pa ss")));
        LineServer out(ca.issue({"localhost"}), LineServer::Begin::tls, "220 SECRET BANNER\r\n",
                       smtp(plain(name, "pa ss")));
        request.imap = at(in);
        request.smtp = at(out);
        const auto outcome = check(request);
        ASSERT_TRUE(outcome.login) << outcome.words;
        EXPECT_EQ(outcome.login->username, name);
        EXPECT_EQ(outcome.login->password, "pa ss");
        EXPECT_EQ(outcome.login->imap, *request.imap);
        EXPECT_EQ(outcome.login->smtp, *request.smtp);
        EXPECT_EQ(out.connections(), 1);  // the name that IMAP took, and no other
        EXPECT_EQ(outcome.start, (std::vector<gateway::Cursor>{{"INBOX", 7, 43}}));
    }
}

TEST_F(Link, TriesARefusedPasswordNoMoreThanTwice) {
    LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "* OK hi\r\n", imap("nobody"));
    LineServer out(ca.issue({"localhost"}), LineServer::Begin::tls, "220 hi\r\n", smtp("nobody"));
    request.imap = at(in);
    request.smtp = at(out);
    EXPECT_THAT(check(request).words, HasSubstr("refuses the user name or the password"));
    EXPECT_EQ(in.connections(), 2);
    EXPECT_EQ(out.connections(), 0);
    request.username = "al";
    EXPECT_THAT(check(request).words, HasSubstr("refuses the user name or the password"));
    EXPECT_EQ(in.connections(), 3);
}

TEST_F(Link, TellsThatOnlySendingFails) {
    LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "* OK hi\r\n",
                  imap(plain("alice@example.org", "pa ss")));
    LineServer out(ca.issue({"127.0.0.1"}), LineServer::Begin::tls, "220 hi\r\n", smtp("nobody"));
    request.imap = at(in);
    request.smtp = at(out);
    EXPECT_THAT(check(request).words, HasSubstr("is not for localhost"));
    request.smtp = Endpoint{"127.0.0.1", out.port(), Security::tls};
    EXPECT_THAT(check(request).words, HasSubstr("127.0.0.1 refuses the user name"));
}

TEST_F(Link, SaysWhatIsWrongWithACertificateBeforeThePasswordIsShown) {
    const Authority other("Other CA");
    const std::vector<std::pair<support::Certificate, const char*>> cases = {
        {ca.issue({"localhost", -9, -1}), "has expired"},
        {ca.issue({"localhost", 1, 9}), "is not valid yet"},
        {ca.issue({"mail.example.org"}), "is not for localhost"},
        {other.issue({"localhost"}), "an authority that is not known"}};
    for (const auto& [certificate, words] : cases) {
        LineServer in(certificate, LineServer::Begin::tls, "* OK hi\r\n", imap(""));
        request.imap = request.smtp = at(in);
        EXPECT_THAT(check(request).words, HasSubstr(words));
        EXPECT_TRUE(in.heard().empty());
        EXPECT_EQ(in.connections(), 1);
    }
}

TEST_F(Link, SaysWhichServerDoesNotAnswer) {
    std::uint16_t closed = 0;
    {
        boost::asio::ip::tcp::acceptor once(context, {boost::asio::ip::address_v4::loopback(), 0});
        closed = once.local_endpoint().port();
    }
    request.imap = request.smtp = Endpoint{"localhost", closed, Security::tls};
    EXPECT_THAT(check(request).words, HasSubstr("localhost does not answer on port " + std::to_string(closed)));
    EXPECT_NE(check(request, {true, true}, "de").words, check(request).words);
}

TEST_F(Link, ComesToAnEndWithAServerThatSaysNothing) {
    LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "", [](const std::string&) { return ""; });
    request.imap = request.smtp = at(in);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(check(request).words, HasSubstr("cannot check passwords now"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
}

TEST_F(Link, RemembersARefusalWhenTheServerThenHoldsItsAnswerBack) {
    auto first = std::make_shared<bool>(true);
    LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "* OK hi\r\n",
                  [first, refuse = imap("nobody")](const std::string& line) -> std::string {
                      if (line.find(" AUTHENTICATE") == std::string::npos || std::exchange(*first, false))
                          return refuse(line);
                      return "";
                  });
    request.imap = request.smtp = at(in);
    EXPECT_THAT(check(request).words, HasSubstr("refuses the user name or the password"));
}

TEST_F(Link, NamesTheWrongSecuritySettingAndTheWrongServer) {
    LineServer clear(ca.issue({"localhost"}), LineServer::Begin::clear, "* OK hi\r\n", imap("x"));
    request.imap = request.smtp = at(clear);
    EXPECT_THAT(check(request).words, HasSubstr("try the other security setting"));
    request.imap = at(clear, Security::starttls);
    EXPECT_THAT(check(request).words, HasSubstr("cannot be spoken to encrypted"));
    for (const auto& line : clear.heard()) EXPECT_EQ(line.find("AUTHENTICATE"), std::string::npos) << line;
    LineServer web(ca.issue({"localhost"}), LineServer::Begin::tls, "HTTP/1.1 400 SECRET BANNER\r\n\r\n",
                   [](const std::string&) { return "CLOSE"; });
    request.imap = at(web);
    EXPECT_THAT(check(request).words, HasSubstr("is not the mail server that is needed"));
}

TEST_F(Link, GoesNowhereItMayNot) {
    LineServer in(ca.issue({"localhost"}), LineServer::Begin::tls, "* OK hi\r\n", imap(""));
    request.imap = request.smtp = at(in);
    EXPECT_THAT(check(request, {false, true}).words, HasSubstr("no usual port"));
    EXPECT_THAT(check(request, {false, false}).words, HasSubstr("on a private network"));
    request.imap->security = Security::none;
    EXPECT_THAT(check(request).words, HasSubstr("Without encryption"));
    EXPECT_EQ(in.connections(), 0);
}

TEST_F(Link, SaysThatNothingWasDiscovered) {
    request.address.domain = "no-such-domain.invalid";
    EXPECT_FALSE(check(request).words.empty());
    request.address.domain = "no domain";
    EXPECT_THAT(check(request).words, HasSubstr("is no mail domain"));
}

TEST(ParseEndpoint, ReadsServersAsPeopleWriteThem) {
    using gateway::parse_endpoint;
    EXPECT_EQ(parse_endpoint("imap.example.org:993", "tls"), (Endpoint{"imap.example.org", 993, Security::tls}));
    EXPECT_EQ(parse_endpoint("imap.example.org:143", "starttls"),
              (Endpoint{"imap.example.org", 143, Security::starttls}));
    EXPECT_EQ(parse_endpoint("imap.example.org:993", ""), (Endpoint{"imap.example.org", 993, Security::tls}));
    EXPECT_EQ(parse_endpoint("smtp.example.org:587", ""), (Endpoint{"smtp.example.org", 587, Security::starttls}));
    EXPECT_EQ(parse_endpoint("smtp.example.org:587", "tls"), (Endpoint{"smtp.example.org", 587, Security::tls}));
    EXPECT_EQ(parse_endpoint("imap.example.org", ""), (Endpoint{"imap.example.org", 0, Security::tls}));
    EXPECT_EQ(parse_endpoint("[2001:db8::1]:993", "tls"), (Endpoint{"2001:db8::1", 993, Security::tls}));
    for (const char* bad :
         {"", ":993", "host:", "host:0", "host:x", "host:99999", "[::1", "[::1]x", "a b:993", "host:1:2", "[]:993"}) {
        EXPECT_FALSE(parse_endpoint(bad, "tls")) << bad;
    }
    for (const char* bad : {"none", "ssl", "TLS"}) EXPECT_FALSE(parse_endpoint("host:993", bad)) << bad;
}

}  // namespace
