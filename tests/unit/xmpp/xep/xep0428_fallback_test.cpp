// Fallback indication: the example of XEP-0428, and positions that are none.

#include "xmpp/xep/xep0428_fallback.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"

namespace xmpp::xep0428 {
namespace {

constexpr const char* reply = "urn:xmpp:reply:0";

std::optional<Range> range(const std::string& part, std::string_view body) {
    const auto tag = parse_stanza("<message><body/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>" +
                                  part + "</fallback></message>");
    EXPECT_TRUE(tag) << part;
    return tag ? fallback(*tag, reply, body) : std::nullopt;
}

TEST(Xep0428Fallback, Example1) {
    const auto message = parse_stanza(R"(<message to='anna@example.com' id='message-id2' type='groupchat'>
  <body>
    > Anna wrote:
    > Hi, how are you?
    Great
  </body>
  <reply to='anna@example.com' id='message-id1' xmlns='urn:xmpp:reply:0' />
  <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>
    <body start='0' end='33' />
  </fallback>
</message>)");
    // The XEP shows the body's lines indented for reading; they are none of it.
    const std::string body = "> Anna wrote:\n> Hi, how are you?\nGreat";
    const auto range = fallback(*message, reply, body);
    ASSERT_TRUE(range);
    EXPECT_EQ(body.substr(range->end), "Great");
}

TEST(Xep0428Fallback, PositionsCountCharacters) {
    EXPECT_EQ(range("<body start='1' end='3'/>", "äö🙂x"), (Range{2, 8}));
    EXPECT_EQ(range("<body start='0' end='4'/>", "äö🙂x"), (Range{0, 9}));
}

TEST(Xep0428Fallback, AllOfItWhereNoPartIsNamed) {
    EXPECT_EQ(range("", "abc"), (Range{0, 3}));
    EXPECT_EQ(range("<body/>", "abc"), (Range{0, 3}));
}

TEST(Xep0428Fallback, WhatDoesNotLieInsideIsNone) {
    for (const char* part : {"<body start='0' end='5'/>", "<body start='2' end='1'/>", "<body start='-1' end='2'/>",
                             "<body start='0'/>", "<body end='1'/>", "<body start='0' end='18446744073709551617'/>",
                             "<body start='x' end='2'/>", "<subject start='0' end='1'/>"}) {
        EXPECT_EQ(range(part, "abcd"), std::nullopt) << part;
    }
    const auto other = parse_stanza("<message><fallback xmlns='urn:xmpp:fallback:0' for='x'/></message>");
    EXPECT_EQ(fallback(*other, reply, "abc"), std::nullopt);
}

TEST(Xep0428Fallback, WrittenAsRead) {
    Tag message("message");
    add_fallback(message, reply, "ö> ä\nx", {2, 7});
    EXPECT_EQ(fallback(message, reply, "ö> ä\nx"), (Range{2, 7}));
}

}  // namespace
}  // namespace xmpp::xep0428
