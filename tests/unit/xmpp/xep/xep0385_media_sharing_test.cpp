// Media sharing: the example of XEP-0385, whose media-type ends as it began.

#include "xmpp/xep/xep0385_media_sharing.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

std::string reference(const std::string& source) {
    return R"(<reference xmlns='urn:xmpp:reference:0' begin='17' end='20' type='data'>
    <media-sharing xmlns='urn:xmpp:sims:2'>
      <file xmlns='urn:xmpp:jingle:apps:file-transfer:4'>
        <media-type>image/jpeg</media-type>
        <name>summit.jpg</name>
        <size>3032449</size>
        <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
        <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
        <desc>Photo from the summit.</desc>
      </file>
      <sources>
        <reference xmlns='urn:xmpp:reference:0' type='data' uri='xmpp:romeo@montague.lit/resource?jingle;id=9559976B-3FBF-4E7E-B457-2DAA225972BB' />
        )" +
           source +
           R"(
      </sources>
    </media-sharing>
  </reference>)";
}

const std::string source =
    "<reference xmlns='urn:xmpp:reference:0' type='data' "
    "uri='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />";

void expect_summit(const std::string& message) {
    const auto media = xep0385::media_of(*parsed(message));
    ASSERT_EQ(media.size(), 1u);
    EXPECT_EQ(media[0].url, "https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg");
    EXPECT_EQ(media[0].metadata.name, "summit.jpg");
    EXPECT_EQ(media[0].metadata.type, "image/jpeg");
    EXPECT_EQ(media[0].metadata.size, 3032449u);
    EXPECT_EQ(media[0].metadata.description, "Photo from the summit.");
}

// In both examples a blank is missing before the thumbnail's uri.
TEST(Xep0385MediaSharing, Example1SharingAnImageWithAContact) {
    expect_summit(R"(<message to='julient@shakespeare.lit' from='romeo@montague.lit'>
  <body>Look at the nice view from the summit.</body>
  <reference xmlns='urn:xmpp:reference:0' begin='17' end='20' type='data'>
    <media-sharing xmlns='urn:xmpp:sims:1'>
      <file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>
        <media-type>image/jpeg</media-type>
        <name>summit.jpg</name>
        <size>3032449</size>
        <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
        <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
        <desc>Photo from the summit.</desc>
        <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
      </file>
      <sources>
        <reference xmlns='urn:xmpp:reference:0' type='data' uri='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
        <reference xmlns='urn:xmpp:reference:0' type='data' uri='xmpp:romeo@montague.lit/resource?jingle;id=9559976B-3FBF-4E7E-B457-2DAA225972BB' />
      </sources>
    </media-sharing>
  </reference>
</message>)");
}

TEST(Xep0385MediaSharing, Example2SharingAnImageWithAContact) {
    expect_summit(R"(<message to='julient@shakespeare.lit' from='romeo@montague.lit'>
    <body>Look at the nice view from the summit.</body>
    <html xmlns='http://jabber.org/protocol/xhtml-im'>
      <body xmlns='http://www.w3.org/1999/xhtml'>
        <p>Look at the nice <p style='font-weight:bold; display:inline'>view</p> from the summit.</p>
        <img src="ni:///sha3-256;wqfDv8OGw7jCvx7Dl2ZRw4FHVsKgYcOWYsO14oKsw79Nw6Q7ScO64oCaw5gKS-KCrMO4Q0o" />
      </body>
    </html>
    <reference xmlns='urn:xmpp:reference:0' begin='17' end='20' type='data'>
      <media-sharing xmlns='urn:xmpp:sims:1'>
        <file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>
          <media-type>image/jpeg</media-type>
          <name>summit.jpg</name>
          <size>3032449</size>
          <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
          <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
          <desc>Photo from the summit.</desc>
          <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
        </file>
        <sources>
          <reference xmlns='urn:xmpp:reference:0' type='data' uri='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
          <reference xmlns='urn:xmpp:reference:0' type='data' uri='xmpp:romeo@montague.lit/resource?jingle-ft' />
        </sources>
      </media-sharing>
    </reference>
  </message>)");
}

TEST(Xep0385MediaSharing, AnotherVersionOfBothNamespaces) {
    expect_summit("<message>" + reference(source) + "</message>");
}

TEST(Xep0385MediaSharing, SeveralFilesAreReadIfEachHasAnAddress) {
    const auto all_in = [](const std::string& inside) {
        return xep0385::media_of(*parsed("<message>" + inside + "</message>")).size();
    };
    EXPECT_EQ(all_in(reference(source) + reference(source)), 2u);
    for (const std::string& inside : {reference(""), reference(source) + reference(""),
                                      std::string("<reference xmlns='urn:xmpp:reference:0' type='mention'/>")})
        EXPECT_EQ(all_in(inside), 0u) << inside;
}

}  // namespace
}  // namespace xmpp
