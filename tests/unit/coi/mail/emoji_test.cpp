// What may stand in a reaction.

#include "coi/mail/emoji.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

using Emojis = std::vector<std::string>;

TEST(Emoji, WhatAPersonSeesAsOne) {
    for (const char* one :
         {"👍", "👍🏽", "❤️", "❤", "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☺️", "🐢"})
        EXPECT_TRUE(is_emoji(one)) << one;
}

TEST(Emoji, NothingElse) {
    for (const char* other :
         {"", "a", "1", "#", "👍👍", "👍a", "🇩", "🇩🇪🇫🇷", "‍", "️", "\xff", "👩‍", "http://x.example", "ü"})
        EXPECT_FALSE(is_emoji(other)) << other;
    std::string long_one = "👩";
    for (int i = 0; i < 20; ++i) long_one += "‍👩";
    EXPECT_FALSE(is_emoji(long_one));
}

TEST(Emoji, TheContentOfAReaction) {  // [RFC 9078 §3]
    EXPECT_EQ(read_emojis("👍"), Emojis{"👍"});
    EXPECT_EQ(read_emojis("\n👍 🐢\r\n"), (Emojis{"👍", "🐢"}));
    EXPECT_EQ(read_emojis("👍 👍"), Emojis{"👍"});
    EXPECT_EQ(read_emojis(" \r\n"), Emojis{});
    EXPECT_EQ(read_emojis("👍 well done"), std::nullopt);
    std::string many;
    for (int i = 0; i < 100; ++i) many += "\xf0\x9f\x90" + std::string(1, static_cast<char>(0x80 + i % 60)) + " ";
    EXPECT_EQ(read_emojis(many)->size(), most_emojis);
}

}  // namespace
}  // namespace coi
