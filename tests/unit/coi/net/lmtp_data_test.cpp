// The end of a mail, dots and strict line ends, in pieces of every size.
//
// [RFC 5321 §4.5.2].

#include "coi/net/lmtp_data.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace {

using coi::net::LmtpData;
using Status = LmtpData::Status;

struct Taken {
    Status status;
    std::string mail;
    std::size_t used;
    bool operator==(const Taken&) const = default;
};

Taken take(std::string_view bytes, std::size_t piece) {
    LmtpData data(1000);
    std::size_t used = 0;
    while (used < bytes.size() && data.status() == Status::more) used += data.take(bytes.substr(used, piece));
    const Status status = data.status();
    return {status, status == Status::done ? std::move(data).mail() : "", status == Status::done ? used : 0};
}

TEST(LmtpData, FindsTheEndAndTakesDotsOffHoweverItIsCut) {  // [RFC 5321 §4.5.2]
    const std::vector<std::pair<std::string, Taken>> cases = {
        {".\r\nrest", {Status::done, "", 3}},
        {"a\r\n.\r\nrest", {Status::done, "a\r\n", 6}},
        {"..\r\n...\r\n.x\r\n.\r\n", {Status::done, ".\r\n..\r\nx\r\n", 16}},
        {"\r\n\r\n.\r\n", {Status::done, "\r\n\r\n", 7}},
        {"a.\r\n.\r\n", {Status::done, "a.\r\n", 7}},
        {"a\r\n", {Status::more, "", 0}},
        {"a\r\n.\r", {Status::more, "", 0}},
        {"a\n.\r\n", {Status::broken, "", 0}},
        {"a\r\n.\n", {Status::broken, "", 0}},
        {"a\r\n.\rb", {Status::broken, "", 0}},
        {"a\rb\r\n.\r\n", {Status::broken, "", 0}},
        {"a\r\r\n.\r\n", {Status::broken, "", 0}},
        {"\n", {Status::broken, "", 0}},
    };
    for (const auto& [bytes, expected] : cases) {
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            EXPECT_EQ(take(bytes, piece), expected) << testing::PrintToString(bytes) << " in pieces of " << piece;
        }
    }
}

TEST(LmtpData, HoldsNoMoreThanItMay) {
    LmtpData data(100);
    const std::string line = std::string(48, 'x') + "\r\n";
    data.take(line);
    data.take(line);
    EXPECT_FALSE(data.over_limit());
    EXPECT_EQ(data.held(), 100u);
    data.take("y");
    EXPECT_TRUE(data.over_limit());
    EXPECT_EQ(data.held(), 0u);
    EXPECT_EQ(data.take("\r\n.\r\nNOOP"), 5u);
    EXPECT_EQ(data.status(), Status::done);
}

TEST(LmtpData, KnowsStrictLines) {
    for (const char* good : {"", "a", "a\r\nb\r\n", "\r\n\r\n"}) EXPECT_TRUE(coi::net::has_strict_lines(good));
    for (const char* bad : {"\n", "\r", "a\r\nb\n", "a\r\r\n", "\r\n\n"})
        EXPECT_FALSE(coi::net::has_strict_lines(bad)) << testing::PrintToString(bad);
}

}  // namespace
