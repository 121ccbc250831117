// User avatar: the examples of XEP-0084, with the fields that are written.

#include "xmpp/xep/xep0084_avatar.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0060_pubsub.h"

namespace xmpp {
namespace {

const std::string id = "111f4b3c50d7b0df729d299bc6f8e9ef9066971f";
const xep0084::Info info{id, "image/png", 12345, 64, 64};

TEST(Xep0084Avatar, Example4PublishingAvatarMetadata) {
    const auto metadata = parsed(R"(<metadata xmlns='urn:xmpp:avatar:metadata'>
          <info bytes='23456'
                height='64'
                id='357a8123a30844a3aa99861b6349264ba67a5694'
                type='image/gif'
                url='http://avatars.example.org/happy.gif'
                width='64'/>
        </metadata>)");
    EXPECT_EQ(xep0084::info_of(*metadata), std::nullopt) << "it lies elsewhere only";
}

TEST(Xep0084Avatar, Example5SubscribersReceiveAvatarMetadataNotification) {
    const auto message = parsed(R"(<message to='romeo@montague.lit/home' from='juliet@capulet.lit'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='urn:xmpp:avatar:metadata'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'>
        <metadata xmlns='urn:xmpp:avatar:metadata'>
          <info bytes='12345'
                height='64'
                id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'
                type='image/png'
                width='64'/>
        </metadata>
      </item>
    </items>
  </event>
  <addresses xmlns='http://jabber.org/protocol/address'>
    <address type='replyto' jid='juliet@capulet.lit/chamber'/>
  </addresses>
</message>)");
    EXPECT_EQ(xep0084::news_of(*message), info);
    EXPECT_EXAMPLE(*xep0084::event("juliet@capulet.lit", "romeo@montague.lit/home", info),
                   R"(<message to='romeo@montague.lit/home' from='juliet@capulet.lit' type='headline'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='urn:xmpp:avatar:metadata'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'>
        <metadata xmlns='urn:xmpp:avatar:metadata'>
          <info bytes='12345'
                height='64'
                id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'
                type='image/png'
                width='64'/>
        </metadata>
      </item>
    </items>
  </event>
</message>)");
}

TEST(Xep0084Avatar, Example6SubscriberRequestsLastItemByItemID) {
    const std::string example = R"(<iq type='get'
    from='romeo@montague.lit/home'
    to='juliet@capulet.lit'
    id='retrieve1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='urn:xmpp:avatar:data'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'/>
    </items>
  </pubsub>
</iq>)";
    EXPECT_EXAMPLE(
        *xep0060::request("romeo@montague.lit/home", "juliet@capulet.lit", "retrieve1", {xep0084::ns_data, id}),
        example);
    EXPECT_EQ(xep0060::requested(*parsed(example))->item, id);
}

TEST(Xep0084Avatar, Example7PepServiceReturnsAvatarData) {
    const std::string example = R"(<iq type='result'
    from='juliet@capulet.lit'
    to='romeo@montague.lit/home'
    id='retrieve1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='urn:xmpp:avatar:data'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'>
        <data xmlns='urn:xmpp:avatar:data'>
          qANQR1DBwU4DX7jmYZnncm==
        </data>
      </item>
    </items>
  </pubsub>
</iq>)";
    const auto items = xep0060::items_of(*parsed(example), xep0084::ns_data);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].id, id);
    const auto answer = parsed(example);
    const std::string picture = xep0084::data_of(*xep0060::items_of(*answer, xep0084::ns_data)[0].payload, 100);
    EXPECT_EQ(picture.size(), 16u);
    const auto result =
        parsed("<iq type='result' from='juliet@capulet.lit' to='romeo@montague.lit/home' id='retrieve1'/>");
    xep0084::add_data(xep0060::add_item(xep0060::add_items(*result, xep0084::ns_data), id), picture);
    EXPECT_EXAMPLE(*result, std::regex_replace(example, std::regex("ncm=="), "ncg=="));
    EXPECT_EQ(xep0084::data_of(*xep0060::items_of(*answer, xep0084::ns_data)[0].payload, 15), "") << "too much";
}

