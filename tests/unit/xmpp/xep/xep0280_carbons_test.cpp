// Carbons: the examples of XEP-0280.

#include "xmpp/xep/xep0280_carbons.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0334_hints.h"

namespace xmpp {
namespace {

TEST(Xep0280Carbons, Example10ServerSendsCarbonToRomeosOtherClients) {
    EXPECT_TRUE(xep0280::is_copy(*parsed(R"(<message xmlns='jabber:client'
         from='romeo@montague.example'
         to='romeo@montague.example/home'
         type='chat'>
  <received xmlns='urn:xmpp:carbons:2'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <message xmlns='jabber:client'
               from='juliet@capulet.example/balcony'
               to='romeo@montague.example/garden'
               type='chat'>
        <body>What man art thou that, thus bescreen'd in night, so stumblest on my counsel?</body>
        <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>
      </message>
    </forwarded>
  </received>
</message>)")));
}

TEST(Xep0280Carbons, Example13RomeosOtherCarbonsEnabledClientsReceiveACopy) {
    EXPECT_TRUE(xep0280::is_copy(*parsed(R"(<message xmlns='jabber:client'
        from='romeo@montague.example'
        to='romeo@montague.example/garden'
        type='chat'>
  <sent xmlns='urn:xmpp:carbons:2'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <message xmlns='jabber:client'
               to='juliet@capulet.example/balcony'
               from='romeo@montague.example/home'
               type='chat'>
        <body>Neither, fair saint, if either thee dislike.</body>
        <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>
      </message>
    </forwarded>
  </sent>
</message>)")));
}

TEST(Xep0280Carbons, Example9JulietSendsRomeoADirectedMessage) {
    EXPECT_FALSE(xep0280::is_copy(*parsed(R"(<message xmlns='jabber:client'
         from='juliet@capulet.example/balcony'
         to='romeo@montague.example/garden'
         type='chat'>
  <body>What man art thou that, thus bescreen'd in night, so stumblest on my counsel?</body>
  <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>
</message>)")));
}

TEST(Xep0280Carbons, Example11TybaltAttemptsCarbonsImpersonationAttackOnRomeo) {  // nobody sends us copies
    EXPECT_TRUE(xep0280::is_copy(*parsed(R"(<message xmlns='jabber:client'
         from='tybalt@capulet.example/home'
         to='romeo@montague.example'
         type='chat'>
  <received xmlns='urn:xmpp:carbons:2'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <message xmlns='jabber:client'
               from='juliet@capulet.example/balcony'
               to='romeo@montague.example/garden'
               type='chat'>
        <body>Thou shall meet me tonite, at our house's hall!</body>
      </message>
    </forwarded>
  </received>
</message>)")));
}

TEST(Xep0280Carbons, Example14RomeoSendsToJulietExcludingCarbons) {
    const auto message = parsed(R"(<message from='romeo@montague.example/home'
         to='juliet@capulet.example/home'
         type='chat'>
  <body>Neither, fair saint, if either thee dislike.</body>
  <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>
</message>)");
    xep0280::add_private(*message);
    xep0334::add_no_copy(*message);
    EXPECT_EXAMPLE(*message, R"(<message from='romeo@montague.example/home'
         to='juliet@capulet.example/home'
         type='chat'>
  <body>Neither, fair saint, if either thee dislike.</body>
  <thread>0e3141cd80894871a68e6fe6b1ec56fa</thread>
  <private xmlns='urn:xmpp:carbons:2'/>
  <no-copy xmlns='urn:xmpp:hints'/>
</message>)");
    EXPECT_FALSE(xep0280::is_copy(*message));
}

}  // namespace
}  // namespace xmpp
