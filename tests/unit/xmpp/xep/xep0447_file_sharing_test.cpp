// Stateless file sharing: the examples of XEP-0447, without what is left out (thumbnail, Jingle).

#include "xmpp/xep/xep0447_file_sharing.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0367_attaching.h"
#include "xmpp/xep/xep0385_media_sharing.h"
#include "xmpp/xep/xep0428_fallback.h"

namespace xmpp {
namespace {

constexpr const char* address = "https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg";

TEST(Xep0447FileSharing, Example1SharingSummitJpgWithJulietShakespeareLit) {
    const auto files = xep0447::files_of(
        *parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-a-file'>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/jpeg</media-type>
      <name>summit.jpg</name>
      <size>3032449</size>
      <width>4096</width>
      <height>2160</height>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
      <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
      <desc>Photo from the summit.</desc>
      <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
    </file>
    <sources>
      <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
      <jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/resource' id='9559976B-3FBF-4E7E-B457-2DAA225972BB'>
        <description xmlns='urn:xmpp:jingle:apps:file-transfer:5' />
      </jinglepub>
    </sources>
  </file-sharing>
</message>)"));
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].url, address);
    EXPECT_TRUE(files[0].is_inline);
    EXPECT_EQ(files[0].metadata.name, "summit.jpg");
    EXPECT_EQ(files[0].metadata.type, "image/jpeg");
    EXPECT_EQ(files[0].metadata.size, 3032449u);
    EXPECT_EQ(files[0].metadata.description, "Photo from the summit.");
    EXPECT_EQ(files[0].metadata.width, 4096u);
    EXPECT_EQ(files[0].metadata.height, 2160u);
    ASSERT_TRUE(files[0].metadata.hash);
    EXPECT_EQ(files[0].metadata.hash->algorithm, "sha3-256") << "the other function is not known";
}

TEST(Xep0447FileSharing, Example8SharingSummitJpgWithJulietShakespeareLitInFullCompatibilityMode) {
    const auto message =
        parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-a-file'>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/jpeg</media-type>
      <name>summit.jpg</name>
      <size>3032449</size>
      <width>4096</width>
      <height>2160</height>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
      <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
      <desc>Photo from the summit.</desc>
      <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
    </file>
    <sources>
      <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
      <jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/resource' id='9559976B-3FBF-4E7E-B457-2DAA225972BB'>
        <description xmlns='urn:xmpp:jingle:apps:file-transfer:5' />
      </jinglepub>
    </sources>
  </file-sharing>
  <reference xmlns='urn:xmpp:reference:0' type='data'>
    <media-sharing xmlns='urn:xmpp:sims:1'>
      <file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>
        <media-type>image/jpeg</media-type>
        <name>summit.jpg</name>
        <size>3032449</size>
        <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
        <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
        <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
      </file>
      <sources>
        <reference uri='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' type='data' xmlns='urn:xmpp:reference:0' />
      </sources>
    </media-sharing>
  </reference>
  <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback>
  <body>https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg</body>
  <x xmlns='jabber:x:oob'><url>https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg</url></x>
</message>)");
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].url, address);
    const auto media = xep0385::media_of(*message);
    ASSERT_EQ(media.size(), 1u);
    EXPECT_EQ(media[0].url, address);
    EXPECT_EQ(xep0066::link(*message)->url, address);
    EXPECT_TRUE(xep0428::fallback(*message, xep0447::ns, address));
}

TEST(Xep0447FileSharing, Example4RomeoMontagueLitResource2AttachesItselfAsAnAdditionalSourceForTheFile) {
    const auto message = parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource2'>
  <attach-to id='sharing-a-file' xmlns='urn:xmpp:message-attaching:1'/>
  <sources xmlns='urn:xmpp:sfs:0'>
    <jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/resource2' id='9559976B-3FBF-4E7E-B457-2DAA225972BB'>
      <description xmlns='urn:xmpp:jingle:apps:file-transfer:5' />
    </jinglepub>
  </sources>
  <store xmlns='urn:xmpp:hints' />
</message>)");
    EXPECT_EQ(xep0367::attached_to(*message), "sharing-a-file");
    EXPECT_TRUE(xep0447::attached_in(*message).empty()) << "it is no URL";
}

