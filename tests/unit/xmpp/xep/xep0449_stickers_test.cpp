// Stickers: the example of XEP-0449, without its file.

#include "xmpp/xep/xep0449_stickers.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0447_file_sharing.h"

namespace xmpp {
namespace {

TEST(Xep0449Stickers, Example1SendingASticker) {
    const auto message =
        parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/pda' id='sharing-a-file'>
  <body>😘</body>
  <sticker xmlns='urn:xmpp:stickers:0' />
  <file-sharing xmlns='urn:xmpp:sfs:0'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/png</media-type>
      <size>67016</size>
      <dimensions>512x512</dimensions>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>gw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY=</hash>
    </file>
    <sources>
      <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/51078299-d071-46e1-b6d3-3de4a8ab67d6/sticker_marsey_kiss.png' />
    </sources>
  </file-sharing>
</message>)");
    EXPECT_TRUE(xep0449::is_sticker(*message));
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].metadata.type, "image/png");
    EXPECT_EQ(files[0].metadata.size, 67016u);
}

TEST(Xep0449Stickers, Example3SendingASticker) {  // of a pack
    const auto message =
        parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/pda' id='sharing-a-file'>
  <body>😘</body>
  <sticker xmlns='urn:xmpp:stickers:0' pack='EpRv28DHHzFrE4zd+xaNpVb4' />
  <file-sharing xmlns='urn:xmpp:sfs:0'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/png</media-type>
      <desc>😘</desc>
      <size>67016</size>
      <dimensions>512x512</dimensions>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>gw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY=</hash>
    </file>
    <sources>
      <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/51078299-d071-46e1-b6d3-3de4a8ab67d6/sticker_marsey_kiss.png' />
    </sources>
  </file-sharing>
</message>)");
    EXPECT_TRUE(xep0449::is_sticker(*message));
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].metadata.description, "😘");
    EXPECT_FALSE(xep0449::is_sticker(*parsed("<message><body>😘</body></message>")));
}

}  // namespace
}  // namespace xmpp
