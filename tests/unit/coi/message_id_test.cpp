// coi/message_id: minting, and reading ids out of wild fields [RFC 5322 §3.6.4].

#include "coi/message_id.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace coi {
namespace {

std::vector<MessageId> ids(std::initializer_list<const char*> values) {
    std::vector<MessageId> out;
    for (const auto* value : values) out.push_back({value});
    return out;
}

TEST(MessageId, MintedIdsAreChatIdsOfTheDomainWith128RandomBits) {
    std::set<MessageId> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = mint("example.org");
        EXPECT_TRUE(is_chat(id));
        EXPECT_TRUE(is_printable(id));
        EXPECT_TRUE(id.value.ends_with("@example.org")) << id.value;
        EXPECT_EQ(std::string("chat$").size() + 7 + 22 + std::string("@example.org").size(), id.value.size());
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(MessageId, MintedIdsSortByTime) {
    const auto first = mint("example.org").value;
    const auto start = std::chrono::system_clock::now();
    while (std::chrono::system_clock::now() - start < std::chrono::milliseconds(2)) continue;
    EXPECT_LT(first, mint("example.org").value);
}

TEST(MessageId, ChatIsRecognisedCaseSensitively) {
    EXPECT_TRUE(is_chat({"chat$x@y"}));
    EXPECT_TRUE(is_chat({"chat$group.g.x@y"}));
    EXPECT_FALSE(is_chat({"CHAT$x@y"}));
    EXPECT_FALSE(is_chat({"xchat$x@y"}));
}

TEST(MessageId, ReferencesAreReadInOrder) {
    EXPECT_EQ(ids({"a@b", "c@d", "e@f"}), parse_message_ids("<a@b> <c@d>\r\n\t<e@f>"));
    EXPECT_EQ(ids({"a@b", "c@d"}), parse_message_ids("<a@b><c@d>"));
}

TEST(MessageId, JunkBetweenIdsIsSkipped) {
    EXPECT_EQ(ids({"a@b", "c@d"}), parse_message_ids("Your mail of \"Fri\" <a@b> (Bob), <> <broken <c@d>> <e"));
}

TEST(MessageId, FoldingInsideAnIdIsUndone) { EXPECT_EQ(ids({"long@host"}), parse_message_ids("<long\r\n @host>")); }

TEST(MessageId, BareIdsCountOnlyWithoutBrackets) {
    EXPECT_EQ(ids({"a@b", "c@d"}), parse_message_ids("a@b, c@d word @ x@"));
    EXPECT_EQ(ids({"c@d"}), parse_message_ids("a@b <c@d>"));
}

TEST(MessageId, AtMostSoManyAreRead) { EXPECT_EQ(ids({"a@b"}), parse_message_ids("<a@b> <c@d>", 1)); }

TEST(MessageId, WhatCannotBeWrittenBackIsNotRead) {
    EXPECT_TRUE(parse_message_ids("<\xC3\xBC@b>").empty());
    EXPECT_TRUE(parse_message_ids("<" + std::string(2000, 'x') + "@b>").empty());
    EXPECT_FALSE(is_printable({"a@b>\r\nBcc: c@d"}));
    EXPECT_FALSE(is_printable({""}));
}

}  // namespace
}  // namespace coi
