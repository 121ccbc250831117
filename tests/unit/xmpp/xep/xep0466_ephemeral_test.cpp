// Ephemeral messages: the examples of XEP-0466.

#include "xmpp/xep/xep0466_ephemeral.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0334_hints.h"

namespace xmpp {
namespace {

constexpr const char* example1 = R"(<message from='rosa@example.com/mobile' to='peter@example.com' type='chat'>
    <body>I have read the book you sent me, it was very insightful.</body>
</message>)";

constexpr const char* example2 = R"(<message from='peter@example.com/desktop' to='rosa@example.com' type='chat'>
    <body>Something</body>
    <ephemeral xmlns='urn:xmpp:ephemeral:0' timer='604800' />
</message>)";

constexpr const char* example3 = R"(<message from='rosa@example.com/mobile' to='peter@example.com' type='chat'>
    <ephemeral xmlns='urn:xmpp:ephemeral:0' timer='432000' />
    <store xmlns="urn:xmpp:hints" />
</message>)";

constexpr const char* example4 = R"(<message from='peter@example.com/desktop' to='rosa@example.com' type='chat'>
    <body>I see you changed the settings slightly. It's just as good to me!</body>
    <ephemeral xmlns='urn:xmpp:ephemeral:0' timer='432000' />
</message>)";

TEST(Xep0466Ephemeral, Example1ARegularMessage) { EXPECT_FALSE(xep0466::timer(*parsed(example1))); }

TEST(Xep0466Ephemeral, Example2AReplyWithATimer) {
    EXPECT_EQ(xep0466::timer(*parsed(example2)), 604800u);
    const auto made = parsed("<message from='peter@example.com/desktop' to='rosa@example.com' type='chat'/>");
    add(*made, "body", {}, "Something");
    xep0466::add_timer(*made, 604800);
    EXPECT_EXAMPLE(*made, example2);
}

TEST(Xep0466Ephemeral, Example3AnImplicitTimerNegotiation) {
    EXPECT_EQ(xep0466::timer(*parsed(example3)), 432000u);
    const auto made = parsed("<message from='rosa@example.com/mobile' to='peter@example.com' type='chat'/>");
    xep0466::add_timer(*made, 432000);
    xep0334::add_store(*made);
    EXPECT_EXAMPLE(*made, example3);
}

TEST(Xep0466Ephemeral, Example4TheSameTimerInTurn) { EXPECT_EQ(xep0466::timer(*parsed(example4)), 432000u); }

TEST(Xep0466Ephemeral, OnlyANumberIsATimer) {
    const auto timer = [](const std::string& value) {
        return xep0466::timer(*parsed("<message><ephemeral xmlns='urn:xmpp:ephemeral:0' " + value + "/></message>"));
    };
    EXPECT_EQ(timer("timer='0'"), 0u);
    EXPECT_EQ(timer("timer='4294967295'"), 4294967295u);
    for (const char* none : {"", "timer=''", "timer='-1'", "timer='4294967296'", "timer='60s'", "timer=' 60'"})
        EXPECT_FALSE(timer(none)) << none;
}

}  // namespace
}  // namespace xmpp
