// Sizes, durations, hosts and domains as people write them, and what is near enough to be meant.

#include "config/value.h"

#include <gtest/gtest.h>

using namespace config;
using namespace std::chrono_literals;

TEST(Value, ReadsSizes) {
    EXPECT_EQ(parse_size("10 MiB"), 10u * 1024 * 1024);
    EXPECT_EQ(parse_size("512 kB"), 512'000u);
    EXPECT_EQ(parse_size("1GiB"), 1024u * 1024 * 1024);
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("7 bytes"), 7u);
    for (const char* wrong :
         {"", "MiB", "10 MiBs", "-1", "1.5 MiB", "99999999999 GiB", "99999999999999999999", "10 MiB 3"}) {
        EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
    }
}

TEST(Value, ReadsDurations) {
    EXPECT_EQ(parse_duration("5 days"), 5 * 24h);
    EXPECT_EQ(parse_duration("1 day"), 24h);
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("2 min"), 2min);
    EXPECT_EQ(parse_duration("4 Hours"), 4h);
    EXPECT_EQ(parse_duration("2 weeks"), 14 * 24h);
    EXPECT_EQ(parse_duration("3600"), 1h);
    for (const char* wrong : {"", "day", "5 d ays", "-5 days", "1 month", "99999999999999 weeks", "5 m"}) {
        EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
    }
}

TEST(Value, ReadsHostsWithPorts) {
    const auto is = [](const char* text, const std::string& host, std::uint16_t port) {
        const auto parsed = parse_host_port(text, 25);
        return parsed && parsed->host == host && parsed->port == port;
    };
    EXPECT_TRUE(is("mail.example:465", "mail.example", 465));
    EXPECT_TRUE(is("Mail.Example", "mail.example", 25));
    EXPECT_TRUE(is("127.0.0.1:2525", "127.0.0.1", 2525));
    EXPECT_TRUE(is("[::1]:2525", "::1", 2525));
    EXPECT_TRUE(is("[::1]", "::1", 25));
    for (const char* wrong :
         {"", ":25", "a:", "a:0", "a:65536", "a:25x", "a b:25", "::1", "[::1", "[::1]25", "[a]:25", "a..b:1"}) {
        EXPECT_EQ(parse_host_port(wrong, 25).has_value(), false) << wrong;
    }
}

TEST(Value, KnowsDomains) {
    for (const char* right : {"a", "jabber.example", "xn--bcher-kva.example", "bücher.example", "1.example"}) {
        EXPECT_TRUE(is_domain(right)) << right;
    }
    EXPECT_TRUE(is_domain(std::string(63, 'a') + ".example"));
    for (const char* wrong :
         {"", ".", "a.", ".a", "a..b", "-a.example", "a-.example", "a b", "a@b", "a/b", "a_b", "a:1"}) {
        EXPECT_FALSE(is_domain(wrong)) << wrong;
    }
    EXPECT_FALSE(is_domain(std::string(64, 'a')));
    EXPECT_FALSE(is_domain(std::string(200, 'a') + "." + std::string(60, 'b')));
}

TEST(Value, FindsTheNearestWord) {
    const std::vector<std::string> words{"component", "server", "secret_file", "domain"};
    EXPECT_EQ(nearest("componnet", words), "component");
    EXPECT_EQ(nearest("secretfile", words), "secret_file");
    EXPECT_EQ(nearest("sevrer", words), "server");
    EXPECT_EQ(nearest("color", words), std::nullopt);
    EXPECT_EQ(distance("abcd", "abdc"), 1u);
    EXPECT_EQ(distance("", "abc"), 3u);
    EXPECT_EQ(distance(std::string(5000, 'a'), "b"), 5000u);
}