TEST(Xep0447FileSharing, Example5SharingAFileAndAttachingThePrimarySourceForTheFileLaterIncludingAFallbackBody) {
    const auto announcement =
        parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-a-file'>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline' id='file-sharing-id'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/jpeg</media-type>
      <name>summit.jpg</name>
      <size>3032449</size>
      <width>4096</width>
      <height>2160</height>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>
      <hash xmlns='urn:xmpp:hashes:2' algo='id-blake2b256'>2AfMGH8O7UNPTvUVAM9aK13mpCY=</hash>
      <desc>Photo from the summit.</desc>
      <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>
    </file>
  </file-sharing>
</message>)");
    EXPECT_TRUE(xep0447::files_of(*announcement).empty());
    const auto announced = xep0447::announced_in(*announcement);
    ASSERT_EQ(announced.size(), 1u);
    EXPECT_EQ(announced[0].id, "file-sharing-id");
    ASSERT_TRUE(announced[0].file);
    const auto message = parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource'>
  <attach-to id='sharing-a-file' xmlns='urn:xmpp:message-attaching:1'/>
  <sources xmlns='urn:xmpp:sfs:0' id='file-sharing-id'>
    <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
  </sources>
  <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback>
  <body>https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg</body>
  <x xmlns='jabber:x:oob'><url>https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg</url></x>
</message>)");
    EXPECT_EQ(xep0367::attached_to(*message), "sharing-a-file");
    const auto attached = xep0447::attached_in(*message);
    ASSERT_EQ(attached.size(), 1u);
    EXPECT_EQ(attached[0].id, "file-sharing-id");
    xep0447::share(*message, announced[0].file, *attached[0].sources);
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].url, address);
    EXPECT_EQ(files[0].metadata.name, "summit.jpg");
}

TEST(Xep0447FileSharing, Example7SharingMultipleFilesAndAttachingSourcesWithFallback) {
    const auto message =
        parsed(R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-files'>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline' id='photo1.jpg'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <name>photo1.jpg</name>
    </file>
  </file-sharing>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline' id='photo2.jpg'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <name>photo2.jpg</name>
    </file>
  </file-sharing>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline' id='photo3.jpg'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <name>photo3.jpg</name>
    </file>
  </file-sharing>
</message>)");
    EXPECT_TRUE(xep0447::files_of(*message).empty());
    const auto announced = xep0447::announced_in(*message);
    ASSERT_EQ(announced.size(), 3u);
    EXPECT_EQ(announced[2].id, "photo3.jpg");
}

TEST(Xep0447FileSharing, WhatIsWritten) {
    const auto message =
        parsed("<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-a-file'/>");
    xep0447::add_file(*message, {address, {"summit.jpg", "image/jpeg", 3032449}, true});
    EXPECT_EXAMPLE(*message,
                   R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-a-file'>
  <file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/jpeg</media-type>
      <name>summit.jpg</name>
      <size>3032449</size>
    </file>
    <sources>
      <url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg' />
    </sources>
  </file-sharing>
</message>)");
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].metadata.name, "summit.jpg");
    EXPECT_EQ(files[0].metadata.type, "image/jpeg");
    EXPECT_EQ(files[0].metadata.size, 3032449u);
    EXPECT_EQ(files[0].url, address);
    EXPECT_TRUE(files[0].is_inline);
}

TEST(Xep0447FileSharing, SeveralFilesAreReadIfEachThatHasSourcesHasAnAddress) {
    const auto message = parsed("<message/>");
    EXPECT_TRUE(xep0447::files_of(*message).empty());
    xep0447::add_file(*message, {address, {"a.jpg", "image/jpeg", 1}, true});
    xep0447::add_file(*message, {"https://download.montague.lit/2/b.jpg", {"b.jpg", "image/jpeg", 1}, true});
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[1].metadata.name, "b.jpg");
    EXPECT_EQ(files[1].url, "https://download.montague.lit/2/b.jpg");
    add(*message, "file-sharing", xep0447::ns);
    EXPECT_EQ(xep0447::files_of(*message).size(), 2u) << "the third is only announced";
    add(add(*message, "file-sharing", xep0447::ns), "sources");
    EXPECT_TRUE(xep0447::files_of(*message).empty());
    EXPECT_TRUE(xep0447::files_of(*parsed("<message><file-sharing xmlns='urn:xmpp:sfs:0'><sources><encrypted "
                                          "xmlns='urn:xmpp:esfs:0'/></sources></file-sharing></message>"))
                    .empty());
}

TEST(Xep0447FileSharing, AFileWithoutANameIsOffered) {
    const auto message = parsed("<message/>");
    xep0447::add_file(*message, {address, {"", "application/pdf", 1}, false});
    const Tag* sharing = child(*message, "file-sharing", xep0447::ns);
    ASSERT_TRUE(sharing);
    EXPECT_EQ(attribute(*sharing, "disposition"), "attachment");
    EXPECT_FALSE(child(*child(*sharing, "file", xep0446::ns), "name", ""));
}

}  // namespace
}  // namespace xmpp
