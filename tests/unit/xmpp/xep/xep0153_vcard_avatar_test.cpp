// vCard-based avatars: the examples of XEP-0153.

#include "xmpp/xep/xep0153_vcard_avatar.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0153VCardAvatar, Example3UsersClientIncludesAvatarHashInPresenceBroadcast) {
    const std::string example = R"(<presence from='juliet@capulet.com/balcony'>
  <x xmlns='vcard-temp:x:update'>
    <photo>01b87fcd030b72895ff8e88db57ec525450f000d</photo>
  </x>
</presence>)";
    EXPECT_EQ(xep0153::hash_of(*parsed(example)), "01b87fcd030b72895ff8e88db57ec525450f000d");
    const auto presence = parsed("<presence from='juliet@capulet.com/balcony'/>");
    xep0153::add_update(*presence, "01b87fcd030b72895ff8e88db57ec525450f000d");
    EXPECT_EXAMPLE(*presence, example);
}

TEST(Xep0153VCardAvatar, Example6UserIsNotReadyToAdvertiseAnImage) {
    EXPECT_EQ(xep0153::hash_of(*parsed("<presence>\n  <x xmlns='vcard-temp:x:update'/>\n</presence>")), std::nullopt);
    EXPECT_EQ(xep0153::hash_of(*parsed("<presence/>")), std::nullopt);
}

TEST(Xep0153VCardAvatar, Example7NoImageToBeAdvertised) {
    const std::string example = R"(<presence>
  <x xmlns='vcard-temp:x:update'>
    <photo/>
  </x>
</presence>)";
    EXPECT_EQ(xep0153::hash_of(*parsed(example)), "");
    const auto presence = parsed("<presence/>");
    xep0153::add_update(*presence, "");
    EXPECT_EXAMPLE(*presence, example);
}

}  // namespace
}  // namespace xmpp
