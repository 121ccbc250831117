// The log: one line a happening, of the levels that are wanted.

#include "gateway/log.h"

#include <gtest/gtest.h>

using namespace gateway;

TEST(Log, KeepsALineOneLineWhateverAServerSays) {
    EXPECT_EQ(log::one_line("550 no\r\nerror: forged\x1b[31m\x7f"), "550 no\\x0d\\x0aerror: forged\\x1b[31m\\x7f");
    EXPECT_EQ(log::one_line("Grüße, 日本"), "Grüße, 日本");
    EXPECT_EQ(log::one_line("a\u009b31m\u2028b\u202ec"), "a\\xc2\\x9b31m\\xe2\\x80\\xa8b\\xe2\\x80\\xaec");
    EXPECT_EQ(log::one_line("a\xff ß\xc3"), "a\\xff ß\\xc3");
}

TEST(Log, WritesWhatTheLevelAllowsAndNothingElse) {
    log::set_level("warn");
    EXPECT_TRUE(log::enabled(log::Level::error));
    EXPECT_TRUE(log::enabled(log::Level::warn));
    EXPECT_FALSE(log::enabled(log::Level::info));
    testing::internal::CaptureStderr();
    log::info("not seen {}", 1);
    log::debug("not seen {}", 2);
    log::warn("seen {}\n", "three");
    const std::string written = testing::internal::GetCapturedStderr();
    log::set_level("info");
    EXPECT_EQ(written.find("not seen"), std::string::npos);
    EXPECT_NE(written.find("warning: seen three\\x0a\n"), std::string::npos) << written;
}