TEST(Xep0084Avatar, Example9SubscribersReceiveAvatarMetadataNotification) {
    const std::string example = R"(<message to='romeo@montague.lit/home' from='juliet@capulet.lit'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='urn:xmpp:avatar:metadata'>
      <item>
        <metadata xmlns='urn:xmpp:avatar:metadata'/>
      </item>
    </items>
  </event>
</message>)";
    EXPECT_EQ(xep0084::news_of(*parsed(example)), xep0084::Info{}) << "there is none any more";
    EXPECT_EXAMPLE(*xep0084::event("juliet@capulet.lit", "romeo@montague.lit/home", {}),
                   std::regex_replace(example, std::regex("lit'>\n"), "lit' type='headline'>\n"));
    EXPECT_EQ(xep0084::news_of(*parsed("<message><body>Hi</body></message>")), std::nullopt);
}

TEST(Xep0084Avatar, Example8TemporarilyDisablingAvatarPublishing) {
    const auto iq = parsed(R"(<iq type='set' from='juliet@capulet.lit/chamber' id='publish3'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <publish node='urn:xmpp:avatar:metadata'>
      <item>
        <metadata xmlns='urn:xmpp:avatar:metadata'/>
      </item>
    </publish>
  </pubsub>
</iq>)");
    const Tag* item = iq->findChild("pubsub")->findChild("publish")->findChild("item");
    EXPECT_EQ(xep0084::info_of(*child(*item, "metadata", xep0084::ns_metadata)), xep0084::Info{});
}

TEST(Xep0084Avatar, Example10PublishingAvatarMetadataMultipleFormats) {
    const auto iq = parsed(R"(<iq type='set' from='juliet@capulet.lit/chamber' id='publish3'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <publish node='urn:xmpp:avatar:metadata'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'>
        <metadata xmlns='urn:xmpp:avatar:metadata'>
          <info bytes='12345'
                height='64'
                id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'
                type='image/png'
                width='64'/>
          <info bytes='12345'
                height='64'
                id='e279f80c38f99c1e7e53e262b440993b2f7eea57'
                type='image/png'
                url='http://avatars.example.org/happy.png'
                width='64'/>
          <info bytes='23456'
                height='64'
                id='357a8123a30844a3aa99861b6349264ba67a5694'
                type='image/gif'
                url='http://avatars.example.org/happy.gif'
                width='64'/>
          <info bytes='78912'
                height='64'
                id='03a179fe37bd5d6bf9c2e1e592a14ae7814e31da'
                type='image/mng'
                url='http://avatars.example.org/happy.mng'
                width='64'/>
        </metadata>
      </item>
    </publish>
  </pubsub>
</iq>)");
    const Tag* item = iq->findChild("pubsub")->findChild("publish")->findChild("item");
    EXPECT_EQ(xep0084::info_of(*child(*item, "metadata", xep0084::ns_metadata)), info)
        << "the one that can be had here";
}

TEST(Xep0084Avatar, Example11PublishingAvatarMetadataWithPointer) {
    const auto iq = parsed(R"(<iq type='set' from='juliet@capulet.lit/chamber' id='publish4'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <publish node='urn:xmpp:avatar:metadata'>
      <item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'>
        <metadata xmlns='urn:xmpp:avatar:metadata'>
          <info bytes='12345'
                height='64'
                id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'
                type='image/png'
                width='64'/>
          <pointer>
            <x xmlns='http://example.com/virtualworlds'>
              <game>Ancapistan</game>
              <character>Kropotkin</character>
            </x>
          </pointer>
        </metadata>
      </item>
    </publish>
  </pubsub>
</iq>)");
    const Tag* item = iq->findChild("pubsub")->findChild("publish")->findChild("item");
    EXPECT_EQ(xep0084::info_of(*child(*item, "metadata", xep0084::ns_metadata)), info);
}

TEST(Xep0084Avatar, OneThatLiesElsewhereMayStandBefore) {
    const auto metadata = parsed(
        "<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='23456' height='64' id='357a' type='image/gif' "
        "url='http://avatars.example.org/happy.gif' width='64'/><info bytes='12345' height='64' "
        "id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f' type='image/png' width='64'/></metadata>");
    EXPECT_EQ(xep0084::info_of(*metadata), info);
}

TEST(Xep0084Avatar, TheIdIsTheHashOfThePicture) {
    EXPECT_EQ(xep0084::id_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace xmpp
