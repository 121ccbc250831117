// Delayed delivery and its dates: the examples of XEP-0203 and XEP-0082.

#include "xmpp/xep/xep0203_delay.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

using namespace std::chrono_literals;

TEST(Xep0203Delay, Example1ReceivingAMessageSentWhileOffline) {
    const auto stamp = xep0203::delay(*parsed(R"(<message
    from='romeo@montague.net/orchard'
    to='juliet@capulet.com'
    type='chat'>
  <body>
    O blessed, blessed night! I am afeard.
    Being in night, all this is but a dream,
    Too flattering-sweet to be substantial.
  </body>
  <delay xmlns='urn:xmpp:delay'
     from='capulet.com'
     stamp='2002-09-10T23:08:25Z'>
    Offline Storage
  </delay>
</message>)"));
    ASSERT_TRUE(stamp);
    EXPECT_EQ(*stamp, xep0203::Stamp{std::chrono::sys_days{std::chrono::year(2002) / 9 / 10} + 23h + 8min + 25s});
}

TEST(Xep0203Delay, Example2ReceivingTheLastPresenceUpdateOfAnotherEntity) {
    const std::string example = R"(<presence from='juliet@capulet.com/balcony' to='romeo@montague.net'>
  <status>anon!</status>
  <show>xa</show>
  <priority>1</priority>
  <delay xmlns='urn:xmpp:delay'
     from='juliet@capulet.com/balcony'
     stamp='2002-09-10T23:41:07Z'/>
</presence>)";
    EXPECT_EQ(xep0203::delay(*parsed(example)), xep0203::parse_stamp("2002-09-10T23:41:07Z"));
}

TEST(Xep0203Delay, Example3ReceivingCachedMessagesFromAConferenceRoom) {
    const auto message = parsed(R"(<message
    from='coven@macbeth.shakespeare.lit/secondwitch'
    to='macbeth@shakespeare.lit/laptop'
    type='groupchat'>
  <body>
    By the pricking of my thumbs,
    Something wicked this way comes.
    Open, locks,
    Whoever knocks!
  </body>
</message>)");
    xep0203::add_delay(*message, *xep0203::parse_stamp("2002-09-10T23:05:37Z"), "coven@macbeth.shakespeare.lit");
    EXPECT_EXAMPLE(*message, R"(<message
    from='coven@macbeth.shakespeare.lit/secondwitch'
    to='macbeth@shakespeare.lit/laptop'
    type='groupchat'>
  <body>
    By the pricking of my thumbs,
    Something wicked this way comes.
    Open, locks,
    Whoever knocks!
  </body>
  <delay xmlns='urn:xmpp:delay'
     from='coven@macbeth.shakespeare.lit'
     stamp='2002-09-10T23:05:37Z'/>
</message>)");
}

TEST(Xep0082DateTime, Examples) {
    const auto moon = xep0203::parse_stamp("1969-07-21T02:56:15Z");
    ASSERT_TRUE(moon);
    EXPECT_EQ(xep0203::parse_stamp("1969-07-20T21:56:15-05:00"), moon);
    EXPECT_EQ(xep0203::print_stamp(*moon), "1969-07-21T02:56:15Z");
    EXPECT_EQ(xep0203::print_stamp(*moon + 7ms), "1969-07-21T02:56:15.007Z");
    EXPECT_EQ(xep0203::parse_stamp("1969-07-21T02:56:15.0071Z"), *moon + 7ms);
}

TEST(Xep0082DateTime, WhatIsNone) {
    for (const char* text : {"", "2002-09-10", "2002-09-10T23:08:25", "2002-13-10T23:08:25Z", "2002-02-30T23:08:25Z",
                             "2002-09-10T24:08:25Z", "2002-09-10T23:08:25.Z", "20020910T23:08:25",
                             "2002-09-10T23:08:25Zx", "2002-09-10T23:08:25+5:00", "yesterday"}) {
        EXPECT_FALSE(xep0203::parse_stamp(text)) << text;
    }
}

}  // namespace
}  // namespace xmpp
