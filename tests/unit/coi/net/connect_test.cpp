// Who may be connected to, what names are hosts, and what the machine's resolver says; discovery's fallback.

#include "coi/net/connect.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "coi/net/resolve.h"
#include "tests/support/scripted_stream.h"

namespace {

using coi::ErrorKind;
using coi::net::ascii_host;
using coi::net::HostPolicy;
using coi::net::may_reach;
using coi::net::may_reach_port;
using coi::net::resolve_host;
using support::run;
using namespace std::chrono_literals;

bool may(const std::string& address) { return may_reach(boost::asio::ip::make_address(address), HostPolicy{}); }

TEST(HostPolicy, LetsOnlyPublicAddressesThrough) {
    for (const char* open :
         {"1.1.1.1",         "9.255.255.255", "11.0.0.0",       "100.63.255.255",   "100.128.0.0",
          "126.255.255.255", "128.0.0.1",     "169.253.1.1",    "172.15.0.1",       "172.32.0.1",
          "192.167.1.1",     "192.169.0.1",   "198.17.0.1",     "198.20.0.1",       "223.255.255.255",
          "2a01:4f8::1",     "2001:470::1",   "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"}) {
        EXPECT_TRUE(may(open)) << open;
    }
    for (const char* shut : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.8.8.8",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.0.2.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "239.1.1.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fec0::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "::ffff:10.0.0.1",
                             "::ffff:127.0.0.1",
                             "64:ff9b::10.0.0.1",
                             "2002:a00:1::1",
                             "2001::1",
                             "2001:db8::1",
                             "::7f00:1",
                             "100::1"}) {
        EXPECT_FALSE(may(shut)) << shut;
        EXPECT_TRUE(may_reach(boost::asio::ip::make_address(shut), HostPolicy{true, true}));
    }
}

TEST(HostPolicy, KnowsThePortsOfMail) {
    for (std::uint16_t port : {25, 143, 465, 587, 993, 2525}) EXPECT_TRUE(may_reach_port(port, HostPolicy{}));
    for (std::uint16_t port : {0, 22, 80, 110, 443, 994, 3306, 6379}) EXPECT_FALSE(may_reach_port(port, HostPolicy{}));
    EXPECT_TRUE(may_reach_port(2200, HostPolicy{true, true}));
    EXPECT_TRUE(may_reach_port(2200, HostPolicy{false, false}));
    EXPECT_FALSE(may_reach_port(0, HostPolicy{true, false}));
}

TEST(Host, IsWrittenInAsciiLabels) {
    EXPECT_EQ(*ascii_host("Mail.Example.ORG."), "mail.example.org");
    EXPECT_EQ(*ascii_host("post.b\xc3\xbc"
                          "cher.example"),
              "post.xn--bcher-kva.example");
    EXPECT_EQ(*ascii_host("2001:db8::1"), "2001:db8::1");
    for (const char* bad : {"", ".", "a..b", "a b", "a@b", "a/b", "\xff", "a\tb", ".a"})
        EXPECT_FALSE(ascii_host(bad)) << bad;
    EXPECT_FALSE(ascii_host(std::string(300, 'a')));
}

TEST(Resolver, KnowsTheHostsFileAndLiterals) {
    const auto local = run(resolve_host("localhost", 5s));
    ASSERT_TRUE(local) << local.error().text;
    for (const auto& one : *local) EXPECT_TRUE(one.is_loopback());
    EXPECT_EQ(run(resolve_host("192.0.2.7", 5s))->front().to_string(), "192.0.2.7");
    EXPECT_EQ(run(resolve_host("2001:db8::7", 5s))->front().to_string(), "2001:db8::7");
}

TEST(Resolver, EndsInTimeWithAnErrorForANameThatIsNone) {
    const auto none = run(resolve_host("no-such-host.invalid", 3s));
    ASSERT_FALSE(none);
    // Whether the machine has a name server or not, the name is not found, or nobody can tell.
    EXPECT_TRUE(none.error().kind == ErrorKind::not_found || none.error().kind == ErrorKind::unresolved);
    EXPECT_FALSE(none.error().permanent);
}

TEST(Resolver, AsksTheServerItWasTold) {
    boost::asio::io_context io;
    boost::asio::ip::udp::socket server(io, {boost::asio::ip::address_v4::loopback(), 0});
    coi::net::use_name_server(io, "127.0.0.1", server.local_endpoint().port());
    boost::asio::co_spawn(io, resolve_host("mail.example.org", 5s), [](std::exception_ptr, auto) {});
    std::array<unsigned char, 512> question{};
    std::size_t size = 0;
    server.async_receive(boost::asio::buffer(question), [&](boost::system::error_code, std::size_t got) {
        size = got;
        io.stop();
    });
    io.run_for(5s);
    EXPECT_NE(std::string(question.begin(), question.begin() + size).find("\4mail\7example\3org"), std::string::npos);
}

TEST(Discovery, FallsBackToTheUsualNamesTlsFirst) {
    const auto found = run(coi::net::discover({"", "alice", "no-such-domain.invalid"}, 3s));
    ASSERT_TRUE(found);
    using coi::net::Endpoint;
    using coi::net::Security;
    EXPECT_EQ(found->imap, (std::vector<Endpoint>{{"imap.no-such-domain.invalid", 993, Security::tls},
                                                  {"mail.no-such-domain.invalid", 993, Security::tls},
                                                  {"imap.no-such-domain.invalid", 143, Security::starttls},
                                                  {"mail.no-such-domain.invalid", 143, Security::starttls}}));
    EXPECT_EQ(found->submission.front(), (Endpoint{"smtp.no-such-domain.invalid", 465, Security::tls}));
    EXPECT_EQ(found->submission.back(), (Endpoint{"mail.no-such-domain.invalid", 587, Security::starttls}));
    EXPECT_FALSE(run(coi::net::discover({"", "alice", "no domain"}, 3s)));
}

}  // namespace
