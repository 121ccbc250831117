// Replies: the examples of XEP-0461.

#include "xmpp/xep/xep0461_reply.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0428_fallback.h"

namespace xmpp {
namespace {

TEST(Xep0461Reply, Example3MaxRepliesToAnnasMessage) {
    constexpr const char* example = R"(<message to='anna@example.com' id='message-id2' type='chat'>
  <body>Great idea!</body>
  <reply to='anna@example.com/tablet' id='message-id1' xmlns='urn:xmpp:reply:0' />
</message>)";
    EXPECT_EQ(xep0461::answers(*parsed(example)), "message-id1");
    const auto message =
        parsed("<message to='anna@example.com' id='message-id2' type='chat'><body>Great idea!</body></message>");
    xep0461::add_reply(*message, "message-id1", "anna@example.com/tablet");
    EXPECT_EXAMPLE(*message, example);
}

TEST(Xep0461Reply, Example4AnnaRepliesToAMessageAndIncludesAFallback) {
    // The XEP shows the body's lines indented for reading; they are none of it.
    const std::string body = "> Anna wrote:\n> We should bake a cake\nGreat idea!";
    const auto message = parsed("<message to='anna@example.com' id='message-id3' type='chat'><body>" +
                                std::string("&gt; Anna wrote:\n&gt; We should bake a cake\nGreat idea!</body>") +
                                R"(
  <reply to='anna@example.com/laptop' id='message-id1' xmlns='urn:xmpp:reply:0' />
  <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>
    <body start="0" end="38" />
  </fallback>
</message>)");
    EXPECT_EQ(xep0461::answers(*message), "message-id1");
    const auto range = xep0428::fallback(*message, xep0461::ns, body);
    ASSERT_TRUE(range);
    EXPECT_EQ(body.substr(range->end), "Great idea!");
}

}  // namespace
}  // namespace xmpp
