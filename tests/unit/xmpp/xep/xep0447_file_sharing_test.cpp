// Stateless file sharing: the examples of XEP-0447, without what is left out (dimensions, thumbnail, Jingle).

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
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].metadata.name, "summit.jpg");
    EXPECT_EQ(files[0].metadata.type, "image/jpeg");
    EXPECT_EQ(files[0].metadata.size, 3032449u);
    EXPECT_EQ(files[0].url, address);
    EXPECT_TRUE(files[0].is_inline);
}

TEST(Xep0447FileSharing, Example6SharingMultipleFilesWhosePlacesComeLater) {
    EXPECT_TRUE(xep0447::files_of(
                    *parsed(
                        R"(<message to='juliet@shakespeare.lit' from='romeo@montague.lit/resource' id='sharing-files'>
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
</message>)"))
                    .empty());
}

TEST(Xep0447FileSharing, SeveralFilesAreReadIfEachHasAnAddress) {
    const auto message = parsed("<message/>");
    EXPECT_TRUE(xep0447::files_of(*message).empty());
    xep0447::add_file(*message, {address, {"a.jpg", "image/jpeg", 1}, true});
    xep0447::add_file(*message, {"https://download.montague.lit/2/b.jpg", {"b.jpg", "image/jpeg", 1}, true});
    const auto files = xep0447::files_of(*message);
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[1].metadata.name, "b.jpg");
    EXPECT_EQ(files[1].url, "https://download.montague.lit/2/b.jpg");
    add(*message, "file-sharing", xep0447::ns);
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
