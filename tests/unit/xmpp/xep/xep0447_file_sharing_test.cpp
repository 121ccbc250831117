// Stateless file sharing: the example of XEP-0447, without what is left out (dimensions, hashes, thumbnail, Jingle).

#include "xmpp/xep/xep0447_file_sharing.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

constexpr const char* address = "https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg";

TEST(Xep0447FileSharing, Example1SharingSummitJpgWithJuliet) {
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
    const auto file = xep0447::file_of(*message);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->metadata.name, "summit.jpg");
    EXPECT_EQ(file->metadata.type, "image/jpeg");
    EXPECT_EQ(file->metadata.size, 3032449u);
    EXPECT_EQ(file->url, address);
    EXPECT_TRUE(file->is_inline);
}

TEST(Xep0447FileSharing, SeveralFilesAndOnesWithoutAnAddressAreNotRead) {
    const auto message = parsed("<message/>");
    EXPECT_FALSE(xep0447::file_of(*message));
    xep0447::add_file(*message, {address, {"a.jpg", "image/jpeg", 1}, true});
    EXPECT_TRUE(xep0447::file_of(*message));
    xep0447::add_file(*message, {address, {"b.jpg", "image/jpeg", 1}, true});
    EXPECT_FALSE(xep0447::file_of(*message));
    EXPECT_FALSE(xep0447::file_of(
        *parsed("<message><file-sharing xmlns='urn:xmpp:sfs:0'><sources><encrypted xmlns='urn:xmpp:esfs:0'/></sources>"
                "</file-sharing></message>")));
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
