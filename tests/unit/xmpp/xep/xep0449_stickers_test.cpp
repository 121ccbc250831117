// Stickers: the example of XEP-0449, without its file.

#include "xmpp/xep/xep0449_stickers.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0449Stickers, Example2SendingASticker) {
    EXPECT_TRUE(xep0449::is_sticker(
        *parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/pda' id='sharing-a-file'>
  <body>😘</body>
  <sticker xmlns='urn:xmpp:stickers:0' pack='EpRv28DHHzFrE4zd+xaNpVb4' />
</message>)")));
    EXPECT_FALSE(xep0449::is_sticker(*parsed("<message><body>😘</body></message>")));
}

}  // namespace
}  // namespace xmpp
